"""A customer with a promise, and what is asked for it."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.accounts.models import Person
from collections_app.actions.ask_for import (
    Wish,
    ask_for_concession,
    ask_for_target_cut,
)
from collections_app.commitments.models import Commitment, Instalment
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.standing.figures import CustomerFigures, customer_figures
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_plan,
    stand_on,
)

# November 2026: plans lock at the end of Wednesday the 4th; the 7th and 8th are a week-end.
LOCK, THURSDAY, SATURDAY, MONDAY = day(4), day(5), day(7), day(9)


def make_asked_customer(cast: Cast) -> Customer:
    """A target of 1,000 and a promise of 300 due on the 10th and 500 due on the 25th."""
    customer = make_customer(cast.east_rep)
    make_plan(customer, 1_000)
    make_commitment(customer, (day(10), 300), (day(25), 500), reference="P-1")
    stand_on()
    return customer


def promise() -> Commitment:
    return Commitment.objects.get(reference="P-1")


def wish(kind: str = "postpone", amount: int = 300, **more: object) -> Wish:
    until = day(30) if kind == "postpone" else None
    values = {"until_on": until, "reason": "cash_short", **more}
    return Wish(kind=kind, amount=amount * 100, **values)  # type: ignore[arg-type]


def ask(customer: Customer, what: Wish, *, by: Person | None = None, on: date = DAY) -> Request:
    return ask_for_concession(
        customer=customer, month=MONTH, wish=what, by=by or customer.owner, on=on
    )


def ask_promise(customer: Customer, kind: str = "postpone", amount: int = 300) -> Request:
    return ask(customer, wish(kind, amount, commitment=promise()))


def ask_cut(
    customer: Customer, target: int = 600, *, by: Person | None = None, on: date = DAY
) -> Request:
    return ask_for_target_cut(
        customer=customer, month=MONTH, seen=1_000_00, target=target * 100,
        note="Goods sent back", by=by or customer.owner, on=on,
    )  # fmt: skip


def parts(commitment: Commitment | None) -> list[tuple[date, int]]:
    rows = Instalment.objects.filter(commitment=commitment).order_by("position")
    return [(row.due_on, row.amount // 100) for row in rows]


def figures(on: date = DAY) -> CustomerFigures:
    (row,) = customer_figures(MONTH, on=on)
    return row


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code
