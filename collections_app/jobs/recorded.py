"""A task that the clock woke runs once a period and leaves a record of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import Task

from collections_app.core.clock import now
from collections_app.jobs.schedules import period_of
from collections_app.jobs.stamps import SENT_AT


class RecordedTask(Task):  # type: ignore[type-arg]
    """Woken with ``job`` (its name, and the seconds of its period; none for by hand) it is guarded
    and recorded. Woken without, because something is there to be done now, it just runs.
    """

    abstract = True

    def __call__(self, *args: Any, job: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        # Celery's own call would hide the request that a worker has set.
        run = super().__call__ if self.request.called_directly else self.run
        if job is None:
            return run(*args, **kwargs)
        # Not above: the scheduler loads this module, and loads no models.
        from collections_app.jobs.operations import run_once  # noqa: PLC0415

        sent_at = getattr(self.request, SENT_AT, None)
        at = datetime.fromisoformat(sent_at) if sent_at else now()
        period = period_of(at, job["every"]) if job.get("every") else f"by hand {at.isoformat()}"
        info = self.request.delivery_info or {}
        return run_once(
            job["name"],
            period,
            lambda: run(*args, **kwargs),
            has_died=bool(info.get("redelivered")),
        )
