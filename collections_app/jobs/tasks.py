"""The clock's sign of life."""

from __future__ import annotations

from datetime import datetime

from celery import current_app, current_task, shared_task

from collections_app.jobs.operations import beat, forget_runs
from collections_app.jobs.stamps import NAME, SENT_AT

OFTEN_SECONDS = 60


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


@shared_task(name="jobs.forget_runs")
def forget_old_runs(**_later_args: object) -> None:
    """Forget runs of long ago; those of what runs every few seconds after a day."""
    jobs = [entry.get("kwargs", {}).get("job") for entry in current_app.conf.beat_schedule.values()]
    forget_runs(often=[job["name"] for job in jobs if job and job["every"] <= OFTEN_SECONDS])
