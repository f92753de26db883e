"""What Prometheus is told, and who may ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from collections_app.core.clock import now
from collections_app.jobs.models import JobRun
from collections_app.outbox.models import Message

pytestmark = pytest.mark.django_db


def figures(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_the_outbox_the_sweep_and_the_queue_are_told(client: Client) -> None:
    for number, state in enumerate(("queued", "queued", "sent")):
        Message.objects.create(
            key=str(number), message_id=str(number), kind="lapsed", to_address="a@b.test",
            language="en", state=state, sent_at=now() if state == "sent" else None, attempts=2,
            in_doubt=1, due_at=now() - timedelta(minutes=number + 1),
        )  # fmt: skip
    at = now() - timedelta(seconds=90)
    JobRun.objects.create(
        name="sweep", period="1", outcome="done", started_at=at,
        finished_at=at + timedelta(seconds=4),
    )  # fmt: skip
    told = figures(client)
    assert told['kept_outbox_messages{state="queued"}'] == 2
    assert told['kept_outbox_messages{state="dead"}'] == 0
    assert told["kept_outbox_oldest_due_age_seconds"] == pytest.approx(120, abs=30)
    assert told["kept_sweep_age_seconds"] == pytest.approx(86, abs=30)
    assert told["kept_sweep_duration_seconds"] == 4
    assert told["kept_messages_sent_total"] == 1
    assert told["kept_messages_tries_total"] == 6
    assert told["kept_messages_in_doubt_total"] == 3
    assert told["kept_queue_length"] >= 0


def test_without_a_broker_all_else_is_told(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    told = figures(client)
    assert "kept_queue_length" not in told
    assert told["kept_messages_sent_total"] == 0


@pytest.mark.parametrize(
    ("token", "given", "status"),
    [("", "", 403), ("word", "", 403), ("word", "Bearer else", 403), ("word", "Bearer word", 200),
     ("", "Bearer ", 403)],
)  # fmt: skip
def test_from_elsewhere_the_token_is_needed(
    settings: Settings, token: str, given: str, status: int
) -> None:
    settings.METRICS_TOKEN = token
    client = Client(REMOTE_ADDR="192.0.2.7")
    answer = client.get("/metrics", headers={"Authorization": given})
    assert answer.status_code == status
    assert (b"kept_" in answer.content) is (status == 200)


def test_a_proxy_on_this_machine_is_not_this_machine(client: Client) -> None:
    answer = client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
    assert answer.status_code == 403
