"""A customer with a year of promises and money: some kept, some broken, one renegotiated."""

from __future__ import annotations

from datetime import date

from collections_app.accounts.models import Person
from collections_app.core.months import add_months
from collections_app.customers.models import Customer, RegularAgreement
from collections_app.planning.models import Measure
from tests import facts
from tests.web.facts import (
    MONTH,
    day,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
)


def make_record(owner: Person, *, name: str = "", broken: int = 2) -> Customer:
    """Twelve months up to October, 100,000 promised for the 10th of each; ``broken`` of them not.

    A regular payment of 100,000 by the 10th is agreed, too: what came late missed it as well.
    """
    customer = make_customer(owner, name=name)
    RegularAgreement.objects.create(
        customer=customer, day=10, amount=100_000_00, agreed_with="Mr Li"
    )
    Customer.objects.filter(pk=customer.pk).update(regular_day=10, regular_amount=100_000_00)
    customer.refresh_from_db()
    for back in range(1, 13):
        month = add_months(MONTH, -back)
        make_plan(customer, 120_000, month=month)
        facts.promise(customer, (month.replace(day=10), 100_000), made_on=month)
        on = month.replace(day=25 if back <= broken else 9)
        make_payment(customer, 60_000 if back == 5 else 100_000, on=on)
    gone = facts.promise(customer, (day(15), 50_000))
    facts.end(gone, on=day(14))
    return customer


def make_done_measure(customer: Customer, expected: int, realised: int | None) -> Measure:
    """A measure of October that was done, with what it brought in whole units."""
    plan = customer.plans.get(month=date(2026, 10, 1))
    measure = make_measure(plan, expected, status="done")
    measure.realised_uplift = None if realised is None else realised * 100
    measure.save()
    return measure
