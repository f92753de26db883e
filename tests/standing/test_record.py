"""The record of promises: how late what was not kept was paid, and how often one promised again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from collections_app.commitments.models import Commitment, Ending
from collections_app.customers.models import Customer
from collections_app.standing.queries import commitments_of
from collections_app.standing.rates import Window, kept_rates
from collections_app.standing.record import PromiseRecord, promise_records
from tests import facts
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    day,
    make_commitment,
    make_customer,
    make_payment,
    make_reversal,
    stand_on,
)

WHOLE = Window(day(1), day(30))


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def record(on: date = DAY) -> PromiseRecord:
    [found] = promise_records(by=["all"], window=WHOLE, on=on)["all"]
    return found


def after(former: Commitment, new: Commitment, *, on: date, cancelled: bool = False) -> None:
    """The new promise takes the former one's place."""
    facts.end(former, on=on, ending=Ending.CANCELLED if cancelled else Ending.SUPERSEDED)
    Commitment.objects.filter(pk=new.pk).update(supersedes=former, made_on=on)


def test_lateness_is_meant_once_by_number_and_once_by_amount(customer: Customer) -> None:
    make_commitment(customer, (day(2), 100), (day(4), 300), (day(6), 50), (day(8), 1_000))
    make_payment(customer, 40, on=day(2))
    make_payment(customer, 60, on=day(4))  # 2 days late
    make_payment(customer, 300, on=day(12))  # 8 days late
    make_payment(customer, 50, on=day(12))  # 6 days late
    stand_on()
    found = record()
    assert (found.late, found.late_days, found.late_amount) == (3, 16, 450_00)
    assert found.mean_late == Decimal("5.3")
    # (2 × 100 + 8 × 300 + 6 × 50) / 450
    assert found.mean_late_weighted == Decimal("6.4")
    assert found.broken == 3


def test_what_is_still_missing_or_came_in_time_is_in_no_mean(customer: Customer) -> None:
    make_commitment(customer, (day(2), 100), (day(4), 300))
    make_payment(customer, 100, on=day(2))
    make_payment(customer, 299, on=day(9))
    stand_on()
    found = record()
    assert (found.late, found.mean_late, found.mean_late_weighted) == (0, None, None)


def test_a_past_day_knows_no_money_that_came_later(customer: Customer) -> None:
    make_commitment(customer, (day(2), 100))
    payment = make_payment(customer, 100, on=day(9))
    make_reversal(payment, 100, on=day(15), reference="BACK")
    stand_on()
    assert [record(on=day(n)).late for n in (8, 9, 14, 15)] == [0, 1, 1, 0]


def test_promises_for_the_same_money_are_numbered(customer: Customer) -> None:
    one = make_commitment(customer, (day(3), 100))
    two = make_commitment(customer, (day(8), 100))
    three = make_commitment(customer, (day(12), 100))
    after(one, two, on=day(5))
    after(two, three, on=day(9))
    make_commitment(customer, (day(14), 7))
    stand_on()
    found = record()
    assert (found.number, found.second, found.third) == (4, 1, 1)
    numbers = promise_records(by=["number"], window=WHOLE, on=DAY)["number"]
    assert [(row.key, row.number, row.amount) for row in numbers] == [
        ("1", 2, 107_00),
        ("2", 1, 100_00),
        ("3", 1, 100_00),
    ]


def test_a_promise_renegotiated_before_it_lapsed_leaves_a_second_and_a_fulfilled_one_none(
    customer: Customer,
) -> None:
    open_one, kept_one = (
        make_commitment(customer, (day(20), 9)),
        make_commitment(customer, (day(2), 5)),
    )
    make_payment(customer, 5, on=day(2))
    for former, due in ((open_one, 18), (kept_one, 19)):
        after(former, make_commitment(customer, (day(due), 11)), on=day(6))
    stand_on()
    found = record()
    assert (found.second, found.third) == (1, 0)


def test_the_numbers_are_those_of_the_states(customer: Customer) -> None:
    chain = [make_commitment(customer, (day(2 + 3 * n), 100)) for n in range(5)]
    for n, (former, new) in enumerate(pairwise(chain)):
        after(former, new, on=day(3 + 3 * n), cancelled=n == 1)
    make_payment(customer, 100, on=day(6))
    stand_on()
    for on in (day(12), DAY):
        told: dict[str, int] = {}
        for state in commitments_of([customer.pk], on=on)[customer.pk]:
            if state.instalments[0].verdict is not None:
                key = str(min(state.promise_number, 3))
                told[key] = told.get(key, 0) + 1
        rows = promise_records(by=["number"], window=WHOLE, on=on)["number"]
        assert {row.key: row.number for row in rows if row.number} == told
        assert told.get("3", 0) > 0


def test_its_rates_are_the_kept_rates(cast: Cast, customer: Customer) -> None:
    make_commitment(customer, (day(2), 100), (day(4), 300))
    make_payment(customer, 150, on=day(2))
    make_commitment(make_customer(cast.west_rep, currency="USD"), (day(5), 10))
    stand_on()
    groups = promise_records(by=["customer", "rep", "rating", "all"], window=WHOLE, on=DAY)
    for by, records in groups.items():
        assert by != "number"
        rates = kept_rates(by=by, window=WHOLE, on=DAY)
        names = ("key", "currency", "amount", "on_time", "number", "kept", "broken")
        assert [[getattr(r, n) for n in names] for r in records] == [
            [getattr(r, n) for n in names] for r in rates
        ]
