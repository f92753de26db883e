"""Wake-ups for a worker: the rows are the truth, a task only says that it is time to look."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from collections_app.imports.jobs import TASK
from collections_app.imports.running import remove_old, run_due


@shared_task(name=TASK)
def run_job(**_later_args: Any) -> None:
    """Check or import what waits, jobs whose worker died included."""
    run_due()


@shared_task(name="imports.remove_old_uploads")
def remove_old_uploads(**_later_args: Any) -> None:
    """Remove files that nobody decided about."""
    remove_old()
