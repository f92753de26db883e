"""The clock, read once at a door and passed inward as a day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """This instant, in UTC."""
    return timezone.now()


def today_in(zone: str) -> date:
    """The business date at this instant in the organisation's time zone."""
    return now().astimezone(ZoneInfo(zone)).date()
