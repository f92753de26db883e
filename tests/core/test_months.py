"""A month is its first day, whatever its length."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.core.months import (
    add_months,
    days_between,
    first_of,
    last_of,
    month_text,
    parse_month,
    segment_ends,
)


def test_the_first_day_stands_for_the_month() -> None:
    assert first_of(date(2028, 2, 29)) == date(2028, 2, 1)
    assert first_of(date(2026, 6, 1)) == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 4, 30), date(2026, 4, 30)),
        (date(2026, 2, 10), date(2026, 2, 28)),
        (date(2028, 2, 10), date(2028, 2, 29)),
        (date(2000, 2, 1), date(2000, 2, 29)),
        (date(2100, 2, 1), date(2100, 2, 28)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_the_last_day_is_the_month_s_own(day: date, last: date) -> None:
    assert last_of(day) == last


@pytest.mark.parametrize(
    ("count", "month"),
    [
        (0, date(2026, 11, 1)),
        (1, date(2026, 12, 1)),
        (2, date(2027, 1, 1)),
        (14, date(2028, 1, 1)),
        (-10, date(2026, 1, 1)),
        (-11, date(2025, 12, 1)),
        (-23, date(2024, 12, 1)),
    ],
)
def test_months_are_added_over_year_ends(count: int, month: date) -> None:
    assert add_months(date(2026, 11, 1), count) == month


def test_a_month_is_added_from_its_last_day_without_slipping() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 1)


def test_a_month_is_read_and_written_alike() -> None:
    assert parse_month("2013-07") == date(2013, 7, 1)
    assert month_text(date(2013, 7, 31)) == "2013-07"
    assert month_text(date(999, 12, 1)) == "0999-12"


@pytest.mark.parametrize(
    "text",
    ["", "2013", "2013-7", "2013-13", "2013-00", "0000-01", "2013-07-01", " 2013-07", "07-2013"],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_month(text)


def test_ten_day_segments_end_on_the_10th_the_20th_and_the_month_s_end() -> None:
    assert segment_ends(date(2026, 7, 1)) == (
        date(2026, 7, 10),
        date(2026, 7, 20),
        date(2026, 7, 31),
    )


def test_the_last_segment_of_february_ends_on_its_last_day() -> None:
    assert segment_ends(date(2028, 2, 1))[2] == date(2028, 2, 29)
    assert segment_ends(date(2027, 2, 1))[2] == date(2027, 2, 28)


def test_days_between_have_both_ends() -> None:
    assert days_between(date(2028, 2, 28), date(2028, 3, 1)) == [
        date(2028, 2, 28),
        date(2028, 2, 29),
        date(2028, 3, 1),
    ]
    assert days_between(date(2026, 6, 1), date(2026, 6, 1)) == [date(2026, 6, 1)]


def test_no_days_lie_before_the_start() -> None:
    assert days_between(date(2026, 6, 2), date(2026, 6, 1)) == []
