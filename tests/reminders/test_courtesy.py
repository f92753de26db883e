"""What a day asks to be said to a customer: by the policy's days, the calendar and the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from collections_app.core.business_hours import BusinessHours
from collections_app.core.workdays import WorkCalendar
from collections_app.notices.models import NoticeKind
from collections_app.reminders.courtesy import Owing, Step, next_step, step_on

# A Friday; the calendar has no holidays unless given.
DUE = date(2026, 7, 10)
MADE = date(2026, 6, 1)
OWING = Owing(MADE, DUE, DUE)
PLAIN = WorkCalendar({})


def step(days_after: int, *reminders: int, known: int = 99, owing: Owing = OWING) -> Step | None:
    """What is to be said so many days after the due date, payments known through another."""
    return step_on(
        owing,
        reminder_days=reminders,
        on=DUE + timedelta(days=days_after),
        known_through=DUE + timedelta(days=known),
        calendar=PLAIN,
    )


def told(days_after: int, *reminders: int, known: int = 99) -> tuple[str, int | None] | None:
    found = step(days_after, *reminders, known=known)
    return (found.kind.value, found.days_before) if found else None


@pytest.mark.parametrize(
    ("days_after", "expected"),
    [(-8, None), (-7, 7), (-4, 7), (-3, 3), (-1, 1), (0, 1)],
)
def test_the_latest_of_the_policys_days_that_has_come_is_said(
    days_after: int, expected: int | None
) -> None:
    found = step(days_after, 7, 3, 1)
    assert (found.days_before if found else None) == expected


def test_nothing_is_said_by_a_policy_without_reminders() -> None:
    assert step(0) is None


def test_a_reminder_older_than_seven_days_is_not_said() -> None:
    assert told(-3, 10) == ("due_soon", 10)
    assert told(-2, 10) is None


def test_a_promise_made_since_the_day_of_a_reminder_is_not_reminded_of() -> None:
    made = Owing(DUE - timedelta(days=3), DUE, DUE)
    assert step(-3, 3, owing=made) is None
    assert step(-1, 3, 1, owing=made) is not None


def test_nothing_is_said_in_the_days_of_grace() -> None:
    in_grace = Owing(MADE, DUE, DUE + timedelta(days=4))
    assert [step(days, 1, owing=in_grace) for days in range(1, 5)] == [None] * 4


def test_a_lapse_is_said_from_the_first_working_day_after_the_deadline() -> None:
    found = step(1, 3)
    assert found == Step(NoticeKind.LAPSED, date(2026, 7, 13), date(2026, 7, 20))


def test_a_lapse_of_longer_ago_is_said_no_more() -> None:
    assert told(10) == ("lapsed", None)
    assert told(11) is None


@pytest.mark.parametrize(
    ("days_after", "waits", "too_late"),
    [(1, True, False), (3, True, False), (4, True, False), (5, False, True)],
)
def test_a_lapse_waits_two_working_days_for_the_ledger(
    days_after: int, waits: bool, too_late: bool
) -> None:
    found = step(days_after, known=-1)
    assert found is not None
    assert (found.waits, found.came_too_late) == (waits, too_late)


def test_a_ledger_known_through_the_deadline_is_enough() -> None:
    found = step(1, known=0)
    assert found is not None
    assert not found.waits


def test_holidays_put_the_first_day_off_and_not_the_word() -> None:
    week = {date(2026, 7, 13) + timedelta(days=n): False for n in range(5)}
    found = step_on(
        OWING, reminder_days=[], on=date(2026, 7, 21), known_through=DUE,
        calendar=WorkCalendar(week),
    )  # fmt: skip
    assert found is not None
    assert found.since == date(2026, 7, 20)


def test_what_comes_next_is_the_next_reminder_and_at_last_the_lapse() -> None:
    days = [DUE - timedelta(days=8), DUE - timedelta(days=3), DUE, DUE + timedelta(days=3)]
    found = [next_step(OWING, reminder_days=[7, 3, 1], on=day, calendar=PLAIN) for day in days]
    assert [(s.kind.value, s.days_before) if s else None for s in found] == [
        ("due_soon", 7), ("due_soon", 1), ("lapsed", None), None,
    ]  # fmt: skip


def at(numbers: tuple[int, int, int, int, int]) -> datetime:
    year, month, day, hour, minute = numbers
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


BERLIN = BusinessHours(9, 18, "Europe/Berlin", WorkCalendar({date(2026, 12, 25): False}))


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ((2026, 7, 10, 6, 59), (2026, 7, 10, 7, 0)),  # summer: nine o'clock is seven in UTC
        ((2026, 7, 10, 7, 0), (2026, 7, 10, 7, 0)),
        ((2026, 7, 10, 15, 59), (2026, 7, 10, 15, 59)),
        ((2026, 7, 10, 16, 0), (2026, 7, 13, 7, 0)),  # Friday evening
        ((2026, 10, 24, 12, 0), (2026, 10, 26, 8, 0)),  # over the end of summer time
        ((2026, 3, 28, 12, 0), (2026, 3, 30, 7, 0)),  # over its beginning
        ((2026, 12, 24, 17, 0), (2026, 12, 28, 8, 0)),  # a holiday and a week-end
    ],
)
def test_mail_leaves_in_the_hours_of_working_days(
    instant: tuple[int, int, int, int, int], expected: tuple[int, int, int, int, int]
) -> None:
    found = BERLIN.next_at(at(instant))
    assert found == at(expected)
