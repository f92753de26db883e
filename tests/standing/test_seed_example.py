"""Rule 1's own example, step by step through the database: before any sweep, and as kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collections_app.customers.models import Customer
from collections_app.planning.models import Measure, MonthPlan
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.operations import refresh_touched
from tests.conftest import Cast
from tests.facts import change_measure, promise
from tests.web.facts import (
    MONTH,
    day,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)

UPLIFTS = {"incentive": 40_000, "promotion": 35_000, "joint visit": 25_000}


@pytest.fixture(params=["computed", "kept"], autouse=True)
def _standing(request: pytest.FixtureRequest, db: None) -> Iterator[None]:
    """The same figures, whether a sweep has been before or not."""
    if request.param == "kept":
        stand_on(day(4))
    yield
    assert differing_from_computed() == []


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """Target 200,000; one promise of 100,000."""
    customer = make_customer(cast.east_rep)
    make_plan(customer, 200_000)
    promise(customer, (day(20), 100_000))
    return customer


@pytest.fixture
def measures(customer: Customer) -> dict[str, Measure]:
    """The three measures, planned."""
    plan = MonthPlan.objects.get(customer=customer)
    return {name: make_measure(plan, uplift) for name, uplift in UPLIFTS.items()}


def figures(number: int) -> CustomerFigures:
    """The customer's November as of its day of that number."""
    refresh_touched()
    [row] = customer_figures(MONTH, on=day(number))
    return row


def drop_promotion(measures: dict[str, Measure]) -> None:
    change_measure(measures["promotion"], on=day(10), status="dropped")


def test_a_promise_of_half_the_target_leaves_half_as_commitment_gap(customer: Customer) -> None:
    assert figures(5).commitment_gap == 100_000_00


def test_without_measures_the_whole_gap_is_uncovered(customer: Customer) -> None:
    assert figures(5).uncovered == 100_000_00


def test_three_measures_cover_the_gap(customer: Customer, measures: dict[str, Measure]) -> None:
    row = figures(5)
    assert (row.measures, row.uncovered) == (100_000_00, 0)


def test_measures_leave_the_commitment_gap_as_it_is(
    customer: Customer, measures: dict[str, Measure]
) -> None:
    assert figures(5).commitment_gap == 100_000_00


def test_the_promotion_dropped_uncovers_what_it_should_have_brought(
    customer: Customer, measures: dict[str, Measure]
) -> None:
    drop_promotion(measures)
    assert [figures(n).uncovered for n in (9, 10)] == [0, 35_000_00]


def test_paying_more_than_promised_leaves_the_rest_unpromised(
    customer: Customer, measures: dict[str, Measure]
) -> None:
    drop_promotion(measures)
    make_payment(customer, 120_000, on=day(15))
    row = figures(15)
    assert (row.unpromised, row.uncovered) == (20_000_00, 15_000_00)


def test_after_the_due_date_of_the_promise_paid_nothing_more_is_at_risk(
    customer: Customer, measures: dict[str, Measure]
) -> None:
    drop_promotion(measures)
    make_payment(customer, 120_000, on=day(15))
    assert figures(25).at_risk == 15_000_00
