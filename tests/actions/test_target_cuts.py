"""What an approval does to a target, and a manager who lowers one by hand."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.accounts.models import Person
from collections_app.actions.ask_for import (
    RequestRefused,
    ask_for_target_cut,
)
from collections_app.actions.decide import approve
from collections_app.actions.retarget import set_target
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.planning import operations as planning
from collections_app.planning.models import MonthPlan, TargetChange
from collections_app.planning.operations import PlanRefused
from tests.actions.asking import (
    LOCK,
    MONDAY,
    SATURDAY,
    THURSDAY,
    ask,
    ask_cut,
    code_of,
    figures,
    make_asked_customer,
    wish,
)
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_customer,
    make_plan,
    stand_on,
)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_asked_customer(cast)


# --- what an approval does to a target


def test_a_lower_target_counts_from_the_day_of_approval(customer: Customer, cast: Cast) -> None:
    asked = ask_cut(customer, on=THURSDAY)
    assert figures(SATURDAY).target == 1_000_00
    asked = approve(request=asked, by=cast.east_manager, on=MONDAY, word="This once")
    assert [figures(d).target for d in (SATURDAY, day(8), MONDAY)] == [1_000_00] * 2 + [600_00]
    assert (figures(MONDAY).original_target, figures(MONDAY).target_cut) == (1_000_00, 400_00)
    change = TargetChange.objects.get(is_revision=True)
    assert (change, change.counts_from) == (asked.target_change, MONDAY)
    assert "Request of Anna" in change.reason
    assert "Goods sent back" in change.reason


@pytest.mark.parametrize("decided_on", [SATURDAY, day(8), MONDAY])
def test_a_week_end_counts_like_any_day(customer: Customer, cast: Cast, decided_on: date) -> None:
    approve(request=ask_cut(customer, on=THURSDAY), by=cast.east_manager, on=decided_on)
    assert figures(decided_on).target == 600_00
    assert TargetChange.objects.get(is_revision=True).counts_from == decided_on


def test_until_the_lock_nobody_has_to_be_asked(customer: Customer) -> None:
    with pytest.raises(RequestRefused) as refused:
        ask_cut(customer, on=LOCK)
    assert code_of(refused) == "not_locked"
    assert ask_cut(customer, on=THURSDAY).state == "waiting"


@pytest.mark.parametrize(("decided_on", "is_revision"), [(LOCK, False), (THURSDAY, True)])
def test_a_concession_on_the_month_is_a_revision_only_after_the_lock(
    customer: Customer, cast: Cast, decided_on: date, is_revision: bool
) -> None:
    asked = ask(customer, wish("accept", 250, seen=1_000_00), on=day(3))
    asked = approve(request=asked, by=cast.east_manager, on=decided_on)
    assert asked.target_change is not None
    assert asked.target_change.is_revision == is_revision
    assert figures(decided_on).target == 750_00
    assert figures(DAY).target_cut == (250_00 if is_revision else 0)


def test_a_target_changed_meanwhile_is_told_with_both_values(
    customer: Customer, cast: Cast
) -> None:
    asked = ask_cut(customer)
    planning.set_target(
        customer=customer, month=MONTH, target=1_200_00, expected=1_000_00, by=customer.owner,
        on=DAY, reason="New order",
    )  # fmt: skip
    with pytest.raises(Overtaken, match=r"was ¥1,000\.00 .* now it is ¥1,200\.00"):
        approve(request=asked, by=cast.east_manager, on=DAY)
    assert MonthPlan.objects.get().target == 1_200_00
    asked = approve(request=asked, by=cast.east_manager, on=DAY, seen=1_200_00)
    assert (asked.conceded, figures().target) == (600_00, 600_00)


def test_the_asker_is_told_of_a_target_changed_before(customer: Customer) -> None:
    with pytest.raises(Overtaken):
        ask_for_target_cut(
            customer=customer, month=MONTH, seen=900_00, target=1, note="x", by=customer.owner,
            on=DAY,
        )  # fmt: skip


def test_an_agreed_target_has_to_be_agreed_anew(cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    make_plan(customer, 1_000, agreed_with="Mr Li")
    stand_on()
    assert figures().plan_state == "agreed"
    approve(request=ask_cut(customer), by=cast.east_manager, on=DAY)
    assert figures().plan_state == "one_sided"


# --- lowering a target by hand


def lower(customer: Customer, by: Person) -> MonthPlan:
    return set_target(
        customer=customer, month=MONTH, target=700_00, expected=1_000_00, by=by, on=DAY,
        reason="Shop closed",
    )  # fmt: skip


def test_a_rep_has_to_ask(customer: Customer) -> None:
    with pytest.raises(PlanRefused) as refused:
        lower(customer, customer.owner)
    assert code_of(refused) == "manager_needed"


def test_a_manager_has_to_ask_for_an_own_customer(cast: Cast) -> None:
    customer = make_customer(cast.east_manager)
    make_plan(customer, 1_000)
    with pytest.raises(PlanRefused) as refused:
        lower(customer, cast.east_manager)
    assert code_of(refused) == "manager_needed"


def test_a_manager_who_lowers_a_reps_target_has_decided_it(customer: Customer, cast: Cast) -> None:
    lower(customer, cast.east_manager)
    made = Request.objects.get()
    assert (made.kind, made.state, made.conceded) == ("target_cut", "approved", 300_00)
    assert (made.asked_by, made.decided_by) == (cast.east_manager, cast.east_manager)
    assert made.target_change == TargetChange.objects.get(is_revision=True)


def test_raising_a_target_is_no_request(customer: Customer, cast: Cast) -> None:
    set_target(
        customer=customer, month=MONTH, target=1_100_00, expected=1_000_00,
        by=cast.east_manager, on=DAY, reason="New order",
    )  # fmt: skip
    assert not Request.objects.exists()
