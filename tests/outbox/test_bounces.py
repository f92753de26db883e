"""Mail that came back marks the message that it is of, and no other."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from collections_app.core.clock import now
from collections_app.outbox.bounces import Came, take_bounce
from collections_app.outbox.mailbox import MailboxUnreachable, read_mailbox
from collections_app.outbox.models import Message
from collections_app.outbox.tasks import read_bounces
from tests.outbox.conftest import Queue, fresh
from tests.outbox.imap_server import ImapServer

pytestmark = pytest.mark.django_db
REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.test>
To: kept@kept.test
Date: {date}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

I am sorry.
--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test
Arrival-Date: {date}

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--edge
Content-Type: {kind}

{lead}Message-ID: {message_id}
Subject: Words
--edge--
"""


def report(message: Message, **changes: str) -> bytes:
    facts = {
        "date": format_datetime(now()), "to": message.to_address, "action": "failed",
        "status": "5.1.1", "said": "550 5.1.1 no such user", "kind": "text/rfc822-headers",
        "message_id": message.message_id, "lead": "",
    }  # fmt: skip
    return REPORT.format(**(facts | changes)).encode()


@pytest.fixture
def sent(queue: Queue) -> Message:
    return queue(state="sent", sent_at=now())


def came(data: bytes) -> dict[str, int]:
    return {str(key): number for key, number in take_bounce(data).items()}


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_permanent_failure_kills_the_message_that_came_back(
    sent: Message, queue: Queue, kind: str
) -> None:
    other = queue(to=sent.to_address, state="sent", sent_at=now())
    assert came(report(sent, kind=kind)) == {"failed": 1}
    dead = fresh(sent)
    assert (dead.state, dead.reason, dead.last_error) == (
        "dead", "bounced", "550 5.1.1 no such user",
    )  # fmt: skip
    assert fresh(other).state == "sent"


def test_giving_up_after_days_is_final_too(sent: Message) -> None:
    late = report(sent, status="4.4.7", said="timed out")
    assert came(late) == {"failed": 1}
    assert fresh(sent).last_error == "4.4.7 timed out"


def test_a_delay_is_kept_as_a_note(sent: Message) -> None:
    assert came(report(sent, action="delayed", status="4.4.1", said="no answer")) == {"delayed": 1}
    assert (fresh(sent).state, fresh(sent).note) == ("sent", "4.4.1 no answer")


def test_without_the_id_the_newest_to_the_recipient_is_meant(sent: Message, queue: Queue) -> None:
    older = queue(to=sent.to_address, state="sent", sent_at=now() - timedelta(days=1))
    changes = {"message_id": "<else@where.test>", "to": sent.to_address.upper()}
    assert came(report(sent, **changes)) == {"failed": 1}
    assert (fresh(older).state, fresh(sent).state) == ("sent", "dead")


def test_a_report_of_nobody_we_wrote_to_changes_nothing(sent: Message) -> None:
    changes = {"message_id": "<else@where.test>", "to": "nobody@else.test"}
    assert came(report(sent, **changes)) == {"unknown": 1}
    assert fresh(sent).state == "sent"


def test_the_same_report_twice_is_known(sent: Message) -> None:
    take_bounce(report(sent))
    assert came(report(sent)) == {"known": 1}


def test_a_report_from_before_it_was_sent_anew_is_known(sent: Message) -> None:
    old = report(sent, date=format_datetime(now() - timedelta(days=2)))
    assert came(old) == {"known": 1}
    assert fresh(sent).state == "sent"


def test_a_report_of_delivery_changes_nothing(sent: Message) -> None:
    assert came(report(sent, action="delivered", status="2.0.0")) == {"known": 1}
    assert fresh(sent).state == "sent"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00\xff" * 50, b"Subject: Hello\n\nI am on holiday.",
        b"Content-Type: message/delivery-status\n\nnothing",
        b'Content-Type: multipart/report; boundary="e"\n\n--e\n\nStatus: 5.0.0\n',
        b"Date: Mon, 99 Nov 9999 99:99\n\n",
    ],
)  # fmt: skip
def test_what_is_no_report_is_ignored(data: bytes) -> None:
    assert came(data) == {"ignored": 1}


def test_a_diagnostic_holds_no_control_characters(sent: Message) -> None:
    take_bounce(report(sent, said="550 5.1.1 a\x00b\x1bc"))
    assert fresh(sent).last_error == "550 5.1.1 a b c"


def run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("bounces", *words, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_command_reads_files(sent: Message, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(report(sent))
    (tmp_path / "two.eml").write_bytes(b"Subject: Hello\n\n")
    answer = run(str(tmp_path / "one.eml"), str(tmp_path / "two.eml"))
    assert answer == {"failed": 1, "delayed": 0, "known": 0, "unknown": 0, "ignored": 1}


def test_the_command_reads_one_from_standard_input(
    sent: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = SimpleNamespace(buffer=io.BytesIO(report(sent)))
    monkeypatch.setattr("collections_app.cli.management.commands.bounces.sys.stdin", pipe)
    assert run()["failed"] == 1


@pytest.fixture
def mailbox(sent: Message) -> Iterator[ImapServer]:
    server = ImapServer(report(sent), b"Subject: Hello\n\n")
    yield server
    server.stop()


def test_a_mailbox_is_read_once(sent: Message, mailbox: ImapServer) -> None:
    assert read_mailbox(mailbox.url()) == {Came.FAILED: 1, Came.IGNORED: 1}
    assert read_mailbox(mailbox.url()) == {}
    assert mailbox.read == {0, 1}
    assert fresh(sent).state == "dead"


def test_the_job_reads_the_mailbox_of_the_settings(
    sent: Message, mailbox: ImapServer, settings: Settings
) -> None:
    read_bounces()
    assert fresh(sent).state == "sent"
    settings.BOUNCES_URL = mailbox.url()
    read_bounces()
    assert fresh(sent).state == "dead"


@pytest.mark.parametrize("password", ["wrong-word"])
def test_a_mailbox_that_does_not_let_us_in_says_so_without_the_password(
    mailbox: ImapServer, password: str
) -> None:
    with pytest.raises(MailboxUnreachable) as fault:
        read_mailbox(mailbox.url(password))
    assert password not in str(fault.value)
    assert fault.value.__suppress_context__


@pytest.mark.parametrize("url", ["imap://a:b@mail.example/INBOX", "https://a:b@127.0.0.1/", "x"])
def test_a_mailbox_is_asked_only_where_nobody_listens_in(url: str) -> None:
    with pytest.raises(MailboxUnreachable):
        read_mailbox(url)
