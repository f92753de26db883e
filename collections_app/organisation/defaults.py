"""What holds before anybody sets it: the policies of rule 8, the holidays of a country."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, Final

import holidays

FIRST_YEAR: Final = 2010
LAST_YEAR: Final = 2040
UNRATED_COUNTS_AS: Final = "B"


def _policy(
    grace: int, tolerance: tuple[int, int | None], reminders: list[int], chase: int, escalate: int
) -> dict[str, Any]:
    return {
        "grace_days": grace,
        "tolerance_permille": tolerance[0],
        "tolerance_cap": tolerance[1],
        "reminder_days": reminders,
        "chase_every_days": chase,
        "escalate_after_days": escalate,
    }


DEFAULT_POLICIES: Final = {
    "A": _policy(3, (10, 500), [1], 7, 14),
    "B": _policy(1, (0, None), [3], 4, 7),
    "C": _policy(0, (0, None), [5, 1], 2, 3),
    "D": _policy(0, (0, None), [7, 3, 1], 1, 0),
}


@lru_cache(maxsize=8)
def holidays_of(country: str) -> dict[date, bool]:
    """Public holidays (not worked) and week-end make-up days (worked) of an ISO country code.

    Empty for no country: week-ends only. Raises ``NotImplementedError`` for a country that the
    ``holidays`` package does not know.
    """
    if not country:
        return {}
    found = holidays.country_holidays(country, years=range(FIRST_YEAR, LAST_YEAR + 1))
    special = dict.fromkeys(found, False)
    special.update(dict.fromkeys(found.weekend_workdays, True))
    return special


def countries() -> list[str]:
    """ISO codes of the countries whose holidays are known, in order."""
    return sorted(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=32)
def holiday_names(country: str, year: int, language: str) -> dict[date, str]:
    """What the country's public holidays of a year are called; in its own language, if need be."""
    if not country:
        return {}
    known = holidays.country_holidays(country).supported_languages
    wanted = "zh_CN" if language.startswith("zh") else "en_US"
    found = holidays.country_holidays(
        country, years=year, language=wanted if wanted in known else None
    )
    return dict(found.items())
