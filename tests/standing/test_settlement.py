"""Rule 10: what settles which invoice, what is open and how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from collections_app.standing.settlement import (
    InvoiceFact,
    LedgerStanding,
    SettlingFact,
    bucket_of,
    settle,
)
from tests.standing.plain import june

MAY = date(2026, 5, 1)
END = june(30)


def invoice(number: str, amount: int, due: date, *, issued: date = MAY) -> InvoiceFact:
    return InvoiceFact(number, issued, due, amount)


def paid(reference: str, amount: int, on: date, *, names: str = "") -> SettlingFact:
    return SettlingFact(reference, on, amount, names)


def ledger(
    invoices: Sequence[InvoiceFact],
    payments: Sequence[SettlingFact] = (),
    adjustments: Sequence[SettlingFact] = (),
    *,
    on: date = END,
) -> LedgerStanding:
    return settle(invoices, adjustments, payments, on=on)


# --- ageing ---


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-400, "not_due"),
        (-1, "not_due"),
        (0, "not_due"),
        (1, "1_30"),
        (30, "1_30"),
        (31, "31_60"),
        (60, "31_60"),
        (61, "61_90"),
        (90, "61_90"),
        (91, "over_90"),
        (4_000, "over_90"),
    ],
)
def test_ageing_goes_by_days_past_due(days: int, bucket: str) -> None:
    due = date(2026, 3, 15)
    assert bucket_of(due, due + timedelta(days=days)) == bucket


def test_ageing_counts_the_29th_of_february() -> None:
    assert bucket_of(date(2028, 2, 1), date(2028, 3, 2)) == "1_30"
    assert bucket_of(date(2027, 2, 1), date(2027, 3, 4)) == "31_60"


def test_each_invoice_ages_by_its_own_due_date() -> None:
    found = ledger(
        [
            invoice("A", 1, date(2026, 7, 1)),
            invoice("B", 20, june(29)),
            invoice("C", 300, date(2026, 5, 30)),
            invoice("D", 4_000, date(2026, 4, 30)),
            invoice("E", 50_000, date(2026, 3, 31)),
        ]
    )
    assert found.ageing == {
        "not_due": 1,
        "1_30": 20,
        "31_60": 300,
        "61_90": 4_000,
        "over_90": 50_000,
    }
    assert (found.open, found.overdue) == (54_321, 54_320)


def test_an_invoice_is_not_overdue_on_its_due_date() -> None:
    assert ledger([invoice("A", 100, END)]).overdue == 0
    assert ledger([invoice("A", 100, june(29))]).overdue == 100


# --- which invoice is settled ---


def test_a_payment_settles_the_oldest_due_first() -> None:
    found = ledger(
        [invoice("A", 100, june(20)), invoice("B", 100, june(10))], [paid("P", 130, june(5))]
    )
    assert found.open_by_invoice == {"B": 0, "A": 70}
    assert (found.open, found.unapplied) == (70, 0)


def test_of_invoices_due_alike_the_one_issued_first_is_settled_first() -> None:
    found = ledger(
        [
            invoice("A", 100, june(10), issued=date(2026, 5, 2)),
            invoice("B", 100, june(10), issued=date(2026, 5, 1)),
        ],
        [paid("P", 130, june(5))],
    )
    assert found.open_by_invoice == {"A": 70, "B": 0}


def test_of_invoices_due_and_issued_alike_the_lower_number_is_settled_first() -> None:
    found = ledger(
        [invoice("b", 100, june(10)), invoice("Z", 100, june(10))], [paid("P", 130, june(5))]
    )
    assert found.open_by_invoice == {"Z": 0, "b": 70}


def test_a_payment_settles_the_invoice_it_names_first() -> None:
    found = ledger(
        [invoice("A", 100, june(10)), invoice("B", 100, june(20))],
        [paid("P", 60, june(5), names="B")],
    )
    assert found.open_by_invoice == {"A": 100, "B": 40}


def test_what_the_named_invoice_does_not_take_settles_the_oldest() -> None:
    found = ledger(
        [invoice("A", 100, june(10)), invoice("B", 100, june(20))],
        [paid("P", 130, june(5), names="B")],
    )
    assert found.open_by_invoice == {"A": 70, "B": 0}


def test_a_named_payment_comes_before_an_earlier_one_that_names_none() -> None:
    found = ledger(
        [invoice("A", 100, june(10)), invoice("B", 100, june(20))],
        [paid("P1", 150, june(1)), paid("P2", 100, june(5), names="A")],
    )
    assert found.open_by_invoice == {"A": 0, "B": 0}
    assert found.unapplied == 50


def test_of_two_payments_that_name_one_invoice_the_second_s_rest_runs_on() -> None:
    found = ledger(
        [invoice("A", 100, june(10)), invoice("B", 100, june(20))],
        [paid("P1", 70, june(1), names="B"), paid("P2", 70, june(2), names="B")],
    )
    assert found.open_by_invoice == {"A": 60, "B": 0}
    assert found.unapplied == 0


def test_two_payments_that_name_the_only_invoice_leave_the_rest_unapplied() -> None:
    found = ledger(
        [invoice("A", 100, june(10))],
        [paid("P1", 70, june(1), names="A"), paid("P2", 70, june(2), names="A")],
    )
    assert (found.open, found.unapplied) == (0, 40)


def test_a_payment_naming_an_unknown_invoice_settles_the_oldest() -> None:
    found = ledger([invoice("A", 100, june(10))], [paid("P", 60, june(5), names="X")])
    assert found.open_by_invoice == {"A": 40}


def test_a_payment_naming_an_invoice_not_yet_issued_settles_the_oldest_meanwhile() -> None:
    invoices = [
        invoice("A", 100, june(10)),
        invoice("B", 100, date(2026, 7, 20), issued=june(15)),
    ]
    payments = [paid("P", 60, june(5), names="B")]
    assert ledger(invoices, payments, on=june(14)).open_by_invoice == {"A": 40}
    assert ledger(invoices, payments, on=june(15)).open_by_invoice == {"A": 100, "B": 40}


# --- adjustments ---


def test_adjustments_settle_before_payments() -> None:
    found = ledger(
        [invoice("A", 100, june(10)), invoice("B", 100, june(20))],
        [paid("P", 100, june(1))],
        [paid("C", 30, june(25))],
    )
    assert found.open_by_invoice == {"A": 0, "B": 70}


def test_an_adjustment_settles_the_invoice_it_names_first() -> None:
    found = ledger(
        [invoice("A", 100, june(10)), invoice("B", 100, june(20))],
        [],
        [paid("C", 130, june(5), names="B")],
    )
    assert found.open_by_invoice == {"A": 70, "B": 0}


def test_an_adjustment_settles_before_a_payment_that_names_the_same_invoice() -> None:
    found = ledger(
        [invoice("A", 100, june(10))],
        [paid("P", 100, june(1), names="A")],
        [paid("C", 30, june(25), names="A")],
    )
    assert (found.open, found.unapplied) == (0, 30)


def test_what_is_left_of_an_adjustment_is_no_money_on_account() -> None:
    found = ledger([invoice("A", 100, june(10))], [], [paid("C", 130, june(5))])
    assert (found.open, found.unapplied) == (0, 0)


# --- open and unapplied ---


def test_a_payment_without_invoices_is_unapplied() -> None:
    found = ledger([], [paid("P", 100, june(5))])
    assert (found.open, found.unapplied, found.overdue) == (0, 100, 0)


def test_unapplied_money_is_the_sum_of_what_is_left_over() -> None:
    found = ledger(
        [invoice("A", 100, june(10))],
        [paid("P1", 120, june(1)), paid("P2", 30, june(2)), paid("P3", 5, june(3), names="A")],
    )
    assert (found.open, found.unapplied) == (0, 55)


def test_a_payment_wholly_reversed_settles_nothing() -> None:
    found = ledger([invoice("A", 100, june(10))], [paid("P", 0, june(5), names="A")])
    assert (found.open, found.unapplied) == (100, 0)


def test_an_invoice_counts_from_the_day_it_is_issued() -> None:
    later = [invoice("A", 100, date(2026, 7, 20), issued=june(15))]
    assert ledger(later, on=june(14)).open == 0
    assert ledger(later, on=june(15)).open == 100


def test_money_on_account_settles_an_invoice_issued_later() -> None:
    later = [invoice("A", 100, date(2026, 7, 20), issued=june(15))]
    payments = [paid("P", 60, june(5))]
    before, after = ledger(later, payments, on=june(14)), ledger(later, payments, on=june(15))
    assert (before.open, before.unapplied) == (0, 60)
    assert (after.open, after.unapplied) == (40, 0)


def test_the_order_of_entry_does_not_matter() -> None:
    invoices = [invoice("A", 100, june(10)), invoice("B", 100, june(20)), invoice("C", 9, june(1))]
    payments = [
        paid("P1", 70, june(1), names="B"),
        paid("P2", 70, june(1), names="B"),
        paid("P3", 40, june(1)),
    ]
    one, other = ledger(invoices, payments), ledger(invoices[::-1], payments[::-1])
    assert one == other
    assert (one.open, one.unapplied) == (29, 0)
