"""Mail as it goes over the line: one recipient, no header of a user's making, whole text."""

from __future__ import annotations

import errno
import os
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from collections_app.outbox.channels import Deferred, SmtpChannel, channel, mail_of, wire_form
from collections_app.outbox.delivery import Outcome, Rendered, deliver_due
from collections_app.outbox.models import Message
from tests.outbox.conftest import Queue, fresh, make_due, send_due
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db


def send_saying(subject: str, text: str = "Words\n", html: str = "") -> Outcome:
    return deliver_due(prepare=lambda _message: Rendered(subject, text, html))


@pytest.mark.parametrize(
    "subject",
    [
        "Late\r\nBcc: thief@kept.test",
        "Late\nBcc: thief@kept.test",
        "Late\rBcc: thief@kept.test",
        "Late\u2028Bcc: thief@kept.test\x01",
        "Late\x0bBcc: thief@kept.test\x85",
    ],
)
def test_a_subject_makes_no_header(smtp_sink: SmtpSink, queue: Queue, subject: str) -> None:
    queue(to="anna@kept.test")
    assert send_saying(subject).sent == 1
    (mail,) = smtp_sink.accepted
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Late Bcc: thief@kept.test"
    assert smtp_sink.envelopes[0][1] == ["anna@kept.test"]


@pytest.mark.parametrize(
    "address",
    [
        "anna@kept.test, thief@kept.test",
        "anna@kept.test\r\nBcc: thief@kept.test",
        "anna@kept.test>\r\nRCPT TO:<thief@kept.test",
        "Anna <anna@kept.test>",
        "nobody",
        "李@kept.test",
    ],
)
def test_what_is_no_single_address_is_dead(smtp_sink: SmtpSink, queue: Queue, address: str) -> None:
    message = queue(to=address)
    good = queue()
    assert send_due() == Outcome(sent=1, failed=1)
    assert smtp_sink.message_ids == [good.message_id]
    assert fresh(message).state == "dead"


def test_a_domain_in_chinese_is_sent_in_ascii(smtp_sink: SmtpSink, queue: Queue) -> None:
    queue(to="li@例子.test")
    assert send_due().sent == 1
    assert smtp_sink.envelopes[0][1] == ["li@xn--fsqu00a.test"]


def test_text_arrives_as_written(smtp_sink: SmtpSink, queue: Queue) -> None:
    text = "逾期：¥40,000.00\n.\n..\n. dots\n" + "长" * 400 + "\n"
    queue()
    assert send_saying("回款承诺逾期 " * 12, text, "<p>逾期</p>\n").sent == 1
    mail: Any = smtp_sink.accepted[0]
    assert mail["Subject"] == ("回款承诺逾期 " * 12).strip()
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert plain.replace("\r\n", "\n") == text
    assert html.replace("\r\n", "\n") == "<p>逾期</p>\n"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_line_that_is_a_dot_does_not_end_the_mail(queue: Queue) -> None:
    message = queue()
    message.body_text = "one\n.\ntwo\n"
    data = wire_form(mail_of(message))
    assert b"\r\n.\r\n" not in data
    assert b"\r\n..\r\n" in data
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_an_old_server_gets_seven_bits(queue: Queue) -> None:
    message = queue()
    message.subject = message.body_text = "逾期\n"
    assert wire_form(mail_of(message, eight_bit=False)).isascii()


def test_nothing_leaves_when_the_lease_has_all_but_run_out(
    smtp_sink: SmtpSink, queue: Queue, settings: Settings
) -> None:
    line = SmtpChannel(settings.KEPT_EMAIL)
    with pytest.raises(Deferred):
        line.send(queue(), until=time.monotonic() - 1)
    line.close()
    assert smtp_sink.accepted == []


def test_a_server_that_wants_a_sign_in_is_no_fault_of_the_message(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    messages = [queue() for _ in range(4)]
    smtp_sink.reply_to_all = "530 sign in first"
    assert send_due().failed == 3
    assert [fresh(message).state for message in messages] == ["queued"] * 4


def test_without_a_mail_server_mail_is_kept_in_a_folder(
    queue: Queue, settings: Settings, tmp_path: Path
) -> None:
    settings.KEPT_EMAIL, settings.MAIL_DIR = None, tmp_path / "mail"
    message = queue(to="anna@kept.test")
    assert send_due() == Outcome(sent=1)
    (file,) = settings.MAIL_DIR.iterdir()
    assert file.name == f"{message.key}.eml"
    mail = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
    assert (mail["To"], mail["Message-ID"]) == ("anna@kept.test", message.message_id)
    assert (fresh(message).state, fresh(message).channel) == ("sent", "folder")


def test_the_same_mail_twice_is_one_file(queue: Queue, settings: Settings, tmp_path: Path) -> None:
    settings.KEPT_EMAIL, settings.MAIL_DIR = None, tmp_path
    message = queue()
    channel().send(message, until=time.monotonic() + 1)
    channel().send(message, until=time.monotonic() + 1)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_mail_is_in_the_folder_whole_or_not_at_all(
    queue: Queue, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEPT_EMAIL, settings.MAIL_DIR = None, tmp_path
    message = queue()

    def fill_the_disk(_file: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fill_the_disk)
        assert send_due() == Outcome(failed=1)
    assert list(tmp_path.glob("*.eml")) == []
    make_due(message)
    assert send_due() == Outcome(sent=1)
    assert [file.name for file in tmp_path.iterdir()] == [f"{message.key}.eml"]


def test_an_address_of_another_kind_than_smtp_means_the_folder(settings: Settings) -> None:
    backend = "django.core.mail.backends.console.EmailBackend"
    settings.KEPT_EMAIL = {"EMAIL_BACKEND": backend, "EMAIL_HOST": "", "EMAIL_PORT": None}
    assert channel().way == "folder"


def test_messages_are_told_apart_by_their_ids(queue: Queue) -> None:
    ids = {queue().message_id for _ in range(3)}
    assert len(ids) == 3
    assert Message.objects.count() == 3
