"""Working days: week-ends and holidays left out, make-up days taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. ``special`` says so for single days: holidays and make-up days."""

    special: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        known = self.special.get(day)
        return day.weekday() < SATURDAY if known is None else known

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``; ``day`` itself for 0 (rule 5)."""
        step = timedelta(days=1 if count >= 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        """The day itself if it is worked, else the last one before it that is."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def count(self, start: date, end: date) -> int:
        """How many working days lie from ``start`` to ``end``, both included."""
        days = (end - start).days + 1
        return sum(self.is_working(start + timedelta(days=n)) for n in range(days))

    def nth_of_month(self, month: date, count: int) -> date:
        """The ``count``-th working day of the month whose first day is ``month``."""
        return self.after(month - timedelta(days=1), count)
