"""The clock's sign of life proves a worker by running, and the scheduler by when it was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from collections_app.core.clock import now
from collections_app.jobs.queries import last_heartbeat
from collections_app.jobs.stamps import SENT_AT, stamp_sent
from collections_app.jobs.tasks import beat_heartbeat


def test_publishing_stamps_the_instant() -> None:
    headers: dict[str, Any] = {}
    stamp_sent(headers=headers)
    assert set(headers) == {SENT_AT}


def test_an_old_message_proves_the_worker_and_not_the_scheduler(db: None) -> None:
    sent_at = now() - timedelta(minutes=5)
    beat_heartbeat.push_request(**{SENT_AT: sent_at.isoformat()})
    try:
        beat_heartbeat()
    finally:
        beat_heartbeat.pop_request()
    worker = last_heartbeat("worker")
    assert worker is not None
    assert worker > now() - timedelta(minutes=1)
    assert last_heartbeat("scheduler") == sent_at


def test_a_task_run_by_hand_proves_no_scheduler(db: None) -> None:
    beat_heartbeat()
    assert last_heartbeat("scheduler") is None
