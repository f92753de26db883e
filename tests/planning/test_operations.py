"""The month plan by hand: free until the lock, a revision after it, agreed, asked (rule 2)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from collections_app.accounts.models import AuditEntry, Person
from collections_app.actions.retarget import set_target
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.planning.measures import (
    MeasureRefused,
    add_measure,
    change_measure,
    take_back_measure,
)
from collections_app.planning.models import Measure, MonthPlan
from collections_app.planning.operations import PlanRefused, agree_plan, record_ask
from collections_app.standing.figures import CustomerFigures, customer_figures
from tests.conftest import Cast
from tests.web.facts import MONTH, day, make_commitment, make_customer

# November 2026 begins on a Sunday: its third working day, at whose end plans lock, is the 4th.
BEFORE, AFTER, TENTH = day(4), day(5), day(10)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def set_to(
    customer: Customer,
    target: int | None,
    *,
    expected: int | None = None,
    by: Person | None = None,
    on: date = BEFORE,
    reason: str = "",
) -> MonthPlan:
    return set_target(
        customer=customer, month=MONTH, target=target, expected=expected,
        by=by or customer.owner, on=on, reason=reason,
    )  # fmt: skip


def figures(on: date) -> CustomerFigures:
    (row,) = customer_figures(MONTH, on=on)
    return row


def test_the_first_target_opens_the_plan_and_settles_when_it_locks(customer: Customer) -> None:
    plan = set_to(customer, 200)
    assert (plan.target, plan.locks_on) == (200, BEFORE)
    assert figures(day(1)).target == 200


def test_until_the_lock_a_change_counts_for_every_day(customer: Customer) -> None:
    set_to(customer, 200)
    set_to(customer, 150, expected=200)
    assert (figures(day(1)).target, figures(day(20)).original_target) == (150, 150)


def test_after_the_lock_a_raise_counts_from_its_day_and_needs_a_reason(customer: Customer) -> None:
    set_to(customer, 200)
    with pytest.raises(PlanRefused) as refused:
        set_to(customer, 300, expected=200, on=AFTER)
    assert refused.value.code == "reason_needed"
    set_to(customer, 300, expected=200, on=AFTER, reason="A new order")
    assert (figures(BEFORE).target, figures(AFTER).target) == (200, 300)
    assert figures(AFTER).original_target == 200


def test_after_the_lock_a_rep_cannot_lower_the_target_and_a_manager_can(
    customer: Customer, cast: Cast
) -> None:
    set_to(customer, 200)
    with pytest.raises(PlanRefused) as refused:
        set_to(customer, 100, expected=200, on=AFTER, reason="It is hard")
    assert refused.value.code == "manager_needed"
    assert figures(AFTER).target == 200
    set_to(customer, 100, expected=200, on=AFTER, reason="Goods sent back", by=cast.east_manager)
    assert (figures(AFTER).target, figures(AFTER).original_target) == (100, 200)


def test_a_target_taken_away_after_the_lock_and_set_again_is_a_revision(
    customer: Customer, cast: Cast
) -> None:
    set_to(customer, 200)
    set_to(customer, None, expected=200, on=AFTER, reason="Closed", by=cast.east_manager)
    with pytest.raises(PlanRefused) as refused:
        set_to(customer, 50, on=TENTH)
    assert refused.value.code == "reason_needed"
    set_to(customer, 50, on=TENTH, reason="Open again")
    assert [figures(d).target for d in (BEFORE, AFTER, TENTH)] == [200, 0, 50]
    assert figures(TENTH).original_target == 200


def test_a_target_that_another_changed_meanwhile_is_not_overwritten(customer: Customer) -> None:
    set_to(customer, 200_00)
    with pytest.raises(Overtaken, match=r"Anna changed this to ¥200\.00"):
        set_to(customer, 300_00, expected=None)
    assert figures(BEFORE).target == 200_00


@pytest.mark.parametrize("target", [-1, 10**15 + 1])
def test_a_target_out_of_range_is_refused(customer: Customer, target: int) -> None:
    with pytest.raises(PlanRefused):
        set_to(customer, target)
    assert not MonthPlan.objects.exists()


def test_an_agreement_is_of_the_present_target(customer: Customer) -> None:
    set_to(customer, 200)
    agree_plan(
        customer=customer, month=MONTH, agreed_on=day(2), agreed_with="Mr Li", channel="visit",
        expected=200, by=customer.owner, on=BEFORE,
    )  # fmt: skip
    assert (figures(day(1)).plan_state, figures(day(2)).plan_state) == ("one_sided", "agreed")
    set_to(customer, 250, expected=200)
    assert figures(day(2)).plan_state == "one_sided"


@pytest.mark.parametrize(
    ("agreed_on", "agreed_with", "code"),
    [(day(5), "Mr Li", "out_of_range"), (day(2), "", "required")],
)
def test_an_agreement_names_whom_and_a_day_that_has_been(
    customer: Customer, agreed_on: date, agreed_with: str, code: str
) -> None:
    set_to(customer, 200)
    with pytest.raises(PlanRefused) as refused:
        agree_plan(
            customer=customer, month=MONTH, agreed_on=agreed_on, agreed_with=agreed_with,
            channel="visit", expected=200, by=customer.owner, on=BEFORE,
        )  # fmt: skip
    assert refused.value.code == code


def test_asking_is_on_record_with_its_answer(customer: Customer) -> None:
    record_ask(
        customer=customer, month=MONTH, asked_on=day(3), answer="put_off",
        by=customer.owner, on=BEFORE, ask_again_on=day(20),
    )  # fmt: skip
    assert (figures(day(2)).asked, figures(day(3)).asked) == (None, "put_off")
    assert figures(day(3)).plan_state == "unplanned"


@pytest.mark.parametrize(
    ("again", "code"), [(None, "required"), (TENTH, "out_of_range"), (day(9), "out_of_range")]
)
def test_what_is_put_off_names_a_day_to_come_on_which_to_ask_again(
    customer: Customer, again: date | None, code: str
) -> None:
    with pytest.raises(PlanRefused) as refused:
        record_ask(
            customer=customer, month=MONTH, asked_on=TENTH, answer="put_off", by=customer.owner,
            on=TENTH, ask_again_on=again,
        )  # fmt: skip
    assert (refused.value.code, refused.value.field) == (code, "ask_again_on")
    assert not MonthPlan.objects.exists()


def test_another_answer_leaves_no_day_to_ask_again(customer: Customer) -> None:
    for answer in ("put_off", "refused"):
        record_ask(
            customer=customer, month=MONTH, asked_on=TENTH, answer=answer, by=customer.owner,
            on=TENTH, ask_again_on=day(12),
        )  # fmt: skip
    assert (MonthPlan.objects.get().answer, MonthPlan.objects.get().ask_again_on) == (
        "refused", None,
    )  # fmt: skip


def test_asking_again_does_not_undo_having_asked_before(customer: Customer) -> None:
    for asked_on, answer in ((day(3), "put_off"), (day(9), "committed")):
        record_ask(
            customer=customer, month=MONTH, asked_on=asked_on, answer=answer,
            by=customer.owner, on=TENTH, ask_again_on=day(20),
        )  # fmt: skip
    assert [figures(d).asked for d in (day(2), day(3), day(9))] == [None, "committed", "committed"]


def measure_for(customer: Customer, uplift: int = 40, on: date = TENTH) -> Measure:
    return add_measure(
        customer=customer, month=MONTH, kind="incentive", expected_uplift=uplift,
        by=customer.owner, on=on, description="A voucher",
    )  # fmt: skip


def test_a_measure_counts_from_the_day_it_is_planned(customer: Customer) -> None:
    set_to(customer, 100)
    measure_for(customer)
    assert [figures(d).measures for d in (day(9), day(10))] == [0, 40]


def test_a_dropped_measure_counts_no_more_from_its_day(customer: Customer) -> None:
    set_to(customer, 100)
    change_measure(
        measure=measure_for(customer), by=customer.owner, on=day(12), status="dropped",
        drop_reason="no takers",
        expected={"status": "planned", "expected_uplift": 40},
    )  # fmt: skip
    assert [figures(d).measures for d in (day(11), day(12))] == [40, 0]


def test_a_dropped_measure_says_why(customer: Customer) -> None:
    set_to(customer, 100)
    measure = measure_for(customer)
    seen = {"status": "planned", "expected_uplift": 40}
    drop = partial(
        change_measure, measure=measure, by=customer.owner, on=day(12), expected=seen,
        status="dropped",
    )  # fmt: skip
    with pytest.raises(MeasureRefused) as refused:
        drop()
    assert (refused.value.code, refused.value.field) == ("required", "drop_reason")
    drop(drop_reason="no takers")
    assert [c.reason for c in measure.changes.order_by("pk")] == ["", "no takers"]
    assert AuditEntry.objects.latest("pk").payload["drop_reason"] == "no takers"


def test_a_measure_that_another_changed_meanwhile_is_not_overwritten(customer: Customer) -> None:
    measure = measure_for(customer)
    seen = {"status": "planned", "expected_uplift": 40}
    change_measure(
        measure=measure, by=customer.owner, on=day(12), expected=seen, status="in_progress"
    )
    with pytest.raises(Overtaken, match="in progress"):
        change_measure(measure=measure, by=customer.owner, on=day(12), expected=seen, status="done")


def test_the_same_measure_twice_is_refused(customer: Customer) -> None:
    measure_for(customer)
    with pytest.raises(MeasureRefused) as refused:
        measure_for(customer)
    assert refused.value.code == "conflict"


def test_a_measure_just_planned_is_taken_back_and_stays_on_record(customer: Customer) -> None:
    take_back_measure(measure=measure_for(customer), by=customer.owner)
    assert Measure.objects.count() == 0
    assert AuditEntry.objects.get(verb="take_back").payload["expected_uplift"] == 40


def test_a_measure_that_a_promise_names_is_not_taken_back(customer: Customer) -> None:
    measure = measure_for(customer)
    promise = make_commitment(customer, (day(20), 5))
    promise.measure = measure
    promise.save()
    with pytest.raises(MeasureRefused):
        take_back_measure(measure=measure, by=customer.owner)


def test_a_measure_planned_on_an_earlier_day_is_dropped_and_not_taken_back(
    customer: Customer,
) -> None:
    measure = measure_for(customer)
    Measure.objects.update(entered_at="2026-01-05T12:00:00Z")
    with pytest.raises(MeasureRefused) as refused:
        take_back_measure(measure=measure, by=customer.owner)
    assert refused.value.code == "too_late"
    assert Measure.objects.exists()


def test_a_measure_whose_text_was_changed_since_is_not_taken_back(customer: Customer) -> None:
    measure = measure_for(customer)
    seen = {"status": "planned", "expected_uplift": 40}
    change_measure(
        measure=measure, by=customer.owner, on=TENTH, expected=seen, description="Two vouchers"
    )
    with pytest.raises(MeasureRefused) as refused:
        take_back_measure(measure=measure, by=customer.owner)
    assert refused.value.code == "conflict"
