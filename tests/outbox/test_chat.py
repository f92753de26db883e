"""What leaves by chat: where it may go, what it says, and what comes of it."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from collections_app.accounts.chat import ChatRefused, OpenAddress, read_address
from collections_app.outbox.channels import Deferred, InDoubt, Rejected
from collections_app.outbox.chat import CLASSES, MOST_BYTES, MOST_CHARACTERS, say, shortened
from collections_app.outbox.wire import Forbidden, check_host
from tests.chat_sink import ChatSink

KEY = "11112222-aaaa-bbbb-cccc-9999deadbeef"
ADDRESSES = {
    "wecom": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=" + "ab12" * 16,
    "feishu": f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}",
    "lark": f"https://open.larksuite.com/open-apis/bot/v2/hook/{KEY}",
    "slack": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    .replace("/A1", "/B1"),
    "teams": "https://prod-01.westus.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef"
    "/triggers/manual/paths/invoke?api-version=2016-06-01&sig=iXKeqX1gqzHsmJnmCOhqOpcHmWTBSGX2N4k",
    "ntfy": "https://ntfy.sh/a-topic-that-nobody-guesses",
}  # fmt: skip


@pytest.fixture
def sink(settings: Settings) -> Iterator[ChatSink]:
    settings.CHAT_TO_LOOPBACK = True
    sink = ChatSink()
    sink.start()
    yield sink
    sink.stop()


def say_to(sink: ChatSink, text: str = "Words") -> None:
    say(read_address(sink.address), subject="Hello", text=text, until=time.monotonic() + 15)


@pytest.mark.parametrize("service", ADDRESSES)
def test_an_address_as_it_is_copied_tells_its_service(service: str) -> None:
    assert read_address(f" {ADDRESSES[service]} ").service == service


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://ntfy.sh/plain-http",
        "http://127.0.0.1:8000/topic",
        "json://127.0.0.1/",
        "https://user:pass@ntfy.sh/topic",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=short",
        ADDRESSES["teams"] + "&template=file:///etc/passwd#",
        "https://evil.test/workflows/x/logic.azure.com?sig=1",
        "https://ntfy.sh:99999/topic",
        "https://ntfy.sh/a/b",
    ],
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(ChatRefused):
        read_address(text)


def test_a_service_that_does_not_sign_takes_no_signing_secret() -> None:
    with pytest.raises(ChatRefused):
        read_address(ADDRESSES["wecom"], "SEC123")


def test_of_an_address_only_known_parts_are_kept() -> None:
    opened = read_address(ADDRESSES["teams"] + "&template=file:///etc/passwd")
    assert set(opened.parts) == {"host", "workflow", "signature"}


def test_what_is_said_arrives_under_its_title(sink: ChatSink) -> None:
    say_to(sink)
    assert sink.words() == ["Kept: Hello\nWords"]


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("wecom", "notify_url"),
        ("dingtalk", "notify_url"),
        ("feishu", "notify_url"),
        ("lark", "notify_url"),
        ("slack", "webhook_url"),
    ],
)
def test_each_service_is_spoken_to_in_its_own_way(
    sink: ChatSink, monkeypatch: pytest.MonkeyPatch, service: str, name: str
) -> None:
    module, cls = CLASSES[service]
    plugin = getattr(importlib.import_module(f"apprise.plugins.{module}"), cls)
    own = getattr(plugin, name)
    monkeypatch.setattr(plugin, name, f"http://127.0.0.1:{sink.port}/" + own.split("/", 3)[-1])
    opened = read_address(ADDRESSES[service])
    if service == "slack":
        sink.answer = {}
    say(opened, subject="到期", text="东方商贸", until=time.monotonic() + 15)
    ((_path, said),) = sink.posts
    assert "Kept: 到期" in str(said)
    assert "东方商贸" in str(said)


@pytest.mark.parametrize(
    ("status", "answer", "raised"),
    [
        (429, {}, Deferred),
        (503, {}, Deferred),
        (200, {"errcode": 45009}, Deferred),
        (200, {"errcode": 93000}, Rejected),
        (200, {"code": 19001}, Rejected),
        (404, {}, Rejected),
    ],
)
def test_a_refusal_says_later_or_never(
    sink: ChatSink, status: int, answer: dict[str, int], raised: type[Exception]
) -> None:
    sink.status, sink.answer = status, answer
    with pytest.raises(raised) as refusal:
        say_to(sink)
    assert "topic" not in str(refusal.value)


def test_a_redirection_is_not_followed(sink: ChatSink) -> None:
    sink.status, sink.location = 307, f"http://127.0.0.1:{sink.port}/elsewhere"
    with pytest.raises(Rejected):
        say_to(sink)
    assert len(sink.posts) == 1


def test_a_connection_lost_after_the_request_is_in_doubt(sink: ChatSink) -> None:
    sink.hangs_up = True
    with pytest.raises(InDoubt):
        say_to(sink)


def test_a_server_that_is_not_there_is_asked_later(sink: ChatSink) -> None:
    opened = read_address(sink.address)
    closed = OpenAddress(opened.service, {**opened.parts, "port": "1"})
    with pytest.raises(Deferred):
        say(closed, subject="Hello", text="Words", until=time.monotonic() + 15)


def test_nothing_goes_to_this_machine_but_in_tests(sink: ChatSink, settings: Settings) -> None:
    opened = read_address(sink.address)
    settings.CHAT_TO_LOOPBACK = False
    for scheme in ("http", "https"):
        inner = OpenAddress(opened.service, {**opened.parts, "scheme": scheme})
        with pytest.raises(Rejected):
            say(inner, subject="Hello", text="Words", until=time.monotonic() + 15)
    assert sink.posts == []


@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "192.168.1.1", "169.254.169.254", "172.16.0.1", "0.0.0.0", "100.64.0.1",
     "::ffff:10.0.0.1", "fe80::1", "fc00::1", "224.0.0.1", "127.0.0.1", "::1"],
)  # fmt: skip
def test_nothing_goes_into_a_network_of_ours(host: str) -> None:
    with pytest.raises(Forbidden):
        check_host(host, 443)


def test_no_log_tells_the_address(sink: ChatSink, caplog: pytest.LogCaptureFixture) -> None:
    sink.status = 500
    with caplog.at_level(logging.DEBUG), pytest.raises(Deferred):
        say_to(sink)
    assert "nobody-guesses" not in caplog.text


@pytest.mark.parametrize("line", ["A line of many words.", "一行有许多字的中文句子。"])
def test_a_long_text_is_cut_at_a_line_and_says_where_to_read_on(line: str) -> None:
    text = shortened("\n".join([line] * 200), beside="Kept: Hello")
    assert len(text) <= MOST_CHARACTERS
    assert len(text.encode()) <= MOST_BYTES
    assert text.startswith(line + "\n")
    assert text.endswith("/messages/")
