"""Rules 3 and 6: what became of a promise as a whole, and how often it was promised."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.standing.facts import CommitmentFact, PaymentFact
from collections_app.standing.states import standing_of
from tests.standing.plain import commitment, commitment_states, facts, instalment, june, payment


def of_two(
    *payments: PaymentFact,
    on: date,
    ended: date | None = None,
    ending: str = "superseded",
) -> str:
    """The state of a promise of 10,000 by the 10th and 10,000 by the 20th."""
    promise = commitment(
        1,
        instalment(1, 10_000, june(10), position=1),
        instalment(2, 10_000, june(20), position=2),
        ended=ended,
        ending=ending,
    )
    return str(commitment_states(facts(promise, *payments), on=on)[1].state)


# --- rule 6 ---


def test_open_while_none_has_lapsed_and_some_are_open() -> None:
    assert of_two(on=june(10)) == "open"
    assert of_two(payment(1, 10_000, june(5)), on=june(20)) == "open"


def test_open_when_one_was_kept_late_and_the_other_is_open() -> None:
    assert of_two(payment(1, 10_000, june(12)), on=june(12)) == "open"


def test_slipping_when_one_has_lapsed_and_one_is_open() -> None:
    assert of_two(on=june(11)) == "slipping"
    assert of_two(payment(1, 4_000, june(5)), on=june(20)) == "slipping"


def test_kept_when_all_are_kept() -> None:
    assert of_two(payment(1, 20_000, june(5)), on=june(5)) == "kept"
    assert of_two(payment(1, 20_000, june(5)), on=june(30)) == "kept"


def test_kept_late_when_all_are_fulfilled_and_one_was_late() -> None:
    paid = (payment(1, 10_000, june(12)), payment(2, 10_000, june(15)))
    assert of_two(*paid, on=june(30)) == "kept_late"


def test_kept_late_when_all_were_late() -> None:
    assert of_two(payment(1, 20_000, june(25)), on=june(30)) == "kept_late"


def test_partially_kept_when_none_is_open_and_something_was_received() -> None:
    assert of_two(payment(1, 1, june(5)), on=june(21)) == "partially_kept"
    assert of_two(payment(1, 10_000, june(5)), on=june(21)) == "partially_kept"


def test_partially_kept_by_late_money_too() -> None:
    assert of_two(payment(1, 1, june(25)), on=june(30)) == "partially_kept"


def test_broken_when_none_is_open_and_nothing_was_received() -> None:
    assert of_two(on=june(21)) == "broken"


def test_broken_again_when_the_only_money_bounced() -> None:
    bounced = payment(1, 20_000, june(5), reversals=[(june(22), 20_000)])
    assert of_two(bounced, on=june(21)) == "kept"
    assert of_two(bounced, on=june(22)) == "broken"


@pytest.mark.parametrize("ending", ["superseded", "cancelled"])
def test_ended_from_the_day_it_was_ended(ending: str) -> None:
    assert of_two(on=june(7), ended=june(8), ending=ending) == "open"
    assert of_two(on=june(8), ended=june(8), ending=ending) == ending


@pytest.mark.parametrize("ending", ["superseded", "cancelled"])
def test_ended_comes_before_fulfilled(ending: str) -> None:
    assert of_two(payment(1, 20_000, june(5)), on=june(9), ended=june(8), ending=ending) == ending


def test_received_is_the_sum_over_the_instalments() -> None:
    promise = commitment(
        1,
        instalment(1, 10_000, june(10), position=1),
        instalment(2, 10_000, june(20), position=2),
    )
    found = commitment_states(facts(promise, payment(1, 14_000, june(5))), on=june(5))[1]
    assert found.received == 14_000
    assert [i.received for i in found.instalments] == [10_000, 4_000]


def test_instalments_are_in_order_of_position() -> None:
    promise = commitment(
        1,
        instalment(1, 10_000, june(10), position=2),
        instalment(2, 10_000, june(20), position=1),
    )
    found = commitment_states(facts(promise), on=june(5))[1]
    assert [i.instalment.id for i in found.instalments] == [2, 1]


def test_promises_are_in_order_of_made_on_and_reference() -> None:
    of = facts(
        commitment(1, instalment(1, 1, june(10)), made=june(2), reference="A"),
        commitment(2, instalment(2, 1, june(10)), made=june(1), reference="b"),
        commitment(3, instalment(3, 1, june(10)), made=june(1), reference="B"),
    )
    assert [c.commitment.id for c in standing_of(of, on=june(5))[1]] == [3, 2, 1]


def test_a_promise_not_yet_made_is_left_out() -> None:
    of = facts(commitment(1, instalment(1, 1, june(10)), made=june(5)))
    assert commitment_states(of, on=june(4)) == {}


# --- promise numbers (rule 3) ---


def link(
    id_: int,
    made: int,
    *,
    due: int = 20,
    ended: int | None = None,
    ending: str = "superseded",
    after: int | None = None,
) -> CommitmentFact:
    """A promise of 10,000 in a chain; days are of June."""
    return commitment(
        id_,
        instalment(id_, 10_000, june(due)),
        made=june(made),
        ended=None if ended is None else june(ended),
        ending=ending,
        supersedes=after,
    )


def numbers(*of: CommitmentFact | PaymentFact, on: int = 30) -> dict[int, int]:
    found = commitment_states(facts(*of), on=june(on))
    return {id_: c.promise_number for id_, c in found.items()}


def test_a_promise_of_its_own_is_the_first() -> None:
    assert numbers(link(1, 1)) == {1: 1}


def test_parallel_promises_are_each_the_first() -> None:
    assert numbers(link(1, 1), link(2, 2)) == {1: 1, 2: 1}


def test_a_third_promise_for_the_same_money_looks_like_one() -> None:
    chain = (link(1, 1, ended=5), link(2, 5, ended=9, after=1), link(3, 9, after=2))
    assert numbers(*chain) == {1: 1, 2: 2, 3: 3}


def test_a_superseded_promise_that_was_part_paid_counts() -> None:
    chain = (link(1, 1, ended=5), payment(1, 9_999, june(4)), link(2, 5, after=1))
    assert numbers(*chain) == {1: 1, 2: 2}


def test_a_superseded_promise_that_was_fulfilled_does_not_count() -> None:
    chain = (link(1, 1, ended=5), payment(1, 10_000, june(4)), link(2, 5, after=1))
    assert numbers(*chain) == {1: 1, 2: 1}


def test_a_fulfilled_ancestor_does_not_hide_those_before_it() -> None:
    chain = (
        link(1, 1, ended=5),
        link(2, 5, ended=9, after=1),
        payment(1, 10_000, june(6)),
        link(3, 9, after=2),
    )
    assert numbers(*chain) == {1: 1, 2: 2, 3: 2}


def test_a_cancelled_ancestor_counts() -> None:
    chain = (link(1, 1, ended=5, ending="cancelled"), link(2, 8, after=1))
    assert numbers(*chain) == {1: 1, 2: 2}


def test_a_cancelled_ancestor_counts_even_if_it_was_fulfilled() -> None:
    chain = (
        link(1, 1, ended=5, ending="cancelled"),
        payment(1, 10_000, june(4)),
        link(2, 8, after=1),
    )
    assert numbers(*chain) == {1: 1, 2: 2}


def test_an_ancestor_that_lapsed_counts_though_late_money_fulfilled_it_before_its_end() -> None:
    chain = (
        link(1, 1, due=5, ended=15),
        payment(1, 10_000, june(12)),
        link(2, 15, after=1),
    )
    assert numbers(*chain) == {1: 1, 2: 2}


def test_an_ancestor_counts_once_though_it_lapsed_and_was_superseded() -> None:
    assert numbers(link(1, 1, due=5, ended=15), link(2, 15, after=1)) == {1: 1, 2: 2}


def test_a_reversal_of_what_fulfilled_an_ancestor_makes_it_count() -> None:
    bounced = payment(1, 10_000, june(4), reversals=[(june(12), 10_000)])
    chain = (link(1, 1, ended=5), bounced, link(2, 5, after=1))
    assert numbers(*chain, on=11)[2] == 1
    assert numbers(*chain, on=12)[2] == 2
