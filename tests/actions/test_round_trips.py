"""What is done and taken back leaves everything as it was, whatever there was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collections_app.actions.money import (
    receive_payment,
    reverse_payment,
    take_back_payment,
    take_back_reversal,
)
from collections_app.actions.promise import Terms, record_promise, renegotiate, take_back_promise
from collections_app.customers.models import Customer
from collections_app.planning.measures import add_measure, take_back_measure
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.models import Allocation, InstalmentStanding
from collections_app.upkeep.fingerprint import fingerprint
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_payment,
    make_plan,
    stand_on,
)

AMOUNTS = st.integers(1, 90_000)
DUE = st.integers(0, 20).map(lambda n: DAY + timedelta(days=n))
BEFORE = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 900)), max_size=4)
MONEY = st.lists(st.tuples(st.integers(1, 23), st.integers(1, 900)), max_size=4)


@dataclass
class Scene:
    """A customer with promises and money of its own."""

    customer: Customer
    parts: list[tuple[date, int]]
    amount: int

    @property
    def terms(self) -> Terms:
        return Terms(made_on=DAY, instalments=self.parts)


def promise_and_back(scene: Scene) -> None:
    by = scene.customer.owner
    made = record_promise(customer=scene.customer, terms=scene.terms, by=by, on=DAY)
    take_back_promise(commitment=made, by=by)


def renegotiation_and_back(scene: Scene) -> None:
    by = scene.customer.owner
    former = scene.customer.commitments.order_by("pk").first()
    if former is None:
        return
    made = renegotiate(
        commitment=former, terms=scene.terms, reason="r", asked_by="us", by=by, on=DAY
    )
    take_back_promise(commitment=made, by=by)


def payment_and_back(scene: Scene) -> None:
    by = scene.customer.owner
    made = receive_payment(
        customer=scene.customer, received_on=DAY, amount=scene.amount, by=by, on=DAY
    )
    take_back_payment(payment=made, by=by)


def reversal_and_back(scene: Scene) -> None:
    by = scene.customer.owner
    payment = scene.customer.payments.order_by("pk").first()
    if payment is None:
        return
    made = reverse_payment(payment=payment, received_on=DAY, amount=1, by=by, on=DAY)
    take_back_reversal(reversal=made, by=by)


def measure_and_back(scene: Scene) -> None:
    by = scene.customer.owner
    made = add_measure(
        customer=scene.customer, month=MONTH, kind="incentive", expected_uplift=scene.amount,
        by=by, on=DAY,
    )  # fmt: skip
    take_back_measure(measure=made, by=by)


ACTS = (
    promise_and_back, renegotiation_and_back, payment_and_back, reversal_and_back,
    measure_and_back,
)  # fmt: skip


def everything() -> list[Any]:
    standing = InstalmentStanding.objects.order_by("pk").values()
    kept = Allocation.objects.order_by("payment", "instalment")
    parts = kept.values_list("payment", "instalment", "received_on", "amount")
    return [fingerprint(), list(standing), list(parts)]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=BEFORE, money=MONEY, amount=AMOUNTS, has_plan=st.booleans(),
    parts=st.lists(st.tuples(DUE, AMOUNTS), min_size=1, max_size=4),
)  # fmt: skip
def test_what_is_taken_back_leaves_everything_as_it_was(
    cast: Cast,
    act: Callable[[Scene], None],
    has_plan: bool,
    before: list[tuple[int, int]],
    money: list[tuple[int, int]],
    amount: int,
    parts: list[tuple[date, int]],
) -> None:
    with transaction.atomic():
        customer = make_customer(cast.east_rep)
        if has_plan:
            make_plan(customer, 500)
        for number, due in before:
            make_commitment(customer, (day(number), due))
        for number, received in money:
            make_payment(customer, received, on=day(number))
        stand_on()
        former = everything()
        act(Scene(customer, parts, amount))
        assert everything() == former
        assert differing_from_computed() == []
        transaction.set_rollback(True)
