"""Setting up one's chat: sealed, tried out, removed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from collections_app.accounts.chat import set_chat_address
from collections_app.accounts.models import AuditEntry, ChatAddress
from collections_app.web.models import Submission
from tests.chat_sink import ChatSink
from tests.conftest import Cast

PAGE = "/settings/profile/chat/"
ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=11112222-aaaa-bbbb-9999deadbeef"
SECRET = "11112222-aaaa"


@pytest.fixture
def sink(settings: Settings) -> Iterator[ChatSink]:
    settings.CHAT_TO_LOOPBACK = True
    sink = ChatSink()
    sink.start()
    yield sink
    sink.stop()


def token() -> str:
    return str(uuid.uuid4())


def send(client: Client, **values: str) -> int:
    answer = client.post(PAGE, {"token": token(), "morning_by": "both"} | values)
    return answer.status_code


def test_an_address_is_saved_and_never_shown_again(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    assert send(client, address=ADDRESS) == 302
    for path in (PAGE, "/settings/profile/"):
        page = client.get(path).content.decode()
        assert "WeCom ····beef" in page
        assert SECRET not in page


def test_neither_record_nor_database_tells_the_address(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    send(client, address=ADDRESS)
    entry = AuditEntry.objects.get(subject_kind="chat_address")
    assert entry.payload["after"] == {"service": "wecom", "hint": "beef", "morning_by": "both"}
    kept = [str(list(model.objects.values())) for model in (AuditEntry, ChatAddress, Submission)]
    assert not any(SECRET in rows for rows in kept)


def test_what_is_no_address_is_refused_at_its_field(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    assert send(client, address="https://10.0.0.1/hook/of/mine") == 422
    assert not ChatAddress.objects.exists()


def test_without_an_address_that_of_now_stays(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    assert send(client, address="") == 422
    send(client, address=ADDRESS)
    sealed = ChatAddress.objects.get().sealed
    assert send(client, address="", morning_by="chat") == 302
    held = ChatAddress.objects.get()
    assert (held.sealed, held.morning_by) == (sealed, "chat")


def test_a_test_says_something_in_the_chat(cast: Cast, client: Client, sink: ChatSink) -> None:
    set_chat_address(person=cast.east_rep, address=sink.address)
    client.force_login(cast.east_rep)
    page = client.post(f"{PAGE}try/", {"token": token()}, follow=True).content.decode()
    assert "The chat has taken the test" in page
    assert sink.words()[0].startswith("Kept: a test\n")


def test_a_test_that_is_refused_says_so(cast: Cast, client: Client, sink: ChatSink) -> None:
    set_chat_address(person=cast.east_rep, address=sink.address)
    sink.answer = {"errcode": 93000}
    client.force_login(cast.east_rep)
    page = client.post(f"{PAGE}try/", {"token": token()}, follow=True).content.decode()
    assert "The chat refuses it" in page
    assert "200, 93000" in page


def test_tests_are_few(cast: Cast, client: Client, sink: ChatSink) -> None:
    set_chat_address(person=cast.east_rep, address=sink.address)
    client.force_login(cast.east_rep)
    for _ in range(7):
        client.post(f"{PAGE}try/", {"token": token()})
    assert len(sink.posts) == 5


def test_a_chat_is_removed(cast: Cast, client: Client) -> None:
    set_chat_address(person=cast.east_rep, address=ADDRESS)
    client.force_login(cast.east_rep)
    client.post(f"{PAGE}remove/", {"token": token()})
    assert not ChatAddress.objects.exists()
    assert "Remove" not in client.get(PAGE).content.decode()
