"""Ways of cutting a promise into instalments, each due on a working day (rule 3). Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from collections_app.core.money import split_evenly
from collections_app.core.months import add_months, first_of, last_of, segment_ends
from collections_app.core.workdays import WorkCalendar

PRESETS: Final = ("segments", "weekly", "halves", "single")
FRIDAY: Final = 4


def preset_instalments(
    preset: str, amount: int, *, month: date, on: date, calendar: WorkCalendar
) -> list[tuple[date, int]]:
    """``amount`` minor units cut by one of ``PRESETS`` over what is left of ``month``.

    Due dates are working days from ``on`` on; where none is left in the month, in the month of
    the next working day. Equal parts, the rounding on the last.
    """
    days = _days(preset, month, on, calendar)
    while not days:
        month = max(add_months(month, 1), first_of(on))
        days = _days(preset, month, on, calendar)
    # A few cents make fewer parts: none may be of nothing.
    days = days[: max(amount, 1)]
    return list(zip(days, split_evenly(amount, len(days)), strict=True))


def _days(preset: str, month: date, on: date, calendar: WorkCalendar) -> list[date]:
    if preset == "segments":
        meant = list(segment_ends(month))
    elif preset == "halves":
        meant = [month.replace(day=15), last_of(month)]
    elif preset == "weekly":
        to_friday = (FRIDAY - month.weekday()) % 7
        fridays = (month + timedelta(days=to_friday + 7 * week) for week in range(5))
        meant = [day for day in fridays if day <= last_of(month)]
    else:
        meant = [last_of(month)]
    worked = {calendar.on_or_before(day) for day in meant}
    # A month that begins with holidays has no working day before its first Friday.
    return sorted(day for day in worked if day >= max(on, month))
