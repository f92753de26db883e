"""When the scheduler wakes a job: at the beginning of each period. Loads no models."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from celery.schedules import schedstate, schedule


class Aligned(schedule):
    """Due once in each period of the clock, so that two schedulers name the same ones.

    Periods are counted from the epoch: those of five minutes begin at :00, :05 and so on.
    """

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Whether the period of now is not that of the last run; and when to ask again."""
        now = self.now().timestamp()
        last = self.maybe_make_aware(last_run_at).timestamp()
        every = self.run_every.total_seconds()  # type: ignore[attr-defined]
        number = math.floor(now / every)
        wait = max((number + 1) * every - now, 0.01)
        return schedstate(is_due=number > math.floor(last / every), next=wait)

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        """How long until it is due."""
        is_due, wait = self.is_due(last_run_at)
        return timedelta(0) if is_due else timedelta(seconds=wait)


def period_of(at: datetime, every: float) -> str:
    """The name of the period of ``every`` seconds that holds the instant."""
    return f"{every:g}s {math.floor(at.timestamp() / every)}"
