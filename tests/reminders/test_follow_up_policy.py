"""When a lapse wants a follow-up: rule 8 by the rating, stilled by contacts, holds and promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.reminders.policy import (
    Chased,
    Interval,
    chase_days,
    quiet_until,
    wanted_since,
    wants_follow_up,
)

DEADLINE = date(2026, 11, 2)
EVERY = {"A": 7, "B": 4, "C": 2, "D": 1}


def after(number: int) -> date:
    """The n-th day after the deadline."""
    return DEADLINE + timedelta(days=number)


def lapse(
    every: int,
    *follow_ups: int,
    still: Sequence[tuple[int, int]] = (),
    then: Interval | None = None,
) -> Chased:
    intervals = [Interval(None, every), *([then] if then else [])]
    spans = [(after(start), after(end)) for start, end in still]
    return Chased(DEADLINE, intervals, [after(n) for n in follow_ups], spans)


def wanted(chased: Chased, *, until: int = 20) -> list[int]:
    """The days after the deadline on which a follow-up is wanted."""
    return [n for n in range(-3, until + 1) if wants_follow_up(chased, on=after(n))]


@pytest.mark.parametrize(
    ("rating", "days"),
    [
        ("A", [1, 8, 15]),
        ("B", [1, 5, 9, 13, 17]),
        ("C", [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]),
        ("D", list(range(1, 21))),
    ],
)
def test_a_lapse_is_chased_at_the_ratings_interval(rating: str, days: list[int]) -> None:
    assert wanted(lapse(EVERY[rating])) == days


def test_nothing_is_wanted_on_the_deadline_itself() -> None:
    assert not wants_follow_up(lapse(1), on=DEADLINE)


def test_a_follow_up_stills_the_chase_for_the_interval() -> None:
    assert wanted(lapse(4, 2)) == [1, 6, 10, 14, 18]


def test_on_the_day_of_a_follow_up_none_is_wanted() -> None:
    assert wanted(lapse(4, 5)) == [1, 9, 13, 17]


def test_a_follow_up_before_the_lapse_stills_nothing() -> None:
    assert wanted(lapse(7, -1, 0)) == [1, 8, 15]


def test_a_hold_stills_the_chase_and_it_resumes_the_morning_after() -> None:
    assert wanted(lapse(4, still=[(3, 10)])) == [1, 11, 15, 19]


def test_a_hold_over_no_day_of_the_chase_moves_nothing() -> None:
    assert wanted(lapse(7, still=[(3, 6)])) == [1, 8, 15]


def test_a_follow_up_during_a_hold_counts() -> None:
    assert wanted(lapse(4, 9, still=[(3, 10)])) == [1, 13, 17]


def test_a_day_is_judged_by_the_policy_of_its_time() -> None:
    assert wanted(lapse(7, then=Interval(after(10), 2))) == [1, 8, 10, 12, 14, 16, 18, 20]
    assert wanted(lapse(1, then=Interval(after(4), 7))) == [1, 2, 3, 10, 17]


def test_what_was_wanted_and_not_done_is_wanted_until_it_is_done() -> None:
    assert wanted_since(lapse(7), on=after(3)) == after(1)
    assert wanted_since(lapse(7, 4), on=after(10)) is None
    assert wanted_since(lapse(7, 4), on=after(12)) == after(11)


def test_a_hold_stills_what_was_wanted_before_it() -> None:
    assert wanted_since(lapse(7, still=[(2, 5)]), on=after(3)) is None
    assert wanted_since(lapse(7, still=[(2, 5)]), on=after(6)) == after(1)


def test_the_quiet_period_ends_two_days_after_the_contact() -> None:
    assert quiet_until(after(1), days=2) == after(3)


CHASED = st.builds(
    lapse,
    st.integers(1, 9),
    still=st.lists(
        st.tuples(st.integers(-5, 60), st.integers(0, 15)).map(lambda s: (s[0], s[0] + s[1])),
        max_size=3,
    ),
    then=st.none() | st.builds(Interval, st.integers(-5, 60).map(after), st.integers(1, 9)),
)
CONTACTS = st.lists(st.integers(-5, 60), max_size=6)


def with_contacts(chased: Chased, days: Sequence[int]) -> Chased:
    return Chased(chased.deadline_on, chased.intervals, [after(n) for n in days], chased.still)


def plainly(chased: Chased, until: int) -> list[date]:
    """Day by day, as the rule is told."""
    reached: date | None = None
    found = []
    for day in (after(n) for n in range(1, until + 1)):
        if day in chased.follow_ups:
            reached = day
        elif any(start <= day <= end for start, end in chased.still):
            continue
        elif reached is None or (day - reached).days >= chased.interval_on(day):
            found.append(day)
            reached = day
    return found


@given(CHASED, CONTACTS, st.integers(0, 60))
def test_the_chase_is_what_the_rule_says_day_by_day(
    chased: Chased, contacts: list[int], until: int
) -> None:
    whole = with_contacts(chased, contacts)
    assert list(chase_days(whole, on=after(until))) == plainly(whole, until)


@given(CHASED, CONTACTS, st.integers(1, 60))
def test_no_day_of_the_chase_changes_as_time_goes_on(
    chased: Chased, contacts: list[int], until: int
) -> None:
    whole = with_contacts(chased, contacts)
    earlier = list(chase_days(whole, on=after(until - 1)))
    assert list(chase_days(whole, on=after(until)))[: len(earlier)] == earlier


@given(CHASED, CONTACTS, st.integers(1, 60))
def test_right_after_a_follow_up_nothing_is_wanted(
    chased: Chased, contacts: list[int], on: int
) -> None:
    assert wanted_since(with_contacts(chased, [*contacts, on]), on=after(on)) is None


@given(st.integers(1, 9), st.integers(1, 60))
def test_without_anything_to_still_it_the_chase_is_every_interval(every: int, until: int) -> None:
    assert wanted(lapse(every), until=until) == list(range(1, until + 1, every))
