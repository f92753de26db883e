"""The clock's sign of life."""

from __future__ import annotations

from datetime import datetime

from celery import current_task, shared_task

from collections_app.jobs.operations import beat
from collections_app.jobs.stamps import NAME, SENT_AT


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
