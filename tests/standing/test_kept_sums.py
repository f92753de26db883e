"""Kept month figures and ledger sums are those of the facts, whatever is entered and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from collections_app.core.months import month_before
from collections_app.core.rows import fetch_rows
from collections_app.customers.models import Customer
from collections_app.organisation.models import Organisation
from collections_app.planning.models import TargetChange
from collections_app.reminders.sweep import sweep
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.course import ages_of, days_rows
from collections_app.standing.figures import customer_figures
from collections_app.standing.gaps import CustomersAsked, gaps_of, total_of
from collections_app.standing.models import LedgerSums, MonthFigures
from collections_app.standing.month import month_list
from collections_app.standing.operations import refresh_touched
from collections_app.standing.quality import work_of
from collections_app.standing.queries import open_balances
from collections_app.standing.realised import realised_of
from collections_app.standing.selection import Selection
from collections_app.standing.trends import trends_of
from collections_app.standing.verdicts import VerdictsAsked, verdicts_of
from tests.conftest import Cast
from tests.facts import promise
from tests.standing.stories import FIRST, Story, at, month_of, stories
from tests.web.facts import (
    day,
    make_customer,
    make_invoice,
    make_plan,
    stand_on,
)


def assert_kept(on: date) -> None:
    """What is kept is what the facts say, and adds up to what is worked out of them."""
    assert differing_from_computed() == []
    assert_added_up(Selection(month=month_of(on), on=on, customers=None))


def assert_added_up(chosen: Selection) -> None:
    assert all_of(chosen) == all_of(replace(chosen, customers=Customer.objects.all()))


def all_of(chosen: Selection) -> list[object]:
    """Everything that is kept of a dashboard."""
    days, values = days_rows(chosen)
    found: list[object] = [gaps_of(chosen, CustomersAsked()), total_of(chosen), ages_of(chosen)]
    found += [verdicts_of(chosen, VerdictsAsked(limit=50)), realised_of(chosen, limit=50)]
    return [*found, work_of(chosen), trends_of(chosen), fetch_rows(days, values)]


@given(story=stories(most=14))
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_entered_on_whatever_day_sums_are_kept_as_computed(
    cast: Cast, story: Story
) -> None:
    with transaction.atomic():
        on = FIRST
        sweep(on=on)
        customer = make_customer(cast.east_rep)
        make_customer(cast.west_rep)
        for act, pause in story:
            act(customer, cast, on)
            if pause < 0:
                continue
            refresh_touched()
            on += timedelta(days=pause)
            sweep(on=on)
            assert_kept(on)
        refresh_touched()
        assert_kept(on)
        sweep(on=max(at(62), on))
        on, before = max(at(62), on), month_before(max(at(62), on))
        assert_kept(on)
        assert_added_up(
            Selection(month=month_of(on), on=on, customers=None, rating="D", currency="CNY")
        )
        assert_added_up(Selection(month=month_of(before), on=before, customers=None))
        transaction.set_rollback(True)


@pytest.fixture
def planned(cast: Cast) -> Customer:
    """A plan of 500, an invoice of 300 due on the 10th; the day is the 10th."""
    stand_on(day(10))
    customer = make_customer(cast.east_rep)
    make_plan(customer, 500)
    make_invoice(customer, 300, due_on=day(10), number="I-1")
    refresh_touched()
    return customer


def test_an_invoice_is_overdue_on_the_day_after_it_was_due(planned: Customer) -> None:
    assert LedgerSums.objects.get().overdue == 0
    sweep(on=day(11))
    assert LedgerSums.objects.get().overdue == 300_00


def test_what_is_kept_is_of_the_month_that_the_standing_day_lies_in(planned: Customer) -> None:
    sweep(on=date(2026, 12, 1))
    assert not MonthFigures.objects.exists()


def test_a_fact_not_yet_derived_is_worked_out_at_once(planned: Customer) -> None:
    make_invoice(planned, 40, due_on=day(10), number="I-2")
    TargetChange.objects.create(plan=planned.plans.get(), old_target=500_00, new_target=700_00)
    on, month = day(10), FIRST
    assert open_balances([planned.pk], on=on) == {planned.pk: 340_00}
    assert customer_figures(month, on=on)[0].target == 700_00
    (row,) = month_list(month, on=on, customers=Customer.objects.all()).rows
    assert (row.open, row.target) == (340_00, 700_00)


def test_with_nothing_touched_figures_are_read_of_what_is_kept(planned: Customer) -> None:
    MonthFigures.objects.update(target=1)
    LedgerSums.objects.update(open=2)
    (row,) = month_list(FIRST, on=day(10), customers=Customer.objects.all()).rows
    assert (row.target, row.open) == (1, 2)
    assert customer_figures(FIRST, on=day(10))[0].target == 1


def test_another_day_or_month_is_worked_out_of_facts(planned: Customer) -> None:
    MonthFigures.objects.update(target=1)
    assert customer_figures(FIRST, on=day(9))[0].target == 500_00
    assert customer_figures(date(2026, 12, 1), on=day(10)) == []


def test_sums_tampered_with_show_as_a_difference(planned: Customer) -> None:
    LedgerSums.objects.update(unapplied=1)
    assert differing_from_computed() == [planned.pk]


def overlook(table: str) -> None:
    """Let no insertion into the table mark its customer any more."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_touch_insert")


def test_without_its_trigger_an_invoice_would_be_overlooked(planned: Customer) -> None:
    overlook("ledger_invoice")
    make_invoice(planned, 40, due_on=day(10), number="I-2")
    refresh_touched()
    assert differing_from_computed() == [planned.pk]


def test_without_its_trigger_a_revision_would_be_overlooked(planned: Customer) -> None:
    overlook("planning_targetchange")
    TargetChange.objects.create(plan=planned.plans.get(), old_target=500_00, new_target=700_00)
    refresh_touched()
    assert differing_from_computed() == [planned.pk]


def test_a_change_of_plan_alone_derives_no_promise_anew(planned: Customer) -> None:
    promise(planned, (day(20), 100))
    refresh_touched()
    TargetChange.objects.create(plan=planned.plans.get(), old_target=500_00, new_target=700_00)
    with CaptureQueriesContext(connection) as queries:
        refresh_touched()
    assert not [q for q in queries.captured_queries if "standing_instalmentstanding" in q["sql"]]
    assert MonthFigures.objects.get().target == 700_00


def test_before_the_first_sweep_no_sums_are_kept(cast: Cast) -> None:
    Organisation.objects.update(standing_on=None)
    make_plan(make_customer(cast.east_rep), 500)
    refresh_touched()
    assert not MonthFigures.objects.exists()
