"""The list of a month: every customer, its figures and its ledger those that are worked out."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date, timedelta

import pytest

from collections_app.customers.models import Customer
from collections_app.ledger.models import Adjustment
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.month import SORTS, MonthKey, MonthRow, month_list
from collections_app.standing.queries import ledgers_of
from tests.conftest import Cast
from tests.facts import hand_over
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)

FIGURES = [each.name for each in fields(CustomerFigures)]


def lines(**asked: object) -> list[MonthRow]:
    """All rows of the month of the tests."""
    customers = Customer.objects.all()
    return month_list(MONTH, on=DAY, customers=customers, limit=1000, **asked).rows  # type: ignore[arg-type]


def make_ledger(customer: Customer, dice: random.Random) -> None:
    """Invoices on both sides of the day, and what settles them: named, unnamed, wrongly named."""
    numbers = [""]
    for number in range(dice.randint(0, 6)):
        due = DAY + timedelta(days=dice.randint(-100, 20))
        invoice = make_invoice(customer, dice.randint(1, 9) * 100, due_on=due)
        numbers.append(invoice.number)
        if dice.random() < 0.5:
            Adjustment.objects.create(
                customer=customer,
                number=f"A-{customer.pk}-{number}",
                effective_on=DAY + timedelta(days=dice.randint(-60, 5)),
                amount=dice.randint(1, 8) * 10_000,
                kind="credit_note",
                invoice_number=dice.choice([*numbers, "NOT-OURS"]),
            )
    for number in range(dice.randint(0, 4)):
        on = DAY + timedelta(days=dice.randint(-60, 5))
        payment = make_payment(
            customer, dice.randint(1, 12) * 100, on=on, invoice=dice.choice([*numbers, "NOT-OURS"])
        )
        if dice.random() < 0.3:
            back = on + timedelta(days=3)
            make_reversal(payment, 50, on=back, reference=f"B-{customer.pk}-{number}")


@pytest.mark.parametrize("seed", range(3))
def test_open_and_overdue_are_those_of_the_ledger(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    for _each in range(40):
        make_ledger(make_customer(cast.east_rep), dice)
    stand_on()
    ledgers = ledgers_of(Customer.objects.all(), on=DAY)
    worked_out = {id_: (ledger.open, ledger.overdue) for id_, ledger in ledgers.items()}
    shown = {row.customer_id: (row.open, row.overdue) for row in lines()}
    assert {id_: shown[id_] for id_ in worked_out} == worked_out
    assert {shown[id_] for id_ in shown if id_ not in worked_out} <= {(0, 0)}


def make_month(cast: Cast) -> None:
    """Customers with and without each of plan, promise, measure and money."""
    for number in range(16):
        customer = make_customer(cast.east_rep)
        if number & 1:
            plan = make_plan(customer, 1_000 + number, agreed_with="Mr Li" if number & 4 else "")
            make_measure(plan, 100)
        if number & 2:
            make_commitment(customer, (day(5), 300), (day(28), 200))
        if number & 8:
            make_payment(customer, 150 + number, on=day(4))
    stand_on()


def test_every_customer_has_a_row_and_its_figures(cast: Cast) -> None:
    make_month(cast)
    known = {row.customer_id: row for row in customer_figures(MONTH, on=DAY)}
    shown = {row.customer_id: row for row in lines()}
    assert len(shown) == 16
    for id_, row in known.items():
        assert {n: getattr(shown[id_], n) for n in FIGURES} == {n: getattr(row, n) for n in FIGURES}
    bare = [shown[id_] for id_ in shown.keys() - known.keys()]
    assert {(r.target, r.plan_state, r.asked, r.present_target) for r in bare} == {
        (0, "unplanned", None, None)
    }


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", SORTS)
def test_a_list_in_pages_is_the_list(cast: Cast, sort: str, descending: bool) -> None:
    make_month(cast)
    make_customer(cast.east_rep, currency="USD")
    whole = [row.code for row in lines(sort=sort, descending=descending)]
    found: list[str] = []
    after: MonthKey | None = None
    while len(found) < 17:
        page = month_list(
            MONTH, on=DAY, customers=Customer.objects.all(), sort=sort, descending=descending,
            after=after, limit=5,
        )  # fmt: skip
        assert page.remaining == 17 - len(found)
        found += [row.code for row in page.rows]
        after = page.last
    assert found == whole
    assert len(set(whole)) == 17


def test_a_month_belongs_to_its_rep(cast: Cast) -> None:
    planned, bare = make_customer(cast.east_rep), make_customer(cast.east_rep)
    make_plan(planned, 1_000)
    for customer in (planned, bare):
        hand_over(customer, cast.west_rep, on=date(2026, 12, 1))
    stand_on()
    assert {row.owner_id for row in lines()} == {cast.east_rep.pk}
    assert len(lines(owners=[cast.east_rep.pk])) == 2
    assert lines(owners=[cast.west_rep.pk]) == []
