"""Which customers a month lists, whose they are, and their sums: before any sweep, and as kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from collections_app.customers.models import Customer
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.figures import CustomerFigures, customer_figures, grouped_figures
from collections_app.standing.operations import refresh_touched
from tests.conftest import Cast
from tests.facts import end, hand_over, pin, promise, retarget_unlocked, revise
from tests.web.facts import (
    MONTH,
    day,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)

DECEMBER = date(2026, 12, 1)


@pytest.fixture(params=["computed", "kept"], autouse=True)
def _standing(request: pytest.FixtureRequest, db: None) -> Iterator[None]:
    """Every boundary holds before any sweep, and looking back and ahead from a day swept."""
    if request.param == "kept":
        stand_on(day(23))
    yield
    refresh_touched()
    assert differing_from_computed() == []


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep, code="C-1")


def figures(on: date, *, month: date = MONTH) -> CustomerFigures:
    """The one customer's month as of the day."""
    [row] = rows(on, month=month)
    return row


def rows(on: date, *, month: date = MONTH) -> list[CustomerFigures]:
    refresh_touched()
    return customer_figures(month, on=on)


# Which customers have a row.


def test_a_customer_with_a_plan_alone_has_a_row(customer: Customer) -> None:
    make_plan(customer, 0)
    assert [row.code for row in rows(day(1))] == ["C-1"]


def test_a_customer_has_a_row_from_the_day_of_its_promise(customer: Customer) -> None:
    promise(customer, (day(20), 10), made_on=day(8))
    assert [len(rows(day(n))) for n in (7, 8)] == [0, 1]


def test_a_customer_whose_promise_was_cancelled_keeps_its_row(customer: Customer) -> None:
    end(promise(customer, (day(20), 10)), on=day(3))
    assert [row.code for row in rows(day(5))] == ["C-1"]


def test_a_promise_for_another_month_makes_no_row(customer: Customer) -> None:
    promise(customer, (DECEMBER, 10))
    assert rows(day(5)) == []


def test_a_customer_has_a_row_from_the_day_of_its_payment(customer: Customer) -> None:
    make_payment(customer, 10, on=day(8))
    assert [len(rows(day(n))) for n in (7, 8)] == [0, 1]


# Whose figures they are.


def test_the_day_before_the_hand_over_the_month_belongs_to_the_former_rep(
    cast: Cast, customer: Customer
) -> None:
    make_plan(customer, 1_000)
    hand_over(customer, cast.west_rep, on=day(15))
    assert figures(day(14)).owner_id == cast.east_rep.pk


def test_from_the_day_of_the_hand_over_the_month_belongs_to_the_new_rep(
    cast: Cast, customer: Customer
) -> None:
    make_plan(customer, 1_000)
    hand_over(customer, cast.west_rep, on=day(15))
    assert figures(day(15)).owner_id == cast.west_rep.pk


def test_a_hand_over_after_the_month_leaves_it_to_the_former_rep(
    cast: Cast, customer: Customer
) -> None:
    make_plan(customer, 1_000)
    hand_over(customer, cast.west_rep, on=DECEMBER)
    assert figures(date(2026, 12, 10)).owner_id == cast.east_rep.pk


def test_a_hand_over_on_the_last_day_takes_the_month_along(cast: Cast, customer: Customer) -> None:
    make_plan(customer, 1_000)
    hand_over(customer, cast.west_rep, on=day(30))
    assert figures(date(2026, 12, 10)).owner_id == cast.west_rep.pk


def test_a_reps_total_holds_the_months_that_belong_to_the_rep(
    cast: Cast, customer: Customer
) -> None:
    make_plan(customer, 1_000)
    make_plan(make_customer(cast.west_rep), 200)
    hand_over(customer, cast.west_rep, on=DECEMBER)
    groups = grouped_figures(MONTH, on=date(2026, 12, 10), by="rep")
    assert {row.key: row.target for row in groups} == {
        "anna@kept.test": 1_000_00,
        "chen@kept.test": 200_00,
    }


