"""Who is to be told what, when: pure."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from collections_app.core.workdays import WorkCalendar


def morning_of(on: date, *, hour: int, zone: str, calendar: WorkCalendar) -> datetime:
    """When mail about the day's sweep leaves: that morning, or the next working one (rule 9)."""
    return datetime.combine(calendar.on_or_after(on), time(hour), ZoneInfo(zone))
