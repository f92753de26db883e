"""Rule 4: payments fill promises, oldest due first, in force on the payment's day."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.standing.allocation import Allocated, allocate
from collections_app.standing.facts import CommitmentFact, PaymentFact
from tests.standing.plain import commitment, facts, filled, instalment, june, payment

END = june(30)


def test_a_payment_fills_the_instalment_it_finds() -> None:
    of = facts(commitment(1, instalment(1, 10_000, june(10))), payment(1, 4_000, june(5)))
    assert allocate(of, on=END) == [Allocated(1, 1, june(5), 4_000)]


def test_without_promises_nothing_is_allocated() -> None:
    assert filled(facts(payment(1, 4_000, june(5))), on=END) == {}


def test_without_payments_nothing_is_allocated() -> None:
    assert filled(facts(commitment(1, instalment(1, 10_000, june(10)))), on=END) == {}


def test_a_payment_after_the_day_asked_for_does_not_count_yet() -> None:
    of = facts(commitment(1, instalment(1, 10_000, june(10))), payment(1, 4_000, june(5)))
    assert filled(of, on=june(4)) == {}
    assert filled(of, on=june(5)) == {(1, 1): 4_000}


# --- the order of instalments ---


def test_a_part_payment_fills_the_oldest_due_first() -> None:
    of = facts(
        commitment(
            1,
            instalment(1, 10_000, june(20), position=1),
            instalment(2, 10_000, june(10), position=2),
        ),
        payment(1, 4_000, june(5)),
    )
    assert filled(of, on=END) == {(1, 2): 4_000}


def test_an_over_payment_runs_on_into_later_promises() -> None:
    of = facts(
        commitment(
            1,
            instalment(1, 10_000, june(10), position=1),
            instalment(2, 10_000, june(20), position=2),
        ),
        commitment(2, instalment(3, 10_000, date(2026, 7, 10))),
        payment(1, 25_000, june(5)),
    )
    assert filled(of, on=END) == {(1, 1): 10_000, (1, 2): 10_000, (1, 3): 5_000}


def test_what_no_promise_takes_is_left_over() -> None:
    of = facts(commitment(1, instalment(1, 10_000, june(10))), payment(1, 12_000, june(5)))
    assert filled(of, on=END) == {(1, 1): 10_000}


def test_what_was_left_over_fills_no_promise_made_later() -> None:
    of = facts(
        payment(1, 12_000, june(5)),
        commitment(1, instalment(1, 10_000, june(10)), made=june(6)),
    )
    assert filled(of, on=END) == {}


def test_an_instalment_is_filled_to_its_whole_amount_though_tolerance_is_met() -> None:
    of = facts(
        commitment(
            1,
            instalment(1, 10_000, june(10), tolerance=100, position=1),
            instalment(2, 10_000, june(20), position=2),
        ),
        payment(1, 9_950, june(5)),
        payment(2, 1_000, june(6)),
    )
    assert filled(of, on=END) == {(1, 1): 9_950, (2, 1): 50, (2, 2): 950}


def test_parallel_promises_due_alike_fill_the_one_made_first() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), made=june(2), reference="A"),
        commitment(2, instalment(2, 10_000, june(10)), made=june(1), reference="B"),
        payment(1, 12_000, june(5)),
    )
    assert filled(of, on=END) == {(1, 2): 10_000, (1, 1): 2_000}


def test_parallel_promises_due_first_are_filled_first_though_made_last() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(11)), made=june(1)),
        commitment(2, instalment(2, 10_000, june(10)), made=june(4)),
        payment(1, 12_000, june(5)),
    )
    assert filled(of, on=END) == {(1, 2): 10_000, (1, 1): 2_000}


def test_parallel_promises_made_and_due_alike_fill_by_reference() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), reference="PTP-B"),
        commitment(2, instalment(2, 10_000, june(10)), reference="PTP-A"),
        payment(1, 12_000, june(5)),
    )
    assert filled(of, on=END) == {(1, 2): 10_000, (1, 1): 2_000}


def test_references_are_compared_by_code_point() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), reference="a"),
        commitment(2, instalment(2, 10_000, june(10)), reference="Z"),
        commitment(3, instalment(3, 10_000, june(10)), reference="10"),
        commitment(4, instalment(4, 10_000, june(10)), reference="9"),
        payment(1, 35_000, june(5)),
    )
    assert filled(of, on=END) == {(1, 3): 10_000, (1, 4): 10_000, (1, 2): 10_000, (1, 1): 5_000}


def test_instalments_of_one_promise_due_alike_fill_by_position() -> None:
    of = facts(
        commitment(
            1,
            instalment(1, 10_000, june(10), position=2),
            instalment(2, 10_000, june(10), position=1),
        ),
        payment(1, 12_000, june(5)),
    )
    assert filled(of, on=END) == {(1, 2): 10_000, (1, 1): 2_000}


# --- the order of payments ---


def test_payments_fill_in_order_of_their_day() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        payment(1, 8_000, june(6)),
        payment(2, 8_000, june(5)),
    )
    assert filled(of, on=END) == {(2, 1): 8_000, (1, 1): 2_000}


def test_payments_of_one_day_fill_in_order_of_their_reference() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        payment(1, 8_000, june(5), reference="b"),
        payment(2, 8_000, june(5), reference="B"),
    )
    assert filled(of, on=END) == {(2, 1): 8_000, (1, 1): 2_000}


def test_a_payment_booked_late_takes_its_place_by_its_day() -> None:
    promise = commitment(1, instalment(1, 10_000, june(10)))
    known = payment(1, 10_000, june(6))
    late = payment(2, 3_000, june(2))
    assert filled(facts(promise, known), on=END) == {(1, 1): 10_000}
    assert filled(facts(promise, known, late), on=END) == {(2, 1): 3_000, (1, 1): 7_000}


# --- in force on the payment's day ---


def test_a_payment_on_the_day_a_promise_is_made_counts_to_it() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), made=june(5)), payment(1, 4_000, june(5))
    )
    assert filled(of, on=END) == {(1, 1): 4_000}


def test_a_payment_the_day_before_a_promise_is_made_does_not_count_to_it() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), made=june(5)), payment(1, 4_000, june(4))
    )
    assert filled(of, on=END) == {}


def superseded_on_the_8th(day: int) -> dict[tuple[int, int], int]:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), ended=june(8)),
        commitment(2, instalment(2, 10_000, june(20)), made=june(8), supersedes=1),
        payment(1, 4_000, june(day)),
    )
    return filled(of, on=END)


def test_a_payment_on_the_day_a_promise_is_superseded_counts_to_the_new_one() -> None:
    assert superseded_on_the_8th(8) == {(1, 2): 4_000}


def test_a_payment_the_day_before_a_promise_is_superseded_counts_to_the_old_one() -> None:
    assert superseded_on_the_8th(7) == {(1, 1): 4_000}


def test_a_payment_on_the_day_a_promise_is_cancelled_is_left_over() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), ended=june(8), ending="cancelled"),
        payment(1, 4_000, june(7)),
        payment(2, 4_000, june(8)),
    )
    assert filled(of, on=END) == {(1, 1): 4_000}


def test_a_promise_made_and_ended_on_one_day_takes_nothing() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), made=june(5), ended=june(5)),
        payment(1, 4_000, june(5)),
    )
    assert filled(of, on=END) == {}


def test_money_fills_a_lapsed_promise_that_is_still_in_force() -> None:
    of = facts(commitment(1, instalment(1, 10_000, june(10))), payment(1, 4_000, june(25)))
    assert filled(of, on=END) == {(1, 1): 4_000}


# --- pins ---


def two_promises(*, pin: int | None, amount: int, ended: date | None = None) -> dict[int, int]:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        commitment(2, instalment(2, 10_000, june(20)), ended=ended),
        payment(1, amount, june(5), pin=pin),
    )
    return {i: taken for (_, i), taken in filled(of, on=END).items()}


def test_a_pinned_payment_fills_its_instalment_first() -> None:
    assert two_promises(pin=2, amount=4_000) == {2: 4_000}


def test_the_rest_of_a_pinned_payment_runs_on_to_the_oldest_due() -> None:
    assert two_promises(pin=2, amount=13_000) == {2: 10_000, 1: 3_000}


def test_a_pinned_payment_fills_no_instalment_twice() -> None:
    assert two_promises(pin=2, amount=25_000) == {2: 10_000, 1: 10_000}


def test_a_pin_to_the_oldest_due_changes_nothing() -> None:
    assert two_promises(pin=1, amount=13_000) == two_promises(pin=None, amount=13_000)


@pytest.mark.parametrize("ended", [june(4), june(5)])
def test_a_pin_to_a_promise_ended_by_the_payment_s_day_is_ignored(ended: date) -> None:
    assert two_promises(pin=2, amount=13_000, ended=ended) == {1: 10_000}


def test_a_pin_to_a_promise_ended_after_the_payment_s_day_holds() -> None:
    assert two_promises(pin=2, amount=4_000, ended=june(6)) == {2: 4_000}


def test_a_pin_to_a_promise_not_yet_made_on_the_payment_s_day_is_ignored() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        commitment(2, instalment(2, 10_000, june(9)), made=june(6)),
        payment(1, 4_000, june(5), pin=2),
    )
    assert filled(of, on=END) == {(1, 1): 4_000}


def test_a_pin_to_an_instalment_that_is_not_the_customer_s_is_ignored() -> None:
    assert two_promises(pin=99, amount=4_000) == {1: 4_000}


def test_a_pinned_payment_waits_for_its_turn() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        payment(1, 8_000, june(5)),
        payment(2, 8_000, june(6), pin=1),
    )
    assert filled(of, on=END) == {(1, 1): 8_000, (2, 1): 2_000}


def test_a_pin_to_an_instalment_already_whole_leaves_all_to_the_others() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        commitment(2, instalment(2, 10_000, june(20))),
        payment(1, 10_000, june(5)),
        payment(2, 4_000, june(6), pin=1),
    )
    assert filled(of, on=END) == {(1, 1): 10_000, (2, 2): 4_000}


# --- reversals ---


def test_a_reversal_counts_from_its_own_day() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        payment(1, 10_000, june(5), reversals=[(june(9), 10_000)]),
    )
    assert filled(of, on=june(8)) == {(1, 1): 10_000}
    assert filled(of, on=june(9)) == {}


def test_reversals_of_parts_take_back_what_they_say() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10))),
        payment(1, 10_000, june(5), reversals=[(june(9), 3_000), (june(12), 2_000)]),
    )
    assert filled(of, on=june(9)) == {(1, 1): 7_000}
    assert filled(of, on=june(12)) == {(1, 1): 5_000}


def test_later_payments_move_up_into_what_a_reversal_frees() -> None:
    of = facts(
        commitment(1, instalment(1, 10_000, june(10)), instalment(2, 10_000, june(20), position=2)),
        payment(1, 10_000, june(5), reversals=[(june(9), 10_000)]),
        payment(2, 6_000, june(6)),
    )
    assert filled(of, on=june(8)) == {(1, 1): 10_000, (2, 2): 6_000}
    assert filled(of, on=june(9)) == {(2, 1): 6_000}


# --- the facts alone ---


def test_the_order_of_entry_does_not_matter() -> None:
    of: list[CommitmentFact | PaymentFact] = [
        commitment(1, instalment(1, 10_000, june(10))),
        commitment(2, instalment(2, 10_000, june(20)), made=june(2)),
        payment(1, 8_000, june(5)),
        payment(2, 8_000, june(5)),
        payment(3, 8_000, june(4), pin=2),
    ]
    assert allocate(facts(*of), on=END) == allocate(facts(*reversed(of)), on=END)


def test_the_worked_example_leaves_20_000_unpromised() -> None:
    of = facts(commitment(1, instalment(1, 10_000_000, june(15))), payment(1, 12_000_000, june(10)))
    assert filled(of, on=END) == {(1, 1): 10_000_000}
