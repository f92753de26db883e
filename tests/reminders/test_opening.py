"""Opening the next month: once for each customer, without moving a figure, however often."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import AuditEntry, Person
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice
from collections_app.organisation.models import CalendarDay, Organisation
from collections_app.outbox.models import Message
from collections_app.planning.models import MonthPlan
from collections_app.planning.operations import open_plan, record_ask, set_target
from collections_app.reminders.opening import Opened, open_month
from collections_app.reminders.tasks import open_next_month
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.figures import customer_figures
from collections_app.standing.month import month_list
from collections_app.standing.opening import without_plan
from tests.conftest import Cast
from tests.racing import side_by_side, without_constraint
from tests.web.facts import (
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_payment,
    make_plan,
    stand_on,
)

NEXT = date(2026, 12, 1)
BEFORE, FIRST, SATURDAY, LAST = day(23), day(24), day(28), day(30)
THIRD_WORKING_DAY = date(2026, 12, 3)

pytestmark = pytest.mark.django_db


def make_debtor(owner: Person, *, amount: int = 500) -> Customer:
    """A customer with an open balance."""
    customer = make_customer(owner)
    make_invoice(customer, amount, due_on=day(20))
    return customer


@pytest.fixture
def debtor(cast: Cast) -> Customer:
    customer = make_debtor(cast.east_rep)
    stand_on(FIRST)
    return customer


def opened_for() -> list[int]:
    return sorted(MonthPlan.objects.filter(month=NEXT).values_list("customer", flat=True))


def test_a_customer_with_an_open_balance_gets_a_plan_without_a_target(debtor: Customer) -> None:
    assert open_month(on=FIRST) == Opened(NEXT, plans=1, told=1)
    plan = MonthPlan.objects.get()
    assert (plan.customer, plan.month, plan.target) == (debtor, NEXT, None)
    assert (plan.entered_by, plan.asked_on, plan.agreed_on) == (None, None, None)


def test_the_plan_locks_on_the_third_working_day_of_its_month_by_the_calendar(
    debtor: Customer,
) -> None:
    CalendarDay.objects.create(day=date(2026, 12, 2), is_working=False)
    open_month(on=FIRST)
    assert MonthPlan.objects.get().locks_on == date(2026, 12, 4)


def test_before_the_last_five_working_days_nothing_is_opened_or_told(debtor: Customer) -> None:
    assert open_month(on=BEFORE) == Opened(None)
    assert (MonthPlan.objects.count(), Notice.objects.count()) == (0, 0)


def test_on_the_last_day_of_the_month_it_is_not_too_late(debtor: Customer) -> None:
    assert open_month(on=LAST).plans == 1


@pytest.mark.parametrize(
    ("month", "is_opened"),
    [(date(2026, 8, 1), False), (date(2026, 9, 1), True), (MONTH, True)],
)
def test_a_target_in_the_last_three_months_opens_the_next_without_an_open_balance(
    cast: Cast, month: date, *, is_opened: bool
) -> None:
    customer = make_customer(cast.east_rep)
    make_plan(customer, 100, month=month)
    stand_on(FIRST)
    open_month(on=FIRST)
    assert opened_for() == ([customer.pk] if is_opened else [])


def test_a_plan_that_never_got_a_target_does_not_open_the_next_one(cast: Cast) -> None:
    with transaction.atomic():
        open_plan(customer=make_customer(cast.east_rep), month=MONTH, by=None)
    stand_on(FIRST)
    assert open_month(on=FIRST) == Opened(NEXT)


def test_who_owes_nothing_any_more_and_a_closed_customer_get_no_plan(cast: Cast) -> None:
    paid, closed = make_debtor(cast.east_rep), make_debtor(cast.east_rep)
    make_payment(paid, 500, on=day(21))
    Customer.objects.filter(pk=closed.pk).update(is_closed=True)
    stand_on(FIRST)
    assert open_month(on=FIRST) == Opened(NEXT)


def test_a_plan_that_is_there_is_left_as_it_is(debtor: Customer, cast: Cast) -> None:
    set_target(
        customer=debtor, month=NEXT, target=70_00, expected=None, by=cast.east_rep, on=BEFORE
    )
    assert open_month(on=FIRST).plans == 0
    assert MonthPlan.objects.get().target == 70_00


def test_the_first_target_of_an_opened_plan_counts_for_every_day(
    debtor: Customer, cast: Cast
) -> None:
    open_month(on=FIRST)
    after = date(2026, 12, 10)
    set_target(customer=debtor, month=NEXT, target=70_00, expected=None, by=cast.east_rep, on=after)
    (row,) = customer_figures(NEXT, on=THIRD_WORKING_DAY)
    assert (row.target, row.original_target) == (70_00, 70_00)


def test_the_clocks_act_is_on_record_once_with_the_number_of_plans(cast: Cast) -> None:
    for _ in range(3):
        make_debtor(cast.east_rep)
    stand_on(FIRST)
    open_month(on=FIRST)
    open_month(on=FIRST)
    entry = AuditEntry.objects.get(verb="open_month")
    assert (entry.actor, entry.subject_id, entry.payload["plans"]) == (None, "2026-12", 3)


def test_a_customer_who_comes_later_gets_a_plan_with_the_next_run(
    debtor: Customer, cast: Cast
) -> None:
    open_month(on=FIRST)
    late = make_debtor(cast.east_rep)
    stand_on(day(25))
    assert open_month(on=day(25)).plans == 1
    assert opened_for() == sorted([debtor.pk, late.pk])


def test_opening_moves_no_figure_of_any_month(cast: Cast) -> None:
    customer = make_debtor(cast.east_rep)
    make_plan(customer, 1_000)
    make_commitment(customer, (day(25), 300), (date(2026, 12, 10), 200))
    make_debtor(cast.west_rep)
    stand_on(FIRST)
    everyone = Customer.objects.all()

    def figures() -> list[object]:
        lists = [month_list(month, on=FIRST, customers=everyone) for month in (MONTH, NEXT)]
        return [(each.totals, each.counts) for each in lists]

    before, present = figures(), customer_figures(MONTH, on=FIRST)
    assert open_month(on=FIRST).plans == 2
    assert (figures(), customer_figures(MONTH, on=FIRST)) == (before, present)
    opened = {row.code: row for row in customer_figures(NEXT, on=FIRST)}
    assert {(row.target, row.plan_state) for row in opened.values()} == {(0, "unplanned")}
    assert differing_from_computed() == []


def test_when_the_opened_month_begins_what_is_kept_is_what_is_computed(debtor: Customer) -> None:
    open_month(on=LAST)
    stand_on(NEXT)
    assert differing_from_computed() == []


def test_opening_many_takes_no_more_statements_than_opening_one(cast: Cast) -> None:
    stand_on(FIRST)

    def statements(customers: int) -> int:
        for _ in range(customers):
            make_debtor(cast.east_rep)
        stand_on(FIRST)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert open_month(on=SATURDAY).plans == customers
        return len(seen)

    assert statements(1) == statements(4)


def test_the_task_waits_until_the_day_has_been_swept(debtor: Customer) -> None:
    Organisation.objects.update(standing_on=date(2020, 2, 27))
    open_next_month()
    assert not MonthPlan.objects.exists()


# Who is told


def test_each_rep_with_something_left_gets_one_notice_and_one_message(cast: Cast) -> None:
    for owner in (cast.east_rep, cast.east_rep, cast.west_rep):
        make_debtor(owner)
    stand_on(FIRST)
    assert open_month(on=FIRST).told == 2
    key = "plan/2026-12/2026-11-24"
    assert [(n.person, n.key, n.month, n.customer) for n in Notice.objects.order_by("person")] == [
        (person, key, NEXT, None) for person in (cast.east_rep, cast.west_rep)
    ]
    assert Message.objects.filter(kind="plan_due").count() == 2


def test_a_second_run_of_the_day_tells_nobody_and_the_next_day_tells_again(
    debtor: Customer,
) -> None:
    open_month(on=FIRST)
    assert open_month(on=FIRST).told == 0
    stand_on(day(25))
    assert open_month(on=day(25)).told == 1


def test_on_a_weekend_nobody_is_told(debtor: Customer) -> None:
    stand_on(SATURDAY)
    assert open_month(on=SATURDAY) == Opened(NEXT, plans=1)


def test_who_has_planned_and_asked_every_customer_is_not_told(debtor: Customer, cast: Cast) -> None:
    rep = cast.east_rep
    set_target(customer=debtor, month=NEXT, target=1, expected=None, by=rep, on=BEFORE)
    record_ask(customer=debtor, month=NEXT, asked_on=BEFORE, answer="no_answer", by=rep, on=BEFORE)
    assert open_month(on=FIRST).told == 0


def test_planned_but_not_asked_is_told(debtor: Customer, cast: Cast) -> None:
    set_target(customer=debtor, month=NEXT, target=1, expected=None, by=cast.east_rep, on=BEFORE)
    assert open_month(on=FIRST).told == 1


def test_a_promise_for_the_month_means_that_one_has_asked(debtor: Customer, cast: Cast) -> None:
    set_target(customer=debtor, month=NEXT, target=1, expected=None, by=cast.east_rep, on=BEFORE)
    make_commitment(debtor, (date(2026, 12, 10), 100))
    assert open_month(on=FIRST).told == 0


def test_who_may_not_sign_in_any_more_is_not_told(debtor: Customer, cast: Cast) -> None:
    Person.objects.filter(pk=cast.east_rep.pk).update(is_active=False)
    assert open_month(on=FIRST) == Opened(NEXT, plans=1)


# Side by side


@pytest.fixture
def debtors(transactional_db: None, cast: Cast) -> list[int]:
    """Customers of two reps with open balances."""
    owners = (cast.east_rep, cast.west_rep)
    made = [make_debtor(owners[n % 2]).pk for n in range(12)]
    stand_on(FIRST)
    return made


def everything() -> list[list[tuple[object, ...]]]:
    models = (MonthPlan, Notice, Message)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_open_each_plan_and_tell_each_person_once(debtors: list[int]) -> None:
    side_by_side(*[lambda: open_month(on=FIRST)] * 8)
    assert opened_for() == debtors
    assert (Notice.objects.count(), Message.objects.count()) == (2, 2)
    opened = AuditEntry.objects.filter(verb="open_month")
    assert sum(entry.payload["plans"] for entry in opened) == 12


@pytest.mark.django_db(transaction=True)
def test_three_more_after_eight_at_once_change_no_row(debtors: list[int]) -> None:
    side_by_side(*[lambda: open_month(on=FIRST)] * 8)
    before = everything()
    side_by_side(*[lambda: open_month(on=FIRST)] * 3)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_opening_beside_a_rep_who_sets_targets_loses_nothing(
    debtors: list[int], cast: Cast
) -> None:
    customers = list(Customer.objects.order_by("-pk"))

    def plan_all() -> None:
        for customer in customers:
            set_target(
                customer=customer, month=NEXT, target=90_00, expected=None, by=cast.admin, on=FIRST
            )

    side_by_side(plan_all, *[lambda: open_month(on=FIRST)] * 3)
    assert opened_for() == debtors
    assert set(MonthPlan.objects.values_list("target", flat=True)) == {90_00}


@pytest.mark.django_db(transaction=True)
def test_without_key_and_lock_the_same_race_opens_plans_twice(debtors: list[int]) -> None:
    checked = threading.Barrier(4, timeout=20)

    def check_then_create() -> None:
        with transaction.atomic():
            found = list(without_plan(NEXT))
            checked.wait()
            MonthPlan.objects.bulk_create(
                MonthPlan(customer=each, month=NEXT, locks_on=THIRD_WORKING_DAY) for each in found
            )

    with without_constraint(MonthPlan, "month_plan_once"):
        side_by_side(*[check_then_create] * 4)
        assert MonthPlan.objects.count() == 4 * len(debtors)
