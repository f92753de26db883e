"""A selection's figures in one statement: the sums of its customers, for any day and narrowing."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.core.months import month_before
from collections_app.customers.models import Customer, RatingChange
from collections_app.standing.figures import customer_figures, grouped_figures
from collections_app.standing.figures_sql import AMOUNTS
from collections_app.standing.gaps import (
    NARROWINGS,
    SORTS,
    CustomersAsked,
    Gaps,
    gaps_of,
    total_of,
)
from collections_app.standing.month import month_list
from collections_app.standing.selection import Selection
from tests.conftest import Cast
from tests.facts import revise
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)

DAYS = (day(4), day(12), day(20), DAY)


@pytest.fixture
def world(cast: Cast) -> list[Customer]:
    """Three reps of two teams, ratings, a currency aside, money that bounced, a revision."""
    made = []
    for number, rep in enumerate([cast.east_rep, cast.east_rep_two, cast.west_rep] * 2):
        customer = make_customer(rep, currency="USD" if number == 5 else "CNY")
        plan = make_plan(customer, 10_000 + number)
        make_measure(plan, 1_000 * number)
        make_commitment(customer, (day(5), 3_000), (day(18), 2_000), (day(28), 700))
        payment = make_payment(customer, 2_500 * number, on=day(9)) if number else None
        if payment and number % 2:
            make_reversal(payment, 1_000, on=day(14), reference=f"R-{number}")
        if number == 2:
            revise(plan, 8_000, on=day(11))
        made.append(customer)
    RatingChange.objects.create(customer=made[0], rating="B")
    RatingChange.objects.create(customer=made[0], rating="D", valid_from=day(15))
    Customer.objects.filter(pk=made[0].pk).update(rating="D")
    stand_on()
    return made


def found(on: date = DAY, **narrowed: object) -> Gaps:
    chosen = Selection(month=MONTH, on=on, customers=Customer.objects.all(), **narrowed)  # type: ignore[arg-type]
    return gaps_of(chosen, CustomersAsked())


@pytest.mark.parametrize("on", DAYS)
def test_they_are_the_figures_of_the_command_on_every_day(world: list[Customer], on: date) -> None:
    gaps = found(on)
    known = {row.code: row for row in customer_figures(MONTH, on=on) if row.currency == "CNY"}
    assert len(gaps.customers) == gaps.listed == len(known) == 5
    for row in gaps.customers:
        assert [getattr(row, n) for n in AMOUNTS] == [getattr(known[row.code], n) for n in AMOUNTS]
    for by, rows in (("rep", gaps.reps), ("team", gaps.teams)):
        groups = grouped_figures(MONTH, on=on, by=by)  # type: ignore[arg-type]
        expected = {g.public_id: g.at_risk for g in groups if g.currency == "CNY"}
        assert {row.public_id: row.at_risk for row in rows} == expected


@pytest.mark.parametrize("on", DAYS)
def test_every_grouping_adds_up_to_the_total(world: list[Customer], on: date) -> None:
    gaps = found(on)
    assert gaps.total is not None
    for rows in (gaps.teams, gaps.reps, gaps.ratings, gaps.customers):
        for name in (*AMOUNTS, "expected", "at_risk"):
            assert sum(getattr(row, name) for row in rows) == getattr(gaps.total, name)


def test_pace_is_that_of_the_month_plan(world: list[Customer]) -> None:
    listed = month_list(MONTH, on=DAY, customers=Customer.objects.all())
    known = {row.customer_id: (row.expected, row.pace) for row in listed.rows}
    rows = found().customers
    assert {row.customer_id: (row.expected, row.pace) for row in rows} == {
        row.customer_id: known[row.customer_id] for row in rows
    }


def test_narrowings_mix(world: list[Customer], cast: Cast) -> None:
    owners = [cast.east_rep.pk]
    assert {row.owner_id for row in found(owners=owners).customers} == set(owners)
    both = found(owners=owners, rating="D")
    assert [row.customer_id for row in both.customers] == [world[0].pk]
    assert both.total is not None
    assert both.total.customers == 1


def test_a_rating_is_that_of_the_day(world: list[Customer]) -> None:
    assert world[0].pk not in {row.customer_id for row in found(day(14), rating="D").customers}
    assert world[0].pk in {row.customer_id for row in found(day(14), rating="B").customers}
    assert world[0].pk in {row.customer_id for row in found(day(15), rating="D").customers}


def test_the_unrated_have_a_name(world: list[Customer]) -> None:
    Customer.objects.filter(pk=world[1].pk).update(rating=None)
    assert [row.customer_id for row in found(rating="none").customers] == [world[1].pk]


def test_a_currency_asked_for_is_shown_alone(world: list[Customer]) -> None:
    dollars = found(currency="USD")
    assert dollars.currencies == ["CNY", "USD"]
    assert [row.customer_id for row in dollars.customers] == [world[5].pk]


@pytest.mark.parametrize("sort", SORTS)
def test_a_list_is_sorted_by_what_is_asked(world: list[Customer], sort: str) -> None:
    chosen = Selection(month=MONTH, on=DAY, customers=Customer.objects.all())
    ways = [
        gaps_of(chosen, CustomersAsked(sort=sort, descending=way)).customers
        for way in (True, False)
    ]
    for rows, way in zip(ways, (True, False), strict=True):
        values = [getattr(row, sort) for row in rows if getattr(row, sort) is not None]
        if sort != "name":
            assert values == sorted(values, reverse=way)


@pytest.mark.parametrize("show", NARROWINGS)
def test_a_list_holds_those_behind_a_figure(world: list[Customer], show: str) -> None:
    chosen = Selection(month=MONTH, on=DAY, customers=Customer.objects.all())
    rows = gaps_of(chosen, CustomersAsked(show=show)).customers
    every = gaps_of(chosen, CustomersAsked()).customers
    if show not in ("all", "behind_pace"):
        assert [row.code for row in rows] == [r.code for r in every if getattr(r, show) > 0]


def test_the_total_alone_is_the_same(world: list[Customer]) -> None:
    chosen = Selection(month=MONTH, on=day(12), customers=Customer.objects.all())
    assert total_of(chosen) == found(day(12)).total


def test_the_riskiest_come_first_and_are_at_risk(world: list[Customer]) -> None:
    risks = [row.at_risk for row in found().riskiest]
    assert risks == sorted(risks, reverse=True)
    assert all(risks)


@pytest.mark.parametrize(
    ("on", "before"),
    [
        (date(2026, 11, 23), date(2026, 10, 23)),
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2026, 1, 5), date(2025, 12, 5)),
    ],
)
def test_the_same_day_of_the_month_before(on: date, before: date) -> None:
    assert month_before(on) == before
