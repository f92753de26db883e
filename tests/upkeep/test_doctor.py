"""The doctor finds what is not well, and says what to do."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from collections_app.core.clock import now
from collections_app.jobs.models import JobRun
from collections_app.jobs.operations import beat
from collections_app.outbox.models import Message

pytestmark = pytest.mark.django_db
NAMES = [
    "database", "schema", "broker", "worker", "scheduler", "sweep", "outbox", "dead_messages",
    "mail", "secret_key", "debug", "base_url", "clock", "disk", "audit",
]  # fmt: skip


def doctor() -> dict[str, Any]:
    out = io.StringIO()
    call_command("doctor", "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def unwell() -> list[str]:
    return [check["name"] for check in doctor()["checks"] if not check["ok"]]


@pytest.fixture(autouse=True)
def _well() -> None:
    """Worker and scheduler live, and the trigger that tests switch off for themselves is on."""
    beat("worker")
    beat("scheduler")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")


def test_a_healthy_installation_is_well() -> None:
    answer = doctor()
    assert [check["name"] for check in answer["checks"]] == NAMES
    assert [check for check in answer["checks"] if not check["ok"]] == []
    assert answer["ok"] is True


def test_a_dead_scheduler_and_a_late_sweep_are_found() -> None:
    connection.cursor().execute("UPDATE jobs_heartbeat SET at = now() - interval '5 minutes'")
    at = now() - timedelta(minutes=30)
    JobRun.objects.create(name="sweep", period="1", started_at=at, finished_at=at, outcome="done")
    assert unwell() == ["worker", "scheduler", "sweep"]


@pytest.mark.parametrize(("state", "found"), [("queued", "outbox"), ("dead", "dead_messages")])
def test_mail_that_waits_or_died_is_found(state: str, found: str) -> None:
    Message.objects.create(
        key="1", message_id="1", kind="lapsed", to_address="a@b.test", language="en", state=state,
        reason="refused" if state == "dead" else "", due_at=now() - timedelta(hours=1),
    )  # fmt: skip
    assert unwell() == [found]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"DEBUG": True}, "debug"),
        ({"SECRET_KEY": "short"}, "secret_key"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "broker"),
        ({"ALLOWED_HOSTS": ["kept.example"]}, "base_url"),
        ({"BASE_URL": "http://kept.example"}, "base_url"),
        ({"KEPT_EMAIL": {"EMAIL_HOST": "mx"}, "DEFAULT_FROM_EMAIL": "k@localhost"}, "mail"),
    ],
    ids=str,
)
def test_a_setting_that_does_harm_is_found(
    settings: Settings, changes: dict[str, Any], found: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert unwell() == [found]


def test_an_audit_trail_that_can_be_changed_is_found() -> None:
    connection.cursor().execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
    assert unwell() == ["audit"]


def test_people_get_a_table() -> None:
    out = io.StringIO()
    call_command("doctor", stdout=out)
    assert "audit          ok  is append-only" in out.getvalue()
