"""One target edited by many at once: one wins, all others are told. Unprotected, many win."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.planning.models import MonthPlan, TargetChange
from collections_app.web.views import plans
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.facts import MONTH, day, make_customer, make_plan, stand_on
from tests.web.plan_pages import enter

pytestmark = pytest.mark.django_db(transaction=True)

EDITS = 50


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A customer with a target of 1,000, not locked yet."""
    made = make_customer(cast.east_rep)
    make_plan(made, 1_000)
    stand_on(day(2))
    return made


def set_without_lock(
    *, customer: Customer, month: Any, target: int, expected: int | None, **_rest: Any
) -> None:
    """The naive way: look, then write."""
    plan = MonthPlan.objects.get(customer=customer, month=month)
    if plan.target != expected:
        raise Overtaken("Somebody was first.", field="target")
    time.sleep(0.2)  # so that others look too before it writes, however busy the machine is
    TargetChange.objects.create(plan=plan, old_target=plan.target, new_target=target)
    plan.target = target
    plan.save()


def answers_of(cast: Cast, customer: Customer) -> list[int]:
    """What each of many edits at once is answered, sorted; each by a browser of its own."""
    answers: list[int] = []

    def edit(number: int) -> None:
        answers.append(
            enter(clients[number], customer, str(2_000 + number), seen=1_000).status_code
        )

    clients = [Client() for _edit in range(EDITS)]
    for client in clients:
        client.force_login(cast.east_rep)
    side_by_side(*[lambda number=number: edit(number) for number in range(EDITS)])
    return sorted(answers)


def test_of_fifty_edits_at_once_one_wins_and_the_others_are_told(
    cast: Cast, customer: Customer
) -> None:
    assert answers_of(cast, customer) == [200] + [409] * (EDITS - 1)
    change = TargetChange.objects.exclude(old_target=None).get()
    assert change.new_target == MonthPlan.objects.get(month=MONTH).target


def test_without_the_lock_the_same_edits_overwrite_each_other(
    cast: Cast, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "set_target", set_without_lock)
    assert answers_of(cast, customer).count(200) > 1
    assert TargetChange.objects.exclude(old_target=None).count() > 1


def test_two_first_targets_at_once_are_one(cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    stand_on(day(2))
    answers: list[int] = []
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(cast.east_rep)
    side_by_side(
        *[
            lambda client=client: answers.append(enter(client, customer, "5").status_code)
            for client in clients
        ]
    )
    assert sorted(answers) == [200, 409]
