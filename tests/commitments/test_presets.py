"""Presets, whatever the month, the day and the calendar: exact, in time, on working days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collections_app.commitments.presets import PRESETS, preset_instalments
from collections_app.core.workdays import WorkCalendar

START = date(2026, 1, 1)
DAYS = st.integers(0, 500).map(lambda n: START + timedelta(days=n))
MONTHS = DAYS.map(lambda day: day.replace(day=1))
# Holidays in runs of up to three weeks, and make-up days.
RUNS = st.lists(st.tuples(DAYS, st.integers(1, 21)), max_size=6)
MAKE_UP = st.lists(DAYS, max_size=6)


def calendar_of(runs: list[tuple[date, int]], make_up: list[date]) -> WorkCalendar:
    off = {start + timedelta(days=n): False for start, length in runs for n in range(length)}
    return WorkCalendar(off | dict.fromkeys(make_up, True))


@given(st.sampled_from(PRESETS), st.integers(1, 10**15), MONTHS, DAYS, RUNS, MAKE_UP)
def test_a_preset_is_exact_in_time_and_on_working_days(
    preset: str,
    amount: int,
    month: date,
    on: date,
    runs: list[tuple[date, int]],
    make_up: list[date],
) -> None:
    calendar = calendar_of(runs, make_up)
    parts = preset_instalments(preset, amount, month=month, on=on, calendar=calendar)
    days, amounts = [day for day, _ in parts], [part for _, part in parts]
    assert sum(amounts) == amount
    assert len(parts) >= 1
    assert min(amounts) > 0
    assert all(day >= max(on, month) and calendar.is_working(day) for day in days)
    assert days == sorted(set(days))
    assert len({day.replace(day=1) for day in days}) == 1
    # Equal parts, the rounding on the last.
    assert len(set(amounts[:-1])) <= 1
    assert 0 <= amounts[-1] - amounts[0] < len(parts)


@given(st.sampled_from(PRESETS), st.integers(1, 4), MONTHS)
def test_an_amount_of_a_few_cents_is_cut_into_no_more_parts_than_it_has(
    preset: str, amount: int, month: date
) -> None:
    parts = preset_instalments(preset, amount, month=month, on=month, calendar=WorkCalendar())
    assert all(part > 0 for _, part in parts)
    assert sum(part for _, part in parts) == amount
