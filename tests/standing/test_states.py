"""Rule 5: the state of an instalment, its verdict, and when it was settled."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.core.money import ratio, tolerance_of
from collections_app.core.workdays import WorkCalendar
from collections_app.standing.facts import CommitmentFact, PaymentFact
from collections_app.standing.states import InstalmentState
from tests.standing.plain import commitment, facts, instalment, instalment_states, june, payment

# A Wednesday; what is promised below is due on it, without grace.
DUE = june(10)
DAY_AFTER = june(11)


def one(
    *payments: PaymentFact,
    on: date,
    amount: int = 10_000,
    tolerance: int = 0,
    deadline: date = DUE,
    ended: date | None = None,
    ending: str = "superseded",
) -> InstalmentState:
    """The state of a single promise due on the 10th."""
    promise = commitment(
        1,
        instalment(1, amount, DUE, deadline=deadline, tolerance=tolerance),
        ended=ended,
        ending=ending,
    )
    return instalment_states(facts(promise, *payments), on=on)[1]


def state(*payments: PaymentFact, on: date, **more: date | int | str | None) -> str:
    return one(*payments, on=on, **more).state.value  # type: ignore[arg-type]


def verdict(*payments: PaymentFact, on: date, **more: date | int | str | None) -> str | None:
    found = one(*payments, on=on, **more).verdict  # type: ignore[arg-type]
    return found.value if found else None


# --- open, lapsed, kept ---


def test_a_promise_is_open_on_its_deadline_and_has_lapsed_the_next_day() -> None:
    assert state(on=DUE) == "open"
    assert state(on=DAY_AFTER) == "broken"


def test_a_part_paid_promise_is_open_on_its_deadline_and_partially_kept_the_next_day() -> None:
    part = payment(1, 4_000, june(5))
    assert state(part, on=DUE) == "open"
    assert one(part, on=DUE).received == 4_000
    assert state(part, on=DAY_AFTER) == "partially_kept"


def test_a_promise_is_kept_before_its_deadline_once_fulfilled() -> None:
    assert state(payment(1, 10_000, june(5)), on=june(5)) == "kept"


def test_money_on_the_deadline_is_in_time() -> None:
    assert state(payment(1, 10_000, DUE), on=DAY_AFTER) == "kept"


def test_money_the_day_after_the_deadline_is_late() -> None:
    assert state(payment(1, 10_000, DAY_AFTER), on=DAY_AFTER) == "kept_late"


def test_one_cent_in_time_is_partially_kept_and_none_is_broken() -> None:
    assert state(payment(1, 1, DUE), on=DAY_AFTER) == "partially_kept"
    assert state(on=DAY_AFTER) == "broken"


def test_late_part_money_moves_broken_to_partially_kept_but_not_the_verdict() -> None:
    late = payment(1, 4_000, june(12))
    assert state(late, on=june(11)) == "broken"
    assert state(late, on=june(12)) == "partially_kept"
    assert verdict(late, on=june(12)) == "broken"


def test_promised_30_000_with_10_000_in_time_and_20_000_six_days_late() -> None:
    found = one(
        payment(1, 1_000_000, june(9)),
        payment(2, 2_000_000, june(16)),
        on=june(16),
        amount=3_000_000,
    )
    assert found.verdict == "partially_kept"
    assert found.state == "kept_late"
    assert ratio(found.received_on_time, found.instalment.amount) == ratio(333, 999)
    assert (found.received, found.received_on_time) == (3_000_000, 1_000_000)
    assert found.settled_on == june(16)
    assert (june(16) - found.instalment.deadline_on).days == 6
    assert found.days_late == 0


# --- deadline and grace ---


def test_due_on_saturday_with_one_day_of_grace_is_open_on_monday_and_broken_on_tuesday() -> None:
    saturday, monday = june(13), june(15)
    assert WorkCalendar().after(saturday, 1) == monday
    of = facts(commitment(1, instalment(1, 10_000, saturday, deadline=monday)))
    assert instalment_states(of, on=monday)[1].state == "open"
    assert instalment_states(of, on=june(16))[1].state == "broken"


def test_money_within_the_grace_is_in_time() -> None:
    paid = payment(1, 10_000, june(12))
    assert state(paid, on=june(30), deadline=june(12)) == "kept"
    assert verdict(paid, on=june(30), deadline=june(12)) == "kept"


def test_a_deadline_on_the_29th_of_february_ends_with_that_day() -> None:
    leap = date(2028, 2, 29)
    of = facts(commitment(1, instalment(1, 10_000, leap), made=date(2028, 2, 1)))
    assert instalment_states(of, on=leap)[1].state == "open"
    found = instalment_states(of, on=date(2028, 3, 1))[1]
    assert (found.state, found.days_late) == ("broken", 1)


def test_a_promise_due_at_the_end_of_a_month_lapses_on_the_first_of_the_next() -> None:
    of = facts(commitment(1, instalment(1, 10_000, june(30))))
    assert instalment_states(of, on=june(30))[1].state == "open"
    assert instalment_states(of, on=date(2026, 7, 1))[1].state == "broken"


@pytest.mark.parametrize(("day", "late"), [(9, 0), (10, 0), (11, 1), (12, 2), (30, 20)])
def test_days_late_are_calendar_days_since_the_deadline(day: int, late: int) -> None:
    assert one(on=june(day)).days_late == late


def test_days_late_count_from_the_deadline_not_the_due_date() -> None:
    assert one(on=june(15), deadline=june(12)).days_late == 3


def test_a_promise_kept_late_is_no_longer_late() -> None:
    late = payment(1, 10_000, june(15))
    assert one(late, on=june(14)).days_late == 4
    assert one(late, on=june(15)).days_late == 0


def test_an_ended_promise_is_not_late() -> None:
    assert one(on=june(20), ended=june(15)).days_late == 0


# --- tolerance ---


def test_tolerance_exactly_met_keeps_a_promise() -> None:
    assert state(payment(1, 9_900, DUE), on=DAY_AFTER, tolerance=100) == "kept"


def test_one_cent_short_of_tolerance_does_not() -> None:
    assert state(payment(1, 9_899, DUE), on=DUE, tolerance=100) == "open"
    assert state(payment(1, 9_899, DUE), on=DAY_AFTER, tolerance=100) == "partially_kept"


def test_without_tolerance_one_cent_short_is_short() -> None:
    assert state(payment(1, 9_999, DUE), on=DAY_AFTER) == "partially_kept"


def test_a_capped_tolerance_is_what_may_be_missing() -> None:
    amount = 10_000_000
    capped = tolerance_of(amount, permille=10, cap=50_000)
    paid = payment(1, amount - 50_000, DUE)
    short = payment(1, amount - 50_001, DUE)
    assert state(paid, on=DAY_AFTER, amount=amount, tolerance=capped) == "kept"
    assert state(short, on=DAY_AFTER, amount=amount, tolerance=capped) == "partially_kept"


def test_a_tolerance_rounded_down_is_what_may_be_missing() -> None:
    down = tolerance_of(199, permille=10, cap=None)
    assert state(payment(1, 198, DUE), on=DAY_AFTER, amount=199, tolerance=down) == "kept"
    assert state(payment(1, 197, DUE), on=DAY_AFTER, amount=199, tolerance=down) == "partially_kept"


def test_tolerance_holds_for_late_money_too() -> None:
    assert state(payment(1, 9_900, june(12)), on=june(12), tolerance=100) == "kept_late"


def test_money_beyond_tolerance_that_fills_the_rest_late_leaves_a_promise_kept() -> None:
    found = one(payment(1, 9_900, DUE), payment(2, 100, june(12)), on=june(12), tolerance=100)
    assert (found.state, found.received, found.received_on_time) == ("kept", 10_000, 9_900)
    assert found.settled_on == DUE


# --- settled on ---


def test_nothing_is_settled_before_it_is_fulfilled() -> None:
    assert one(payment(1, 9_999, june(5)), on=DAY_AFTER).settled_on is None


def test_settled_on_is_the_day_that_completed_it() -> None:
    found = one(
        payment(1, 3_000, june(3)),
        payment(2, 5_000, june(5)),
        payment(3, 2_000, june(8)),
        payment(4, 9_000, june(9)),
        on=DAY_AFTER,
    )
    assert found.settled_on == june(8)


def test_settled_on_is_the_day_tolerance_was_met() -> None:
    found = one(payment(1, 9_900, june(5)), payment(2, 100, june(8)), on=DAY_AFTER, tolerance=100)
    assert found.settled_on == june(5)


def test_a_reversal_moves_settled_on() -> None:
    first = payment(1, 6_000, june(3), reversals=[(june(9), 6_000)])
    rest = (payment(2, 6_000, june(5)), payment(3, 6_000, june(8)))
    assert one(first, *rest, on=june(8)).settled_on == june(5)
    assert one(first, *rest, on=june(9)).settled_on == june(8)


# --- the verdict ---


def test_there_is_no_verdict_on_the_deadline_even_if_fulfilled() -> None:
    paid = payment(1, 10_000, june(5))
    assert verdict(paid, on=DUE) is None
    assert verdict(paid, on=DAY_AFTER) == "kept"


def test_the_verdict_on_nothing_in_time_is_broken() -> None:
    assert verdict(on=DAY_AFTER) == "broken"


def test_late_money_never_moves_the_verdict() -> None:
    late = payment(1, 10_000, DAY_AFTER)
    assert verdict(late, on=june(30)) == "broken"
    assert state(late, on=june(30)) == "kept_late"


def test_money_booked_late_but_dated_in_time_moves_the_verdict() -> None:
    assert verdict(payment(1, 4_000, june(9)), on=june(16)) == "partially_kept"
    booked_later = payment(2, 6_000, june(10))
    assert verdict(payment(1, 4_000, june(9)), booked_later, on=june(16)) == "kept"


def test_a_reversal_moves_the_verdict_from_its_own_day() -> None:
    bounced = payment(1, 10_000, june(9), reversals=[(june(20), 10_000)])
    assert (state(bounced, on=june(19)), verdict(bounced, on=june(19))) == ("kept", "kept")
    assert (state(bounced, on=june(20)), verdict(bounced, on=june(20))) == ("broken", "broken")


def test_a_reversal_of_a_part_makes_kept_partially_kept() -> None:
    bounced = payment(1, 10_000, june(9), reversals=[(june(20), 1)])
    assert verdict(bounced, on=june(20)) == "partially_kept"


def test_a_bounced_payment_made_good_late_is_kept_late() -> None:
    bounced = payment(1, 10_000, june(9), reversals=[(june(12), 10_000)])
    again = payment(2, 10_000, june(15))
    assert state(bounced, again, on=june(15)) == "kept_late"
    assert verdict(bounced, again, on=june(15)) == "broken"


# --- ended promises ---


@pytest.mark.parametrize("ending", ["superseded", "cancelled"])
def test_a_promise_ended_unfulfilled_says_how_from_that_day(ending: str) -> None:
    assert state(on=june(4), ended=june(5), ending=ending) == "open"
    assert state(on=june(5), ended=june(5), ending=ending) == ending
    assert state(on=june(30), ended=june(5), ending=ending) == ending


@pytest.mark.parametrize("day", [june(5), DUE])
def test_ended_unfulfilled_on_or_before_the_deadline_has_no_verdict(day: date) -> None:
    part = payment(1, 4_000, june(3))
    assert verdict(part, on=june(30), ended=day) is None
    assert verdict(on=june(30), ended=day, ending="cancelled") is None


def test_superseded_the_day_after_the_deadline_keeps_its_verdict() -> None:
    part = payment(1, 4_000, june(3))
    assert verdict(part, on=june(30), ended=DAY_AFTER) == "partially_kept"
    assert state(part, on=june(30), ended=DAY_AFTER) == "superseded"
    assert verdict(on=june(30), ended=DAY_AFTER) == "broken"


def test_ended_within_the_grace_has_no_verdict() -> None:
    assert verdict(on=june(30), deadline=june(12), ended=june(12)) is None
    assert verdict(on=june(30), deadline=june(12), ended=june(13)) == "broken"


@pytest.mark.parametrize("ending", ["superseded", "cancelled"])
def test_fulfilled_before_it_ended_stays_kept(ending: str) -> None:
    paid = payment(1, 10_000, june(4))
    assert state(paid, on=june(30), ended=june(5), ending=ending) == "kept"
    assert verdict(paid, on=june(30), ended=june(5), ending=ending) == "kept"


def test_kept_late_before_it_ended_stays_kept_late() -> None:
    late = payment(1, 10_000, june(15))
    assert state(late, on=june(30), ended=june(16)) == "kept_late"
    assert verdict(late, on=june(30), ended=june(16)) == "broken"


def test_a_bounce_after_the_end_leaves_a_promise_superseded() -> None:
    bounced = payment(1, 10_000, june(4), reversals=[(june(20), 10_000)])
    assert state(bounced, on=june(19), ended=june(5)) == "kept"
    assert state(bounced, on=june(20), ended=june(5)) == "superseded"
    assert verdict(bounced, on=june(20), ended=june(5)) is None


# --- what the clock alone changes ---


def test_an_open_promise_changes_the_day_after_its_deadline() -> None:
    assert one(on=june(1)).changes_on == DAY_AFTER
    assert one(on=DUE).changes_on == DAY_AFTER


def test_a_promise_kept_ahead_gets_its_verdict_the_day_after_its_deadline() -> None:
    paid = payment(1, 10_000, june(5))
    assert one(paid, on=june(5)).changes_on == DAY_AFTER
    assert one(paid, on=june(9), ended=june(6)).changes_on == DAY_AFTER


def test_after_the_deadline_the_clock_changes_nothing() -> None:
    assert one(on=DAY_AFTER).changes_on is None
    assert one(payment(1, 10_000, june(5)), on=DAY_AFTER).changes_on is None


def test_the_clock_does_not_change_an_ended_promise() -> None:
    assert one(on=june(6), ended=june(5)).changes_on is None


def test_a_promise_not_yet_made_has_no_state() -> None:
    of = facts(commitment(1, instalment(1, 10_000, DUE), made=june(5)))
    assert instalment_states(of, on=june(4)) == {}


def test_instalments_of_one_promise_are_judged_one_by_one() -> None:
    promise: CommitmentFact = commitment(
        1,
        instalment(1, 10_000, june(5), position=1),
        instalment(2, 10_000, june(10), position=2),
        instalment(3, 10_000, june(20), position=3),
    )
    found = instalment_states(facts(promise, payment(1, 14_000, june(5))), on=june(11))
    assert [found[n].state.value for n in (1, 2, 3)] == ["kept", "partially_kept", "open"]
