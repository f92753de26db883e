"""``manage.py send`` and ``manage.py outbox``: the contract's JSON and exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collections_app.cli.management.commands.outbox import Command as OutboxCommand
from collections_app.cli.management.commands.send import Command as SendCommand
from collections_app.outbox.models import Message
from tests.conftest import Cast
from tests.notices.conftest import make_lapsed, owe_lapsed
from tests.outbox.conftest import Queue, fresh
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db


def run(command: str, *words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Run a command as from the command line; its exit status and its one JSON object."""
    kind = SendCommand if command == "send" else OutboxCommand
    with pytest.raises(SystemExit) as end:
        kind().run_from_argv(["manage.py", command, *words, "--json"])
    return int(end.value.code or 0), json.loads(capsys.readouterr().out)


def test_sending_says_what_was_sent(
    smtp_sink: SmtpSink,
    cast: Cast,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lapsed = make_lapsed(cast.east_rep)
    owe_lapsed(lapsed)
    status, said = run("send", capsys=capsys)
    assert (status, said) == (
        0,
        {"sent": 1, "withdrawn": 0, "failed": 0, "in_doubt": 0, "left": 0},
    )
    status, listed = run("outbox", "--state", "sent", capsys=capsys)
    (message,) = listed["messages"]
    stored = Message.objects.get()
    assert status == 0
    assert message == {
        "id": stored.pk,
        "key": stored.key,
        "message_id": stored.message_id,
        "kind": "lapsed",
        "to": "anna@kept.test",
        "subject": "1 promise has lapsed",
        "state": "sent",
        "attempts": 1,
        "in_doubt": 0,
        "reason": None,
        "created_at": message["created_at"],
        "sent_at": message["sent_at"],
        "notices": [
            {
                "key": f"instalment/{lapsed.pk}",
                "kind": "lapsed",
                "customer": "E-1",
                "reference": "P-EAST",
                "position": 1,
            }
        ],
    }
    assert message["created_at"].endswith("+00:00")
    assert message["sent_at"].endswith("+00:00")


def test_one_that_is_refused_for_good_is_status_one(
    smtp_sink: SmtpSink, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    owe_lapsed(make_lapsed(cast.east_rep))
    smtp_sink.replies["anna@kept.test"] = "550 no such person"
    status, said = run("send", "--until-empty", "--timeout", "5", capsys=capsys)
    assert (status, said["failed"], said["left"]) == (1, 1, 0)
    _, listed = run("outbox", "--state", "dead", capsys=capsys)
    assert [m["reason"] for m in listed["messages"]] == ["refused"]


def test_a_message_that_carries_nothing_is_withdrawn(
    smtp_sink: SmtpSink, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    message = queue()
    status, said = run("send", "--until-empty", "--timeout", "5", capsys=capsys)
    assert (status, said["withdrawn"]) == (0, 1)
    assert (fresh(message).state, fresh(message).reason) == ("withdrawn", "replaced")


def test_a_server_that_is_away_is_status_one(
    smtp_sink: SmtpSink,
    cast: Cast,
    capsys: pytest.CaptureFixture[str],
) -> None:
    owe_lapsed(make_lapsed(cast.east_rep))
    smtp_sink.stop()
    status, said = run("send", capsys=capsys)
    assert (status, said["failed"], said["sent"]) == (1, 1, 0)


def test_until_empty_waits_for_what_another_sender_has_in_hand(
    smtp_sink: SmtpSink, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    from uuid import uuid4

    from collections_app.outbox import operations

    queue()
    operations.claim(token=uuid4())
    status, said = run("send", "--until-empty", "--timeout", "0.5", capsys=capsys)
    assert (status, said["left"]) == (1, 1)


def test_held_mail_is_released(queue: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    held = queue(state="held")
    _, listed = run("outbox", "--state", "held", capsys=capsys)
    assert [m["id"] for m in listed["messages"]] == [held.pk]
    _, listed = run("outbox", "--release", capsys=capsys)
    assert [m["state"] for m in listed["messages"]] == ["queued"]


def test_a_state_that_is_none_is_wrong_usage(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run("outbox", "--state", "lost", capsys=capsys)
    assert (status, said["error"]["code"]) == (2, "usage")
