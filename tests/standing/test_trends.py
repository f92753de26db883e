"""Twelve months in a few figures: each as its own dashboard says, and adding up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.core.months import add_months, last_of
from collections_app.customers.models import Customer, RatingChange
from collections_app.organisation.queries import work_calendar
from collections_app.planning.models import MonthPlan
from collections_app.standing.gaps import total_of
from collections_app.standing.selection import Selection
from collections_app.standing.trends import NOTHING, TrendMonth, trends_of
from collections_app.standing.verdicts import VerdictsAsked, verdicts_of
from tests.conftest import Cast
from tests.facts import end, hand_over, promise, revise
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)


@pytest.fixture
def world(cast: Cast) -> list[Customer]:
    """Three months of three reps: promises ended, money that bounced a month later, a hand-over."""
    made = []
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep), start=1):
        customer = make_customer(rep)
        for month in (SEPTEMBER, OCTOBER, MONTH):
            plan = make_plan(customer, 9_000 * number, month=month)
            measure = make_measure(plan, 1_500)
            promise(customer, (month.replace(day=4), 3_000), made_on=month)
            promise(
                customer, (month.replace(day=20), 1_000 * number), made_on=month, measure=measure
            )
            payment = make_payment(customer, 3_500, on=month.replace(day=3 + number))
            if number == 2:
                bounced_on = add_months(month, 1).replace(day=2)
                make_reversal(payment, 2_000, on=bounced_on, reference=f"R-{month}")
            if number == 1:
                revise(plan, 7_000, on=month.replace(day=11))
        made.append(customer)
    end(promise(made[0], (OCTOBER.replace(day=28), 800), made_on=OCTOBER), on=day(2))
    hand_over(made[2], cast.east_rep, on=OCTOBER.replace(day=15))
    RatingChange.objects.create(customer=made[0], rating="B")
    RatingChange.objects.create(customer=made[0], rating="D", valid_from=OCTOBER)
    make_invoice(make_customer(cast.west_rep), 4_000, due_on=OCTOBER.replace(day=9))
    stand_on()
    return made


def selection(**narrowed: Any) -> Selection:
    given: dict[str, Any] = {"month": MONTH, "on": DAY, "customers": None, "currency": "CNY"}
    return Selection(**given | narrowed)


def assert_as_the_dashboards_say(chosen: Selection, month: date, found: TrendMonth) -> None:
    def total(on: date) -> dict[str, int]:
        gap = total_of(Selection(
            month=month, on=on, customers=chosen.customers, owners=chosen.owners,
            rating=chosen.rating, currency="CNY",
        ))  # fmt: skip
        names = ("target", "original_target", "committed", "received", "measures", "unpromised")
        return {name: getattr(gap, name) if gap else 0 for name in names}

    now = total(min(last_of(month), chosen.on))
    for name in ("target", "original_target", "committed", "received"):
        assert getattr(found, name) == now[name], (month, name)
    fifth = work_calendar().nth_of_month(month, 5)
    early = total(fifth) if fifth <= chosen.on else dict.fromkeys(now, 0)
    assert found.early_target == early["target"], month
    assert found.covered == early["committed"] + early["measures"] + early["unpromised"], month


@pytest.mark.parametrize("on", [DAY, day(4), OCTOBER.replace(day=25)])
def test_each_month_says_what_its_dashboard_says(world: list[Customer], on: date) -> None:
    chosen = selection(on=on)
    trends = trends_of(chosen)
    assert len(trends.months) == 12
    for month, found in zip(trends.months[-3:], trends.total.months[-3:], strict=True):
        assert_as_the_dashboards_say(chosen, month, found)
    assert trends.total.months[0] == NOTHING


def test_it_narrows_to_reps_ratings_and_customers(world: list[Customer], cast: Cast) -> None:
    choices: list[dict[str, Any]] = [
        {"owners": [cast.east_rep.pk]},
        {"rating": "D"},
        {"customers": [world[1].pk, world[2].pk]},
    ]
    for narrowed in choices:
        chosen = selection(**narrowed)
        trends = trends_of(chosen)
        for month, found in zip(trends.months[-3:], trends.total.months[-3:], strict=True):
            assert_as_the_dashboards_say(chosen, month, found)


def test_a_month_belongs_to_who_owned_it(world: list[Customer], cast: Cast) -> None:
    reps = {trend.public_id: trend for trend in trends_of(selection()).reps}
    assert [m.target for m in reps[cast.west_rep.public_id].months[-3:]] == [2_700_000, 0, 0]
    assert [m.target for m in reps[cast.east_rep.public_id].months[-3:]] == [
        700_000, 700_000 + 2_700_000, 700_000 + 2_700_000,
    ]  # fmt: skip


def test_reps_and_teams_add_up_to_the_total(world: list[Customer]) -> None:
    trends = trends_of(selection())
    for groups in (trends.reps, trends.teams):
        sums = [sum(months, NOTHING) for months in zip(*(g.months for g in groups), strict=True)]
        assert tuple(sums) == trends.total.months
        assert [g.size for g in groups] == sorted((g.size for g in groups), reverse=True)


def test_kept_rates_are_those_of_the_verdicts(world: list[Customer]) -> None:
    trends = trends_of(selection())
    for month, found in zip(trends.months[-3:], trends.total.months[-3:], strict=True):
        weeks = verdicts_of(selection(month=month), VerdictsAsked(limit=0)).weeks
        assert found.judged == sum(week.amount for week in weeks) > 0
        assert found.on_time == sum(week.on_time for week in weeks)


def test_shares_are_of_those_with_a_plan_or_a_balance(world: list[Customer]) -> None:
    MonthPlan.objects.filter(customer=world[0], month=OCTOBER).update(
        agreed_on=OCTOBER, agreed_with="Ms Li", agreed_channel="phone", agreed_target=700_000
    )
    october = trends_of(selection()).total.months[-2]
    # Three with a plan, all of whom promised, and one that only owes.
    assert (october.wanted, october.joint, october.asked) == (4, 1, 3)
    assert (october.joint_share, october.asked_share) == (Decimal("0.25"), Decimal("0.75"))


def test_it_costs_two_statements_and_the_facts_of_what_bounced(world: list[Customer]) -> None:
    with CaptureQueriesContext(connection) as asked:
        trends_of(selection())
    texts = [query["sql"] for query in asked.captured_queries]
    assert sum("points AS" in text or "judged AS" in text for text in texts) == 2
    assert sum('FROM "ledger_payment"' in text for text in texts) == 1
