"""The hours between which mail to customers leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collections_app.core.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Whole hours of working days in a time zone; ``until_hour`` is the first one after them."""

    from_hour: int
    until_hour: int
    zone: str
    calendar: WorkCalendar

    def next_at(self, instant: datetime) -> datetime:
        """The instant itself within business hours, else when the next ones begin."""
        local = instant.astimezone(ZoneInfo(self.zone))
        day = local.date()
        if self.calendar.is_working(day):
            if local.hour < self.from_hour:
                return self.begin(day)
            if local.hour < self.until_hour:
                return instant
        return self.begin(self.calendar.on_or_after(day + timedelta(days=1)))

    def begin(self, day: date) -> datetime:
        """When the business hours of the day begin."""
        return datetime.combine(day, time(self.from_hour), ZoneInfo(self.zone))
