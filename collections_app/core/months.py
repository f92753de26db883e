"""Months as the first day of each, and the ten-day segments (旬) inside them."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_MONTH = re.compile(r"(\d{4})-(\d{2})")


def first_of(day: date) -> date:
    """The first day of the day's month, which stands for the month everywhere."""
    return day.replace(day=1)


def last_of(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(month: date, count: int) -> date:
    """The first day of the month ``count`` months after (before, if negative)."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_before(day: date) -> date:
    """The same day of the month before; its last where that month is shorter."""
    former = add_months(first_of(day), -1)
    return former.replace(day=min(day.day, last_of(former).day))


def parse_month(text: str) -> date:
    """``"2013-07"`` as its first day; raises ``ValueError`` for anything else."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return date(int(match[1]), int(match[2]), 1)


def month_text(month: date) -> str:
    """The contract's spelling of a month: ``"2013-07"``."""
    return f"{month.year:04d}-{month.month:02d}"


def segment_ends(month: date) -> tuple[date, date, date]:
    """Last days of the three ten-day segments of the month: the 10th, the 20th, its last day."""
    return month.replace(day=10), month.replace(day=20), last_of(month)


def days_between(start: date, end: date) -> list[date]:
    """Every day from ``start`` to ``end``, both included."""
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]
