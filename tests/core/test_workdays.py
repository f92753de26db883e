"""Working days: week-ends and holidays are left out, make-up days are taken in."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.core.workdays import WorkCalendar

# June 2026: the 1st is a Monday, the 6th and 7th a week-end.
FRIDAY = date(2026, 6, 5)
SATURDAY = date(2026, 6, 6)
SUNDAY = date(2026, 6, 7)
MONDAY = date(2026, 6, 8)
TUESDAY = date(2026, 6, 9)

PLAIN = WorkCalendar()
MONDAY_OFF = WorkCalendar({MONDAY: False})
SATURDAY_MADE_UP = WorkCalendar({SATURDAY: True})


def test_week_ends_are_not_worked() -> None:
    assert [PLAIN.is_working(d) for d in (FRIDAY, SATURDAY, SUNDAY, MONDAY)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_holiday_is_not_worked() -> None:
    assert not MONDAY_OFF.is_working(MONDAY)


def test_a_make_up_day_on_a_week_end_is_worked() -> None:
    assert SATURDAY_MADE_UP.is_working(SATURDAY)


def test_due_on_a_saturday_with_one_day_of_grace_lapses_after_monday() -> None:
    assert PLAIN.after(SATURDAY, 1) == MONDAY


def test_due_on_a_friday_with_one_day_of_grace_lapses_after_monday() -> None:
    assert PLAIN.after(FRIDAY, 1) == MONDAY


@pytest.mark.parametrize("day", [FRIDAY, SATURDAY, SUNDAY])
def test_without_grace_the_deadline_is_the_due_date_even_on_a_day_off(day: date) -> None:
    assert PLAIN.after(day, 0) == day


def test_without_grace_the_deadline_may_be_a_holiday() -> None:
    assert MONDAY_OFF.after(MONDAY, 0) == MONDAY


def test_grace_skips_a_holiday() -> None:
    assert MONDAY_OFF.after(SATURDAY, 1) == TUESDAY


def test_grace_counts_a_make_up_day() -> None:
    assert SATURDAY_MADE_UP.after(FRIDAY, 1) == SATURDAY


def test_three_days_of_grace_run_over_the_week_end() -> None:
    assert PLAIN.after(date(2026, 6, 3), 3) == MONDAY


def test_grace_runs_over_a_month_end() -> None:
    assert PLAIN.after(date(2026, 1, 30), 1) == date(2026, 2, 2)


def test_grace_counts_the_29th_of_february() -> None:
    assert PLAIN.after(date(2028, 2, 28), 1) == date(2028, 2, 29)
    assert PLAIN.after(date(2027, 2, 26), 1) == date(2027, 3, 1)


def test_a_negative_count_goes_back() -> None:
    assert PLAIN.after(MONDAY, -1) == FRIDAY
    assert PLAIN.after(SUNDAY, -2) == date(2026, 6, 4)


def test_the_next_worked_day_may_be_the_day_itself() -> None:
    assert PLAIN.on_or_after(FRIDAY) == FRIDAY
    assert PLAIN.on_or_after(SATURDAY) == MONDAY
    assert MONDAY_OFF.on_or_after(SATURDAY) == TUESDAY


def test_the_last_worked_day_may_be_the_day_itself() -> None:
    assert PLAIN.on_or_before(MONDAY) == MONDAY
    assert PLAIN.on_or_before(SUNDAY) == FRIDAY
    assert SATURDAY_MADE_UP.on_or_before(SUNDAY) == SATURDAY


def test_working_days_are_counted_with_both_ends() -> None:
    assert PLAIN.count(FRIDAY, MONDAY) == 2
    assert PLAIN.count(FRIDAY, FRIDAY) == 1
    assert PLAIN.count(SATURDAY, SUNDAY) == 0
    assert PLAIN.count(date(2026, 6, 1), date(2026, 6, 30)) == 22


def test_no_working_days_lie_before_the_start() -> None:
    assert PLAIN.count(MONDAY, FRIDAY) == 0


def test_the_first_working_day_of_a_month_may_be_its_first() -> None:
    assert PLAIN.nth_of_month(date(2026, 6, 1), 1) == date(2026, 6, 1)


def test_the_third_working_day_of_a_month_that_starts_on_a_week_end() -> None:
    assert PLAIN.nth_of_month(date(2026, 8, 1), 3) == date(2026, 8, 5)


def test_the_third_working_day_of_a_month_skips_its_holidays() -> None:
    calendar = WorkCalendar({date(2026, 1, 1): False, date(2026, 1, 2): False})
    assert calendar.nth_of_month(date(2026, 1, 1), 3) == date(2026, 1, 7)
