"""Whatever happens: a rate lies between 0 and 1, and is what the verdicts of rule 5 say."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collections_app.commitments.models import Commitment, Ending
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment
from collections_app.reminders.sweep import sweep
from collections_app.standing.figures import customer_figures
from collections_app.standing.models import State
from collections_app.standing.queries import commitments_of
from collections_app.standing.rates import Window, kept_rates
from collections_app.standing.year import year_of
from tests.builders import make_person, make_team
from tests.ledger_facts import MONTH, bounce, end, make_customer, pay, plan, promise

LAST = MONTH + timedelta(days=80)
STEPS = ("promise", "pay", "bounce", "end", "plan")
SETTINGS = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def customer(db: None) -> Customer:
    return make_customer(make_person("Rep", team=make_team("Team"), email="rep@kept.test"))


def take_step(step: str, customer: Customer, chance: Random) -> None:
    day = MONTH + timedelta(days=chance.randint(0, 40))
    if step == "promise":
        parts = [
            (day + timedelta(days=chance.randint(0, 20)), chance.randint(1, 90))
            for _ in range(chance.randint(1, 3))
        ]
        promise(customer, parts, made_on=day)
    elif step == "pay":
        pay(customer, chance.randint(1, 120), day)
    elif step == "bounce":
        payment = Payment.objects.filter(reversals__isnull=True).order_by("pk").first()
        if payment is not None:
            bounce(payment, payment.received_on + timedelta(days=chance.randint(0, 20)))
    elif step == "end":
        commitment = Commitment.objects.filter(ending="").order_by("pk").first()
        if commitment is not None:
            end(commitment, max(day, commitment.made_on), Ending.CANCELLED)
    elif not customer.plans.exists():
        plan(customer, chance.randint(1, 200))


def plainly(customer: Customer, window: Window, on: date) -> tuple[int, int, int, int, int, int]:
    """The same from the states of rule 5, one by one."""
    states = [
        (c.commitment, i)
        for c in commitments_of([customer.pk], on=on).get(customer.pk, [])
        for i in c.instalments
        if window.since <= i.instalment.deadline_on <= window.until
        and i.instalment.deadline_on < on
    ]
    judged = [i for _, i in states if i.verdict]
    return (
        sum(i.instalment.amount for i in judged),
        sum(i.received_on_time for i in judged),
        len(judged),
        sum(i.verdict == State.KEPT for i in judged),
        sum(i.verdict == State.BROKEN for i in judged),
        len(states) - len(judged),
    )


@SETTINGS
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=14), seed=st.integers(0, 999))
def test_a_rate_lies_between_nothing_and_all_and_is_what_the_verdicts_say(
    customer: Customer, steps: list[str], seed: int
) -> None:
    chance = Random(seed)
    with transaction.atomic():
        for step in steps:
            take_step(step, customer, chance)
        sweep(on=LAST)
        window = Window(MONTH + timedelta(days=chance.randint(0, 20)), LAST)
        for on in (LAST, MONTH + timedelta(days=chance.randint(0, 79))):
            rows = kept_rates(by="all", window=window, on=on)
            expected = plainly(customer, window, on)
            for row in rows:
                assert row.by_amount is None or 0 <= row.by_amount <= 1
                assert row.by_number is None or 0 <= row.by_number <= 1
                found = (row.amount, row.on_time, row.number, row.kept, row.broken)
                assert (*found, row.renegotiated) == expected
            assert rows or not any(expected)
        transaction.set_rollback(True)


@SETTINGS
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=14), seed=st.integers(0, 999))
def test_twelve_months_at_once_are_the_months_one_by_one(
    customer: Customer, steps: list[str], seed: int
) -> None:
    chance = Random(seed)
    with transaction.atomic():
        for step in steps:
            take_step(step, customer, chance)
        sweep(on=LAST)
        for on in (LAST, MONTH + timedelta(days=chance.randint(0, 79))):
            year = year_of(customer.pk, until=date(2026, 9, 1), on=on)
            assert len(year) == 12
            for month in year:
                rows = customer_figures(month.month, on=on, customers=[customer.pk])
                figures = [(row.target, row.committed, row.received) for row in rows]
                [expected] = figures or [(0, 0, 0)]
                assert (month.target or 0, month.committed, month.received) == expected
        transaction.set_rollback(True)
