"""Commitments by reference: whole or not at all, ended once, chained, cancelled."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from collections_app.commitments.models import Commitment, Instalment
from tests.conftest import Cast
from tests.imports.files import counts, customers_of, faults, take

HEAD = (
    "reference,customer_code,made_on,due_on,amount,position,promised_by,channel,supersedes,"
    "cancelled_on\n"
)
A = HEAD + "A,C1,2013-07-01,2013-07-10,100,,,,,"
B = "B,C1,2013-07-05,2013-07-20,100,,,,A,"


@pytest.fixture(autouse=True)
def _customers(cast: Cast) -> None:
    customers_of(cast)


def parts(reference: str = "A") -> list[tuple[int, date, int]]:
    rows = Instalment.objects.filter(commitment__reference=reference).order_by("position")
    return list(rows.values_list("position", "due_on", "amount"))


def end_of(reference: str) -> tuple[str, date | None]:
    commitment = Commitment.objects.get(reference=reference)
    return commitment.ending, commitment.ended_on


def former_of(reference: str) -> str | None:
    former = Commitment.objects.get(reference=reference).supersedes
    return former.reference if former else None


def test_rows_of_one_reference_are_one_commitment() -> None:
    result = take(
        "commitments",
        HEAD
        + "A,C1,2013-07-01,2013-07-20,70,,王芳,微信,,\n"
        + "A,C1,2013-07-01,2013-07-10,30,,王芳,微信,,",
    )
    commitment = Commitment.objects.get()
    assert counts(result) == (2, 0, 0, 0)
    assert (commitment.promised_by, commitment.channel) == ("王芳", "wechat")
    assert parts() == [(1, date(2013, 7, 10), 3000), (2, date(2013, 7, 20), 7000)]


def test_positions_that_are_told_are_kept() -> None:
    take(
        "commitments",
        HEAD + "A,C1,2013-07-01,2013-07-10,30,7,,,,\nA,C1,2013-07-01,2013-07-20,70,3,,,,",
    )
    assert [(position, amount) for position, _, amount in parts()] == [(3, 7000), (7, 3000)]


def test_what_is_said_once_counts_for_the_whole_commitment() -> None:
    take("commitments", A)
    take(
        "commitments",
        HEAD
        + "B,C1,2013-07-05,2013-07-20,50,,,,,\n"
        + "B,C1,2013-07-05,2013-07-25,50,,Wang,phone,A,",
    )
    assert (former_of("B"), Commitment.objects.get(reference="B").promised_by) == ("A", "Wang")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("C2,2013-07-01,2013-07-20,1,,x,phone,,", "customer_code"),
        ("C1,2013-07-02,2013-07-20,1,,x,phone,,", "made_on"),
        ("C1,2013-07-01,2013-07-20,1,,y,phone,,", "promised_by"),
        ("C1,2013-07-01,2013-07-20,1,,x,visit,,", "channel"),
    ],
)
def test_rows_that_contradict_each_other_drop_the_commitment(cells: str, column: str) -> None:
    result = take("commitments", HEAD + f"A,C1,2013-07-01,2013-07-10,1,,x,phone,,\nA,{cells}")
    assert faults(result) == [(2, None, "dropped_with_group"), (3, column, "duplicate_in_file")]


def test_a_position_twice_with_two_contents_is_refused() -> None:
    result = take(
        "commitments",
        HEAD + "A,C1,2013-07-01,2013-07-10,1,1,,,,\nA,C1,2013-07-01,2013-07-20,2,1,,,,",
    )
    assert faults(result) == [
        (2, None, "dropped_with_group"),
        (3, "position", "duplicate_in_file"),
    ]


def test_a_position_that_is_repeated_word_for_word_is_unchanged() -> None:
    row = "A,C1,2013-07-01,2013-07-10,1,1,,,,"
    assert counts(take("commitments", f"{HEAD}{row}\n{row}")) == (1, 0, 1, 0)
    assert len(parts()) == 1


def test_positions_are_told_for_all_instalments_or_none() -> None:
    result = take(
        "commitments",
        HEAD + "A,C1,2013-07-01,2013-07-10,1,1,,,,\nA,C1,2013-07-01,2013-07-20,2,,,,,",
    )
    assert faults(result) == [(2, None, "dropped_with_group"), (3, "position", "required")]


def test_one_bad_instalment_drops_its_whole_commitment_and_no_other() -> None:
    result = take(
        "commitments",
        A + "\nB,C1,2013-07-01,2013-07-10,1,,,,,\nB,C1,2013-07-01,2013-06-30,1,,,,,",
        skip_bad_rows=True,
    )
    assert faults(result) == [(3, None, "dropped_with_group"), (4, "due_on", "due_before_made")]
    assert [c.reference for c in Commitment.objects.all()] == ["A"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A,C1,2013-07-01,2013-07-10,0,,,,,", ("amount", "out_of_range")),
        ("A,C1,2013-07-01,2013-07-10,x,,,,,", ("amount", "invalid_amount")),
        ("A,C9,2013-07-01,2013-07-10,1,,,,,", ("customer_code", "unknown_customer")),
        ("A,C1,2013-07-01,2013-07-10,1,0,,,,", ("position", "out_of_range")),
        ("A,C1,2013-07-01,2013-07-10,1,,,drum,,", ("channel", "unknown_value")),
        ("A,C1,2013-07-01,2013-07-10,1,,,,,2013-06-30", ("cancelled_on", "ended_before_made")),
        ("A,C1,2013-07-01,2013-07-10,1,,,,Z,", ("supersedes", "unknown_commitment")),
        ("A,C1,2013-07-01,2013-07-10,1,,,,A,", ("supersedes", "unknown_commitment")),
        (",C1,2013-07-01,2013-07-10,1,,,,,", ("reference", "required")),
    ],
)
def test_a_bad_cell_is_named(row: str, fault: tuple[str, str]) -> None:
    assert faults(take("commitments", HEAD + row)) == [(2, *fault)]
    assert not Commitment.objects.exists()


def test_the_same_file_again_changes_nothing() -> None:
    file = f"{A}\n{B}\nC,C1,2013-07-06,2013-07-30,1,,,,,2013-07-08"
    assert counts(take("commitments", file)) == (3, 0, 0, 0)
    assert counts(take("commitments", file)) == (0, 0, 3, 0)


def test_a_new_commitment_ends_the_one_it_supersedes_on_its_made_on() -> None:
    take("commitments", A)
    take("commitments", HEAD + B)
    assert end_of("A") == ("superseded", date(2013, 7, 5))
    assert (former_of("B"), end_of("B")) == ("A", ("", None))


def test_one_already_cancelled_stays_so_and_joins_the_chain() -> None:
    take("commitments", A + "2013-07-03")
    take("commitments", HEAD + B)
    assert end_of("A") == ("cancelled", date(2013, 7, 3))
    assert former_of("B") == "A"


def test_one_cancelled_by_the_same_file_joins_the_chain_known_or_not() -> None:
    take("commitments", A)
    result = take("commitments", f"{A}2013-07-03\n{B}")
    assert counts(result) == (1, 1, 0, 0)
    assert (end_of("A"), former_of("B")) == (("cancelled", date(2013, 7, 3)), "A")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_chain_is_the_same_whatever_the_order_of_its_rows(order: tuple[int, ...]) -> None:
    rows = [
        "A,C1,2013-07-01,2013-07-10,100,,,,,",
        B,
        "C,C1,2013-07-08,2013-07-30,100,,,,B,",
    ]
    take("commitments", HEAD + "\n".join(rows[place] for place in order))
    assert end_of("A") == ("superseded", date(2013, 7, 5))
    assert end_of("B") == ("superseded", date(2013, 7, 8))
    assert (former_of("C"), end_of("C")) == ("B", ("", None))


def test_a_second_ending_is_refused() -> None:
    take("commitments", f"{A}\n{B}")
    result = take("commitments", HEAD + "C,C1,2013-07-06,2013-07-30,1,,,,A,")
    assert faults(result) == [(2, "supersedes", "already_ended")]
    assert end_of("A") == ("superseded", date(2013, 7, 5))


@pytest.mark.parametrize("later_first", [False, True])
def test_of_two_that_end_one_in_a_file_the_earlier_made_holds(later_first: bool) -> None:
    rows = [B, "C,C1,2013-07-06,2013-07-30,1,,,,A,"]
    text = "\n".join(reversed(rows) if later_first else rows)
    result = take("commitments", f"{A}\n{text}", skip_bad_rows=True)
    assert faults(result) == [(3 if later_first else 4, "supersedes", "already_ended")]
    assert end_of("A") == ("superseded", date(2013, 7, 5))


def test_one_cancelled_has_one_successor_in_one_file_as_in_two() -> None:
    take("commitments", f"{A}2013-07-03\n{B}")
    result = take("commitments", HEAD + "C,C1,2013-07-06,2013-07-30,1,,,,A,")
    assert faults(result) == [(2, "supersedes", "already_ended")]


def test_one_supersedes_only_what_was_made_before() -> None:
    take("commitments", A)
    result = take("commitments", HEAD + "B,C1,2013-06-30,2013-07-20,1,,,,A,")
    assert faults(result) == [(2, "made_on", "ended_before_made")]


def test_one_supersedes_only_its_own_customers() -> None:
    take("commitments", A)
    result = take("commitments", HEAD + "B,C2,2013-07-05,2013-07-20,1,,,,A,")
    assert faults(result) == [(2, "supersedes", "unknown_commitment")]


def test_two_may_not_supersede_each_other() -> None:
    result = take("commitments", HEAD + f"A,C1,2013-07-05,2013-07-10,1,,,,B,\n{B}")
    assert {code for _, _, code in faults(result)} == {"unknown_commitment"}
    assert not Commitment.objects.exists()


def test_what_supersedes_a_rejected_one_falls_with_it() -> None:
    result = take(
        "commitments",
        HEAD
        + "C,C1,2013-07-08,2013-07-30,1,,,,B,\n"
        + f"{B}\nA,C1,2013-07-01,2013-07-10,x,,,,,\nD,C1,2013-07-01,2013-07-10,1,,,,,",
        skip_bad_rows=True,
    )
    assert faults(result) == [
        (2, "supersedes", "dropped_with_group"),
        (3, "supersedes", "dropped_with_group"),
        (4, "amount", "invalid_amount"),
    ]
    assert [c.reference for c in Commitment.objects.all()] == ["D"]


def test_a_known_commitment_may_be_cancelled() -> None:
    take("commitments", A)
    assert counts(take("commitments", A + "2013-07-08")) == (0, 1, 0, 0)
    assert end_of("A") == ("cancelled", date(2013, 7, 8))


def test_the_same_cancellation_again_changes_nothing() -> None:
    take("commitments", A + "2013-07-08")
    assert counts(take("commitments", A + "2013-07-08")) == (0, 0, 1, 0)


def test_an_empty_cell_leaves_the_cancellation() -> None:
    take("commitments", A + "2013-07-08")
    assert counts(take("commitments", A)) == (0, 0, 1, 0)
    assert end_of("A") == ("cancelled", date(2013, 7, 8))


def test_another_day_of_cancellation_is_a_second_ending() -> None:
    take("commitments", A + "2013-07-08")
    assert faults(take("commitments", A + "2013-07-09")) == [(2, "cancelled_on", "already_ended")]


def test_a_superseded_commitment_may_not_be_cancelled() -> None:
    take("commitments", f"{A}\n{B}")
    assert faults(take("commitments", A + "2013-07-09")) == [(2, "cancelled_on", "already_ended")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("A,C2,2013-07-01,2013-07-10,100,,,,,", "customer_code"),
        ("A,C1,2013-07-02,2013-07-10,100,,,,,", "made_on"),
        ("A,C1,2013-07-01,2013-07-11,100,,,,,", "amount"),
        ("A,C1,2013-07-01,2013-07-10,101,,,,,", "amount"),
        ("A,C1,2013-07-01,2013-07-10,100,2,,,,", "amount"),
        ("A,C1,2013-07-01,2013-07-10,100,,Wang,,,", "promised_by"),
        ("A,C1,2013-07-01,2013-07-10,100,,,visit,,", "channel"),
        ("A,C1,2013-07-01,2013-07-10,100,,,,B,", "supersedes"),
    ],
)
def test_all_else_of_a_known_commitment_is_a_conflict(row: str, column: str) -> None:
    take("commitments", A)
    assert faults(take("commitments", HEAD + row)) == [(2, column, "conflict")]


def test_positions_told_later_are_those_by_due_date() -> None:
    take("commitments", A)
    file = HEAD + "A,C1,2013-07-01,2013-07-10,100,1,,,,"
    assert counts(take("commitments", file)) == (0, 0, 1, 0)


def test_grace_and_tolerance_are_those_of_the_rating_known_on_import() -> None:
    take("customers", "code,name,owner_email,credit_rating\nC1,Harbour Trading,anna@kept.test,A")
    take("commitments", A)
    commitment = Commitment.objects.get()
    assert (commitment.grace_days, commitment.tolerance_permille) == (3, 10)