def test_a_teams_total_is_the_sum_over_its_reps(cast: Cast, customer: Customer) -> None:
    make_plan(customer, 1_000)
    make_plan(make_customer(cast.east_rep_two), 500)
    make_plan(make_customer(cast.west_rep), 200)
    groups = grouped_figures(MONTH, on=day(5), by="team")
    assert [(row.key, row.name, row.customers, row.target) for row in groups] == [
        ("East", "East", 2, 1_500_00),
        ("West", "West", 1, 200_00),
    ]


def test_promises_and_payments_in_parts_multiply_no_sum(customer: Customer) -> None:
    make_measure(make_plan(customer, 1_000), 50)
    promise(customer, (day(10), 200), (day(20), 300), (day(25), 100))
    for number in (2, 3, 4):
        make_payment(customer, 110, on=day(number))
    row = figures(day(5))
    sums = (row.target, row.committed, row.measures, row.received, row.unpromised)
    assert sums == (1_000_00, 600_00, 50_00, 330_00, 0)


def test_the_customer_with_most_at_risk_comes_first(cast: Cast, customer: Customer) -> None:
    make_plan(customer, 100)
    make_plan(make_customer(cast.east_rep, code="C-2"), 300)
    make_plan(make_customer(cast.east_rep, code="C-0"), 100)
    assert [row.code for row in rows(day(5))] == ["C-2", "C-0", "C-1"]


# Shares, sums and edges of amounts.


def test_shares_are_blank_without_a_target(customer: Customer) -> None:
    make_payment(customer, 100, on=day(2))
    [row] = rows(day(5))
    assert (row.attainment, row.original_attainment, row.coverage) == (None, None, None)


def test_attainment_is_of_the_present_and_of_the_original_target(customer: Customer) -> None:
    revise(make_plan(customer, 1_000), 2_000, on=day(10))
    make_payment(customer, 500, on=day(2))
    [row] = rows(day(10))
    assert (row.attainment, row.original_attainment) == (Decimal("0.2500"), Decimal("0.5000"))


def test_a_change_before_the_lock_counts_for_every_day_and_as_the_original(
    customer: Customer,
) -> None:
    retarget_unlocked(make_plan(customer, 1_000), 800)
    [row] = rows(day(1))
    assert (row.target, row.original_target) == (800_00, 800_00)


def test_a_measure_comes_back_when_the_promise_that_names_it_is_cancelled(
    customer: Customer,
) -> None:
    measure = make_measure(make_plan(customer, 1_000), 500)
    end(promise(customer, (day(20), 200), measure=measure), on=day(8))
    assert [rows(day(n))[0].measures for n in (7, 8)] == [300_00, 500_00]


def test_money_that_bounced_fills_no_promise_from_the_day_it_bounced(customer: Customer) -> None:
    promise(customer, (day(10), 900))
    make_reversal(make_payment(customer, 900, on=day(5)), 900, on=day(12), reference="R-1")
    assert [rows(day(n))[0].lapsed for n in (11, 12)] == [0, 900_00]


def test_pinned_money_goes_past_the_promise_of_the_month_before(customer: Customer) -> None:
    promise(customer, (date(2026, 10, 30), 600), made_on=date(2026, 10, 1))
    promised = promise(customer, (day(20), 500))
    pin(make_payment(customer, 700, on=day(3)), promised.instalments.get())
    assert rows(day(5))[0].unpromised == 200_00


@pytest.mark.parametrize(("received", "lapsed"), [(990, 0), (989, 11_00)])
def test_only_beyond_the_tolerance_what_is_missing_has_lapsed(
    customer: Customer, received: int, lapsed: int
) -> None:
    promise(customer, (day(10), 1_000), tolerance=10)
    make_payment(customer, received, on=day(5))
    assert rows(day(12))[0].lapsed == lapsed


def test_the_waterfall_adds_up(cast: Cast, customer: Customer) -> None:
    other = make_customer(cast.west_rep)
    make_measure(make_plan(customer, 1_000), 150)
    make_payment(customer, 70, on=day(2))
    make_plan(other, 100)
    promise(other, (day(4), 160))
    refresh_touched()
    [row] = grouped_figures(MONTH, on=day(5), by="all")
    short = row.target - row.committed - row.unpromised - row.measures + row.surplus
    assert (short, short + row.lapsed) == (row.short, row.at_risk) == (780_00, 940_00)
