"""The forecast of rule 7: what came, what is promised and what is planned, each by its record."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.core.months import add_months
from collections_app.customers.models import Customer
from collections_app.standing.forecast import (
    CREDIBILITY,
    UNKNOWN,
    Outlook,
    Share,
    drawn_to,
    forecast_of,
    outlooks,
)
from tests import facts
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)

OCTOBER = add_months(MONTH, -1)
amounts = st.integers(min_value=0, max_value=10**12)
rates = st.fractions(min_value=0, max_value=1)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer = make_customer(cast.east_rep)
    make_plan(customer, 1000)
    return customer


def outlook(on: date = DAY) -> Outlook:
    stand_on()
    (found,) = outlooks(MONTH, on=on)
    return found


def keep_and_break(customer: Customer, *, kept: int, broken: int) -> None:
    """Promises of last month, of 100 each: some kept to the day, the rest without a payment."""
    for number in range(kept + broken):
        due = OCTOBER.replace(day=number + 5)
        commitment = make_commitment(customer, (due, 100))
        type(commitment).objects.filter(pk=commitment.pk).update(made_on=OCTOBER)
    if kept:
        make_payment(customer, 100 * kept, on=OCTOBER.replace(day=5))


@given(amounts, amounts, rates, amounts, rates)
def test_it_lies_between_what_came_and_what_could_come(
    received: int, rest: int, kept: Fraction, uplift: int, realised: Fraction
) -> None:
    found = forecast_of(received, rest, kept, {"visit": uplift}, {"visit": realised})
    assert received <= found <= received + rest + uplift


@given(rates, st.integers(0, 100), st.integers(1, 100))
def test_a_rate_lies_between_the_mean_and_ones_own(mean: Fraction, kept: int, more: int) -> None:
    own = Share(kept, kept + more, kept + more)
    found = drawn_to(mean, own)
    assert min(mean, Fraction(kept, kept + more)) <= found <= max(mean, Fraction(kept, kept + more))


def test_as_many_cases_as_the_mean_weighs_meet_it_half_way() -> None:
    own = Share(CREDIBILITY, CREDIBILITY, CREDIBILITY)
    assert drawn_to(Fraction(0), own) == Fraction(1, 2)


def test_without_a_record_it_is_the_mean() -> None:
    assert drawn_to(Fraction(2, 3), Share(0, 0, 0)) == Fraction(2, 3)


def test_the_longer_the_record_the_more_it_says() -> None:
    found = [drawn_to(Fraction(0), Share(n, n, n)) for n in (1, 5, 50)]
    assert found == sorted(set(found))


def test_what_came_counts_whole_and_an_open_promise_by_half_where_nobody_has_a_record(
    customer: Customer,
) -> None:
    make_commitment(customer, (day(28), 400))
    make_payment(customer, 100, on=day(10))
    found = outlook()
    assert (found.expected.rest, found.kept) == (30_000, UNKNOWN)
    assert found.forecast == 10_000 + 15_000


def test_what_was_paid_of_it_is_not_expected_again(customer: Customer) -> None:
    make_commitment(customer, (day(28), 400))
    make_payment(customer, 400, on=day(10))
    assert outlook().forecast == 40_000


def test_a_lapsed_promise_is_expected_no_more(customer: Customer) -> None:
    make_commitment(customer, (day(5), 400))
    found = outlook()
    assert (found.expected.rest, found.forecast) == (0, 0)


def test_a_cancelled_promise_is_expected_no_more(customer: Customer) -> None:
    facts.end(make_commitment(customer, (day(28), 400)), on=day(20))
    assert outlook().forecast == 0


def test_a_promise_of_another_month_is_not_of_this_one(customer: Customer) -> None:
    make_commitment(customer, (date(2026, 12, 2), 400))
    assert outlook().forecast == 0


def test_who_kept_all_is_expected_to_keep_more_than_who_kept_nothing(
    cast: Cast, customer: Customer
) -> None:
    other = make_customer(cast.east_rep)
    keep_and_break(customer, kept=4, broken=0)
    keep_and_break(other, kept=0, broken=4)
    for one in (customer, other):
        make_commitment(one, (day(28), 100))
    stand_on()
    found = {o.figures.customer_id: o for o in outlooks(MONTH, on=DAY)}
    mean, weight = Fraction(1, 2), Fraction(4, 4 + CREDIBILITY)
    assert found[customer.pk].kept == weight + (1 - weight) * mean
    assert found[other.pk].kept == (1 - weight) * mean
    assert found[customer.pk].forecast > found[other.pk].forecast > 0


def test_a_newcomer_is_taken_for_one_of_its_rating(cast: Cast, customer: Customer) -> None:
    Customer.objects.update(rating="A")
    keep_and_break(customer, kept=3, broken=1)
    new = make_customer(cast.east_rep)
    Customer.objects.filter(pk=new.pk).update(rating="A")
    make_commitment(new, (day(28), 100))
    stand_on()
    found = {o.figures.customer_id: o for o in outlooks(MONTH, on=DAY)}
    assert found[new.pk].kept == Fraction(3, 4)


def test_a_measure_counts_by_what_its_kind_brought(customer: Customer) -> None:
    done = make_measure(make_plan(customer, 100, month=OCTOBER), 200, status="done")
    type(done).objects.filter(pk=done.pk).update(realised_uplift=5_000)
    make_measure(customer.plans.get(month=MONTH), 100)
    assert outlook().forecast == 2_500


def test_a_dropped_measure_brings_nothing(customer: Customer) -> None:
    make_measure(customer.plans.get(month=MONTH), 100, status="dropped")
    assert outlook().forecast == 0


def test_once_the_month_is_over_it_is_what_was_received(customer: Customer) -> None:
    make_commitment(customer, (day(30), 400), grace=3)
    make_measure(customer.plans.get(month=MONTH), 100)
    make_payment(customer, 70, on=day(10))
    assert outlook(on=date(2026, 12, 1)).forecast == 7_000


def test_a_past_day_knows_nothing_of_what_came_after_it(customer: Customer) -> None:
    make_commitment(customer, (day(28), 400))
    make_payment(customer, 400, on=day(20))
    found = outlook(on=day(15))
    assert (found.figures.received, found.expected.rest) == (0, 40_000)


def test_other_currencies_have_records_of_their_own(cast: Cast, customer: Customer) -> None:
    keep_and_break(customer, kept=4, broken=0)
    dollar = make_customer(cast.east_rep, currency="USD")
    make_commitment(dollar, (day(28), 100))
    stand_on()
    found = {o.figures.customer_id: o for o in outlooks(MONTH, on=DAY)}
    assert found[dollar.pk].kept == UNKNOWN
