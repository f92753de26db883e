"""What is kept equals what is computed from nothing, in whatever order facts come in."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collections_app.commitments.models import Commitment, Ending, Instalment, Pin
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment
from collections_app.reminders.sweep import sweep
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.figures import customer_figures
from collections_app.standing.models import Allocation
from collections_app.standing.operations import refresh, refresh_touched
from tests.builders import make_person, make_team
from tests.ledger_facts import MONTH, bounce, end, make_customer, pay, promise
from tests.racing import side_by_side

STEPS = ("promise", "pay", "bounce", "end", "pin", "sweep")


@pytest.fixture
def customer(db: None) -> Customer:
    return make_customer(make_person("Rep", team=make_team("Team"), email="rep@kept.test"))


def take_step(step: str, customer: Customer, chance: Random, today: date) -> None:
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
        payment = Payment.objects.filter(reversals__isnull=True).order_by("?").first()
        if payment is not None:
            bounce(payment, payment.received_on + timedelta(days=chance.randint(0, 20)))
    elif step == "end":
        commitment = Commitment.objects.filter(ending="").order_by("pk").first()
        if commitment is not None:
            end(commitment, max(day, commitment.made_on), Ending.CANCELLED)
    elif step == "pin":
        payment = Payment.objects.filter(pin__isnull=True).order_by("pk").last()
        instalment = Instalment.objects.order_by("pk").last()
        if payment is not None and instalment is not None:
            Pin.objects.create(payment=payment, instalment=instalment)
            refresh_touched()
    else:
        sweep(on=today)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=14), seed=st.integers(0, 999))
def test_after_any_steps_what_is_kept_is_what_the_facts_mean(
    customer: Customer, steps: list[str], seed: int
) -> None:
    chance = Random(seed)
    with transaction.atomic():
        today = MONTH
        sweep(on=today)
        for step in steps:
            today += timedelta(days=chance.randint(0, 6))
            take_step(step, customer, chance, today)
        assert differing_from_computed() == []
        transaction.set_rollback(True)


def test_refreshing_again_writes_nothing(customer: Customer) -> None:
    promise(customer, [(MONTH, 100)])
    pay(customer, 40, MONTH)
    sweep(on=MONTH)
    assert refresh([customer.pk], on=MONTH).written == 0


def test_a_past_day_before_a_bounce_is_still_told_as_it_was(customer: Customer) -> None:
    promise(customer, [(MONTH.replace(day=10), 100)])
    bounce(pay(customer, 100, MONTH.replace(day=5)), MONTH.replace(day=20))
    sweep(on=MONTH.replace(day=25))
    before, after = (customer_figures(MONTH, on=MONTH.replace(day=n))[0].lapsed for n in (15, 25))
    assert (before, after) == (0, 100_00)


@pytest.mark.django_db(transaction=True)
def test_four_writers_of_one_customer_at_once_leave_it_as_its_facts_mean() -> None:
    customer = make_customer(make_person("Rep", team=make_team("Team"), email="rep@kept.test"))
    promise(customer, [(MONTH.replace(day=10), 1000)])
    sweep(on=MONTH.replace(day=15))

    def write(seed: int) -> None:
        for number in range(6):
            with transaction.atomic():
                pay(customer, 10 * seed + number, MONTH.replace(day=2 + number))

    side_by_side(*[partial(write, seed) for seed in range(1, 5)])
    assert Allocation.objects.count() == 24
    assert differing_from_computed() == []
