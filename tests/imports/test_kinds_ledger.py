"""Invoices, payments, reversals and adjustments: what a known one may change, and what not."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.ledger.models import Adjustment, Invoice, Payment, Reversal
from tests.conftest import Cast
from tests.imports.files import counts, customers_of, faults, take

INVOICES = "number,customer_code,issued_on,due_on,amount,currency,reference,disputed\n"
PAYMENTS = (
    "reference,customer_code,received_on,amount,currency,invoice_number,reverses,method,"
    "matures_on,note\n"
)
ADJUSTMENTS = "number,customer_code,on,amount,kind,invoice_number,note\n"
INVOICE = INVOICES + "I1,C1,2013-07-01,2013-07-31,1000.50,CNY,PO 1,yes"
PAYMENT = PAYMENTS + "P1,C1,2013-07-05,600,CNY,,,cheque,2013-09-01,first"
REVERSAL = PAYMENTS + "R1,C1,2013-07-09,-200,,,P1,,,bounced"
ADJUSTMENT = ADJUSTMENTS + "A1,C1,2013-07-05,50,claim,I1,broken goods"


@pytest.fixture(autouse=True)
def _customers(cast: Cast) -> None:
    customers_of(cast)


def test_a_new_invoice_has_all_that_the_row_says() -> None:
    assert counts(take("invoices", INVOICE)) == (1, 0, 0, 0)
    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.customer.code, invoice.amount) == ("I1", "C1", 100050)
    assert (invoice.issued_on, invoice.due_on) == (date(2013, 7, 1), date(2013, 7, 31))
    assert (invoice.reference, invoice.is_disputed) == ("PO 1", True)


def test_a_known_invoice_takes_new_values() -> None:
    take("invoices", INVOICE)
    result = take("invoices", INVOICES + "I1,C1,2013-07-02,2013-08-31,900,,PO 2,no")
    invoice = Invoice.objects.get()
    assert counts(result) == (0, 1, 0, 0)
    assert (invoice.amount, invoice.due_on) == (90000, date(2013, 8, 31))
    assert (invoice.reference, invoice.is_disputed) == ("PO 2", False)


def test_an_invoice_stays_its_customers() -> None:
    take("invoices", INVOICE)
    result = take("invoices", INVOICES + "I1,C2,2013-07-01,2013-07-31,1000.50,,,")
    assert faults(result) == [(2, "customer_code", "conflict")]


def test_an_empty_cell_of_an_invoice_leaves_what_is_there() -> None:
    take("invoices", INVOICE)
    result = take("invoices", INVOICES + "I1,C1,2013-07-01,2013-07-31,1000.50,,,")
    assert counts(result) == (0, 0, 1, 0)
    assert Invoice.objects.get().reference == "PO 1"


def test_a_currency_without_decimals_has_none() -> None:
    take("invoices", INVOICES + "I1,J1,2013-07-01,2013-07-31,1000,,,")
    assert Invoice.objects.get().amount == 1000


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("I1,C1,2013-07-01,2013-06-30,1,,,", ("due_on", "due_before_issue")),
        ("I1,C9,2013-07-01,2013-07-31,1,,,", ("customer_code", "unknown_customer")),
        ("I1,C1,2013-07-01,2013-07-31,0,,,", ("amount", "out_of_range")),
        ("I1,C1,2013-07-01,2013-07-31,-5,,,", ("amount", "out_of_range")),
        ("I1,C1,2013-07-01,2013-07-31,1,JPY,,", ("currency", "currency_mismatch")),
        ("I1,C1,2013-07-01,2013-07-31,$1,,,", ("amount", "currency_mismatch")),
        ("I1,C1,2013-07-01,2013-07-31,1.234,,,", ("amount", "ambiguous_amount")),
        ("I1,J1,2013-07-01,2013-07-31,1.5,,,", ("amount", "too_many_decimals")),
        ("I1,C1,2013-07-01,,1,,,", ("due_on", "required")),
        ("I1,C1,never,2013-07-31,1,,,", ("issued_on", "invalid_date")),
        ("I1,C1,2013-07-01,2013-07-31,1,,,perhaps", ("disputed", "unknown_value")),
    ],
)
def test_a_bad_cell_of_an_invoice_is_named(row: str, fault: tuple[str, str]) -> None:
    assert faults(take("invoices", INVOICES + row)) == [(2, *fault)]
    assert not Invoice.objects.exists()


def test_a_row_may_have_several_faults() -> None:
    result = take("invoices", INVOICES + "I1,C1,2013-07-01,2013-06-30,x,JPY,,")
    assert counts(result) == (0, 0, 0, 1)
    assert {code for _, _, code in faults(result)} == {
        "currency_mismatch",
        "invalid_amount",
        "due_before_issue",
    }


def test_a_new_payment_has_all_that_the_row_says() -> None:
    assert counts(take("payments", PAYMENT)) == (1, 0, 0, 0)
    payment = Payment.objects.get()
    assert (payment.customer.code, payment.received_on, payment.amount) == (
        "C1",
        date(2013, 7, 5),
        60000,
    )
    assert (payment.method, payment.matures_on, payment.note) == (
        "cheque",
        date(2013, 9, 1),
        "first",
    )


def test_a_payment_came_by_transfer_unless_told() -> None:
    take("payments", "reference,customer_code,received_on,amount\nP1,C1,2013-07-05,1")
    assert Payment.objects.get().method == "transfer"


def test_a_known_payment_takes_invoice_maturity_and_note() -> None:
    take("invoices", INVOICE)
    take("payments", PAYMENT)
    result = take("payments", PAYMENTS + "P1,C1,2013-07-05,600,,I1,,,2013-10-01,second")
    payment = Payment.objects.get()
    assert counts(result) == (0, 1, 0, 0)
    assert (payment.invoice_number, payment.matures_on, payment.note) == (
        "I1",
        date(2013, 10, 1),
        "second",
    )


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("P1,C2,2013-07-05,600,,,,,,", "customer_code"),
        ("P1,C1,2013-07-06,600,,,,,,", "received_on"),
        ("P1,C1,2013-07-05,601,,,,,,", "amount"),
        ("P1,C1,2013-07-05,600,,,,cash,,", "method"),
    ],
)
def test_all_else_of_a_known_payment_is_a_conflict(row: str, column: str) -> None:
    take("payments", PAYMENT)
    assert faults(take("payments", PAYMENTS + row)) == [(2, column, "conflict")]
    assert Payment.objects.get().amount == 60000


def test_a_payment_may_name_only_an_invoice_of_its_customer() -> None:
    take("invoices", INVOICE)
    result = take("payments", PAYMENTS + "P1,C2,2013-07-05,1,,I1,,,,\nP2,C1,2013-07-05,1,,I9,,,,")
    assert faults(result) == [
        (2, "invoice_number", "unknown_invoice"),
        (3, "invoice_number", "unknown_invoice"),
    ]


def test_a_reversal_takes_back_part_of_its_payment() -> None:
    take("payments", PAYMENT)
    assert counts(take("payments", REVERSAL)) == (1, 0, 0, 0)
    reversal = Reversal.objects.get()
    assert (reversal.payment.reference, reversal.amount) == ("P1", 20000)
    assert (reversal.received_on, reversal.note) == (date(2013, 7, 9), "bounced")
    assert Payment.objects.get().amount == 60000


def test_a_reversal_may_stand_before_its_payment() -> None:
    result = take("payments", REVERSAL + "\nP1,C1,2013-07-05,600,,,,,,")
    assert counts(result) == (2, 0, 0, 0)


def test_payments_and_reversals_again_change_nothing() -> None:
    file = REVERSAL + "\nP1,C1,2013-07-05,600,,,,,,"
    take("payments", file)
    assert counts(take("payments", file)) == (0, 0, 2, 0)


def test_the_note_of_a_known_reversal_may_change() -> None:
    take("payments", PAYMENT)
    take("payments", REVERSAL)
    assert counts(take("payments", REVERSAL.replace("bounced", "no cover"))) == (0, 1, 0, 0)
    assert Reversal.objects.get().note == "no cover"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("R1,C1,2013-07-09,-1,,,,,,", ("amount", "reversal_without_original")),
        ("R1,C1,2013-07-09,-600.01,,,P1,,,", ("amount", "reversal_exceeds_payment")),
        ("R1,C1,2013-07-04,-1,,,P1,,,", ("received_on", "reversal_before_payment")),
        ("R1,C1,2013-07-09,-1,,,P9,,,", ("reverses", "unknown_payment")),
        ("R1,C2,2013-07-09,-1,,,P1,,,", ("reverses", "unknown_payment")),
        ("R1,C1,2013-07-09,1,,,P1,,,", ("amount", "invalid_amount")),
        ("R1,C1,2013-07-09,0,,,P1,,,", ("amount", "out_of_range")),
        ("P1,C1,2013-07-09,-1,,,P1,,,", ("reference", "conflict")),
    ],
)
def test_a_bad_reversal_is_refused(row: str, fault: tuple[str, str]) -> None:
    take("payments", PAYMENT)
    assert faults(take("payments", PAYMENTS + row)) == [(2, *fault)]
    assert not Reversal.objects.exists()


def test_a_reversal_of_a_reversal_is_refused() -> None:
    take("payments", PAYMENT)
    take("payments", REVERSAL)
    result = take("payments", PAYMENTS + "R2,C1,2013-07-09,-1,,,R1,,,")
    assert faults(result) == [(2, "reverses", "unknown_payment")]


def test_a_payment_under_the_reference_of_a_reversal_is_a_conflict() -> None:
    take("payments", PAYMENT)
    take("payments", REVERSAL)
    result = take("payments", PAYMENTS + "R1,C1,2013-07-09,1,,,,,,")
    assert faults(result) == [(2, "reference", "conflict")]


@pytest.mark.parametrize(
    "row",
    [
        "R1,C1,2013-07-09,-300,,,P1,,,",
        "R1,C1,2013-07-08,-200,,,P1,,,",
        "R1,C1,2013-07-09,-200,,,P2,,,",
    ],
)
def test_a_known_reversal_told_otherwise_is_a_conflict(row: str) -> None:
    take("payments", PAYMENT + "\nP2,C1,2013-07-05,600,,,,,,")
    take("payments", REVERSAL)
    assert faults(take("payments", PAYMENTS + row)) == [(2, "reference", "conflict")]


def test_reversals_together_take_back_no_more_than_the_payment_the_earlier_first() -> None:
    take("payments", PAYMENT)
    result = take(
        "payments",
        PAYMENTS + "R2,C1,2013-07-10,-500,,,P1,,,\nR1,C1,2013-07-09,-200,,,P1,,,",
        skip_bad_rows=True,
    )
    assert faults(result) == [(2, "amount", "reversal_exceeds_payment")]
    assert [r.reference for r in Reversal.objects.all()] == ["R1"]


def test_a_rejected_payment_takes_its_reversals_along() -> None:
    result = take(
        "payments",
        PAYMENTS + "R1,C1,2013-07-09,-1,,,P1,,,\nP1,C1,never,600,,,,,,\nP2,C1,2013-07-05,5,,,,,,",
        skip_bad_rows=True,
    )
    assert faults(result) == [
        (2, "reverses", "dropped_with_group"),
        (3, "received_on", "invalid_date"),
    ]
    assert [p.reference for p in Payment.objects.all()] == ["P2"]


def test_a_second_row_of_a_payment_does_not_drop_the_reversals_of_the_first() -> None:
    result = take(
        "payments",
        PAYMENT + "\nP1,C1,2013-07-05,700,,,,,,\nR1,C1,2013-07-09,-1,,,P1,,,",
        skip_bad_rows=True,
    )
    assert faults(result) == [(3, "reference", "duplicate_in_file")]
    assert counts(result) == (2, 0, 0, 1)


def test_one_amount_spelt_two_ways_is_one_payment() -> None:
    head = "reference,customer_code,received_on,amount\n"
    result = take("payments", head + "P1,C1,2013-07-05,600\nP1,C1,2013-07-05,600.00")
    assert counts(result) == (1, 0, 1, 0)


def test_a_new_adjustment_has_all_that_the_row_says() -> None:
    take("invoices", INVOICE)
    assert counts(take("adjustments", ADJUSTMENT)) == (1, 0, 0, 0)
    adjustment = Adjustment.objects.get()
    assert (adjustment.customer.code, adjustment.amount, adjustment.kind) == ("C1", 5000, "claim")
    assert (adjustment.invoice_number, adjustment.note) == ("I1", "broken goods")
    assert adjustment.effective_on == date(2013, 7, 5)


def test_the_same_adjustment_again_changes_nothing() -> None:
    take("invoices", INVOICE)
    take("adjustments", ADJUSTMENT)
    assert counts(take("adjustments", ADJUSTMENT)) == (0, 0, 1, 0)
    assert counts(take("adjustments", ADJUSTMENTS + "A1,C1,2013-07-05,50,claim,,")) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "row",
    [
        "A1,C2,2013-07-05,50,claim,,",
        "A1,C1,2013-07-06,50,claim,,",
        "A1,C1,2013-07-05,51,claim,,",
        "A1,C1,2013-07-05,50,discount,,",
        "A1,C1,2013-07-05,50,claim,,other",
    ],
)
def test_a_known_adjustment_may_not_change(row: str) -> None:
    take("invoices", INVOICE)
    take("adjustments", ADJUSTMENT)
    assert faults(take("adjustments", ADJUSTMENTS + row)) == [(2, "number", "conflict")]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A1,C1,2013-07-05,50,gift,,", ("kind", "unknown_value")),
        ("A1,C1,2013-07-05,-50,claim,,", ("amount", "out_of_range")),
        ("A1,C1,2013-07-05,50,claim,I9,", ("invoice_number", "unknown_invoice")),
        ("A1,C1,2013-07-05,50,claim,,x" + "x" * 500, ("note", "too_long")),
    ],
)
def test_a_bad_cell_of_an_adjustment_is_named(row: str, fault: tuple[str, str]) -> None:
    assert faults(take("adjustments", ADJUSTMENTS + row)) == [(2, *fault)]
