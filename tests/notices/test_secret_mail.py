"""Mail with a link that signs one in: it reaches its reader, and is readable nowhere else."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.notices.recheck import prepare
from collections_app.notices.secret_mail import send_secret_link
from collections_app.outbox.delivery import deliver_due
from collections_app.outbox.models import Message
from tests.builders import make_person
from tests.smtp_sink import SmtpSink

LINK = re.compile(r"https?://\S+?/accounts/password/reset/key/[^\s\"<]+")
PASSWORD = "an unusual passphrase"


@pytest.fixture
def anna(transactional_db: None) -> Person:
    return make_person(email="anna@kept.test", password="the former one 1")


def sent_link(sink: SmtpSink) -> str:
    body = sink.accepted[-1].get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found is not None
    return found[0]


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@pytest.mark.parametrize("kind", ["reset", "invitation"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_mailed_link_lets_its_reader_choose_a_password(
    anna: Person, smtp_sink: SmtpSink, client: Client, kind: str, language: str
) -> None:
    Person.objects.update(language=language)
    send_secret_link(person=Person.objects.get(), kind=kind)
    deliver_due(prepare=prepare)
    answer = client.get(path_of(sent_link(smtp_sink)), follow=True)
    form_path = answer.redirect_chain[-1][0]
    client.post(form_path, {"password1": PASSWORD, "password2": PASSWORD})
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_a_used_link_works_no_more(anna: Person, smtp_sink: SmtpSink, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": "anna@kept.test"})
    deliver_due(prepare=prepare)
    link = path_of(sent_link(smtp_sink))
    anna.set_password(PASSWORD)
    anna.save()
    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_the_link_is_not_in_the_mail_log(anna: Person, smtp_sink: SmtpSink) -> None:
    send_secret_link(person=anna, kind="reset")
    deliver_due(prepare=prepare)
    kept = Message.objects.get()
    assert sent_link(smtp_sink) not in kept.body_text + kept.body_html
    assert "password/reset/key" not in kept.body_text + kept.body_html
    assert "[…]" in kept.body_text


def test_the_link_is_not_in_the_local_folder(
    anna: Person, settings: Settings, tmp_path: Path
) -> None:
    settings.KEPT_EMAIL, settings.MAIL_DIR = None, tmp_path
    send_secret_link(person=anna, kind="reset")
    deliver_due(prepare=prepare)
    (mail,) = tmp_path.iterdir()
    assert b"reset/key" not in mail.read_bytes().replace(b"=\r\n", b"")


def test_asking_twice_before_it_leaves_sends_one_mail(anna: Person, smtp_sink: SmtpSink) -> None:
    send_secret_link(person=anna, kind="reset")
    send_secret_link(person=anna, kind="reset")
    deliver_due(prepare=prepare)
    assert len(smtp_sink.accepted) == 1


def test_a_link_asked_for_long_ago_does_not_leave(anna: Person, smtp_sink: SmtpSink) -> None:
    message = send_secret_link(person=anna, kind="reset")
    Message.objects.filter(pk=message.pk).update(created_at=now() - timedelta(hours=3))
    assert deliver_due(prepare=prepare).withdrawn == 1
    assert smtp_sink.accepted == []


def test_a_disabled_person_gets_no_link(anna: Person, smtp_sink: SmtpSink) -> None:
    send_secret_link(person=anna, kind="invitation")
    Person.objects.update(is_active=False)
    assert deliver_due(prepare=prepare).withdrawn == 1
    assert smtp_sink.accepted == []


def test_whoever_asks_again_after_an_outage_gets_a_link(anna: Person, smtp_sink: SmtpSink) -> None:
    send_secret_link(person=anna, kind="reset")
    Message.objects.update(created_at=now() - timedelta(hours=3))
    send_secret_link(person=anna, kind="reset")
    deliver_due(prepare=prepare)
    assert len(smtp_sink.accepted) == 1
