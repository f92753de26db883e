"""When a month is opened, and for which customers (rule 2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.core.months import add_months, first_of
from collections_app.core.workdays import WorkCalendar
from collections_app.planning.opening import OPENING_DAYS, month_to_open

PLAIN = WorkCalendar()
DECEMBER = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("day", "opened"),
    [
        (date(2026, 11, 23), None),  # Monday, the sixth working day before December
        (date(2026, 11, 24), DECEMBER),
        (date(2026, 11, 28), DECEMBER),  # a Saturday in between
        (date(2026, 11, 30), DECEMBER),
        (DECEMBER, None),
        (date(2026, 12, 25), date(2027, 1, 1)),
    ],
)
def test_the_next_month_is_opened_from_the_fifth_last_working_day_on(
    day: date, opened: date | None
) -> None:
    assert month_to_open(day, PLAIN) == opened


def test_holidays_at_the_end_of_a_month_open_the_next_one_earlier() -> None:
    holidays = WorkCalendar({date(2026, 11, 30): False, date(2026, 11, 27): False})
    assert month_to_open(date(2026, 11, 20), holidays) == DECEMBER
    assert month_to_open(date(2026, 11, 19), holidays) is None


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS, st.sets(st.integers(-40, 40), max_size=12))
def test_a_month_is_open_for_five_working_days_before_it_begins(day: date, off: set[int]) -> None:
    following = add_months(first_of(day), 1)
    calendar = WorkCalendar({following + timedelta(days=n): False for n in off})
    is_open = month_to_open(day, calendar) is not None
    assert is_open == (calendar.count(day, following - timedelta(days=1)) <= OPENING_DAYS and (
        calendar.is_working(day)
        or calendar.count(day, following - timedelta(days=1)) < OPENING_DAYS
    ))  # fmt: skip
