"""The clock's sign of life."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from celery import current_task, shared_task
from celery.signals import before_task_publish

from collections_app.jobs.operations import beat

NAME = "jobs.beat_heartbeat"
SENT_AT = "kept_sent_at"


@before_task_publish.connect(sender=NAME)
def stamp_sent(headers: dict[str, Any], **_kwargs: Any) -> None:
    """Write into the message when the scheduler sent it."""
    headers[SENT_AT] = datetime.now(UTC).isoformat()


@shared_task(name=NAME)
def beat_heartbeat(**_later_args: object) -> None:
    """Show that a worker runs, and that the scheduler sent this when it says so.

    A worker that works off an old queue proves itself only: the scheduler's beat is the instant
    of sending, not of running.
    """
    beat("worker")
    sent_at = getattr(current_task.request, SENT_AT, None)
    if sent_at:
        beat("scheduler", at=datetime.fromisoformat(sent_at))
