"""On each side of the day that a plan locks on, over a weekend and by the organisation's zone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from collections_app.actions.ask_for import RequestRefused, ask_for_target_cut
from collections_app.actions.decide import approve
from collections_app.actions.retarget import set_target
from collections_app.core.clock import today_in
from collections_app.core.months import first_of, month_text
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from collections_app.planning.models import MonthPlan, TargetChange
from collections_app.planning.operations import PlanRefused
from collections_app.reminders.tasks import sweep_now
from collections_app.standing.figures import customer_figures
from tests.conftest import Cast
from tests.web.acting import send
from tests.web.facts import make_customer, make_plan

# April 2026 begins on a Wednesday: its third working day, at whose end plans lock, is a Friday.
APRIL = date(2026, 4, 1)
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 4, n) for n in (3, 4, 5, 6))
LOCKED = (SATURDAY, SUNDAY, MONDAY)
# 25 hours apart: whenever this runs, they are on different days.
EARLY_ZONE, LATE_ZONE = "Pacific/Kiritimati", "Pacific/Pago_Pago"

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A target of 1,000 for April."""
    customer = make_customer(cast.east_rep)
    set_to(customer, 1_000, expected=None, day=APRIL)
    return customer


def set_to(
    customer: Customer, target: int, *, day: date, expected: int | None = 1_000, reason: str = ""
) -> MonthPlan:
    return set_target(
        customer=customer, month=APRIL, target=target * 100,
        expected=None if expected is None else expected * 100,
        by=customer.owner, on=day, reason=reason,
    )  # fmt: skip


def ask(customer: Customer, *, day: date) -> Request:
    return ask_for_target_cut(
        customer=customer, month=APRIL, seen=1_000_00, target=800_00, note="Closed for a week",
        by=customer.owner, on=day,
    )  # fmt: skip


def test_the_third_working_day_before_a_weekend_is_the_friday(customer: Customer) -> None:
    assert MonthPlan.objects.get().locks_on == FRIDAY


def test_on_the_friday_a_target_is_lowered_freely_and_counts_for_every_day(
    customer: Customer,
) -> None:
    set_to(customer, 800, day=FRIDAY)
    assert not TargetChange.objects.filter(is_revision=True).exists()
    (row,) = customer_figures(APRIL, on=APRIL)
    assert (row.target, row.original_target) == (800_00, 800_00)


@pytest.mark.parametrize("day", LOCKED)
def test_from_the_saturday_on_a_target_is_not_lowered_by_the_rep(
    customer: Customer, day: date
) -> None:
    with pytest.raises(PlanRefused) as refused:
        set_to(customer, 800, day=day, reason="Closed for a week")
    assert refused.value.code == "manager_needed"
    assert MonthPlan.objects.get().target == 1_000_00


@pytest.mark.parametrize("day", LOCKED)
def test_from_the_saturday_on_raising_is_a_revision_of_its_day(
    customer: Customer, day: date
) -> None:
    with pytest.raises(PlanRefused) as refused:
        set_to(customer, 1_200, day=day)
    assert refused.value.code == "reason_needed"
    set_to(customer, 1_200, day=day, reason="A new outlet")
    change = TargetChange.objects.get(is_revision=True)
    assert (change.counts_from, change.old_target, change.new_target) == (day, 1_000_00, 1_200_00)
    before, after = (customer_figures(APRIL, on=d)[0] for d in (day - timedelta(days=1), day))
    assert (before.target, after.target, after.original_target) == (1_000_00, 1_200_00, 1_000_00)


def test_on_the_friday_there_is_nothing_to_ask_the_manager_for(customer: Customer) -> None:
    with pytest.raises(RequestRefused) as refused:
        ask(customer, day=FRIDAY)
    assert refused.value.code == "not_locked"


@pytest.mark.parametrize("day", LOCKED)
def test_from_the_saturday_on_lowering_is_asked_for_and_the_target_stands(
    customer: Customer, day: date
) -> None:
    ask(customer, day=day)
    assert customer_figures(APRIL, on=MONDAY)[0].target == 1_000_00


@pytest.mark.parametrize(("asked", "decided"), [(SATURDAY, SUNDAY), (SUNDAY, MONDAY)])
def test_a_decision_at_the_weekend_counts_from_its_day(
    customer: Customer, cast: Cast, asked: date, decided: date
) -> None:
    approve(request=ask(customer, day=asked), by=cast.east_manager, on=decided)
    before, after = (customer_figures(APRIL, on=d)[0] for d in (asked, decided))
    assert (before.target, after.target, after.original_target) == (1_000_00, 800_00, 1_000_00)


@pytest.mark.parametrize(("zone", "status"), [(LATE_ZONE, 302), (EARLY_ZONE, 422)])
def test_at_one_instant_a_plan_is_locked_where_the_day_is_over_and_free_where_it_is_not(
    cast: Cast, client: Client, zone: str, status: int
) -> None:
    locks_on = today_in(LATE_ZONE)
    organisation()
    Organisation.objects.update(time_zone=zone)
    customer = make_customer(cast.east_rep)
    plan = make_plan(customer, 1_000, month=first_of(locks_on))
    MonthPlan.objects.filter(pk=plan.pk).update(locks_on=locks_on)
    sweep_now()
    client.force_login(cast.east_rep)
    path = f"/customers/{customer.public_id}/plan/target/?month={month_text(plan.month)}"
    assert send(client, path, target="800", seen="1000").status_code == status
