"""Regularity of rule 7: money within three days of the agreed day, over twelve full months."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.core.months import add_months, last_of
from collections_app.customers.models import Customer, RegularAgreement
from collections_app.standing.regularity import Regularity, RegularMonth, regularities
from tests.conftest import Cast
from tests.web.facts import make_customer, make_payment, make_reversal

ON = date(2026, 11, 23)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def agree(customer: Customer, amount: int, day: int, *, since: date | None = None) -> None:
    RegularAgreement.objects.create(
        customer=customer, day=day, amount=amount * 100, valid_from=since
    )


def found(customer: Customer, on: date = ON) -> Regularity:
    return regularities([customer.pk], on=on)[customer.pk]


def october(customer: Customer) -> int:
    """What counted as received in October, in whole units."""
    return found(customer).months[-1].received // 100


def test_without_an_agreement_there_is_no_score(customer: Customer) -> None:
    make_payment(customer, 100, on=date(2026, 10, 10))
    assert regularities([customer.pk], on=ON) == {}


def test_the_score_is_the_mean_of_the_last_twelve_full_months(customer: Customer) -> None:
    agree(customer, 100, 10)
    for back in range(6):
        make_payment(customer, 100, on=add_months(OCTOBER, -back).replace(day=10))
    make_payment(customer, 100, on=date(2026, 11, 10))
    regularity = found(customer)
    assert [regularity.months[0].month, regularity.months[-1].month] == [
        date(2025, 11, 1), OCTOBER,
    ]  # fmt: skip
    assert (len(regularity.months), regularity.score) == (12, 50)


@pytest.mark.parametrize(("day", "counts"), [(6, 0), (7, 1), (10, 1), (13, 1), (14, 0)])
def test_three_days_before_and_after_count_and_a_fourth_does_not(
    customer: Customer, day: int, counts: int
) -> None:
    agree(customer, 100, 10)
    make_payment(customer, 1, on=OCTOBER.replace(day=day))
    assert october(customer) == counts


@pytest.mark.parametrize(
    ("month", "agreed_on"),
    [(date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 4, 1), date(2026, 4, 30)),
     (OCTOBER, date(2026, 10, 31))],
)  # fmt: skip
def test_day_31_is_the_end_of_the_month(customer: Customer, month: date, agreed_on: date) -> None:
    agree(customer, 100, 31)
    assert {m.month: m.agreed_on for m in found(customer).months}[month] == agreed_on


def test_the_days_around_a_month_end_reach_into_the_next_month(customer: Customer) -> None:
    agree(customer, 100, 31)
    make_payment(customer, 60, on=date(2026, 11, 3))
    make_payment(customer, 5, on=date(2026, 11, 4))
    assert october(customer) == 60


@pytest.mark.parametrize(("on", "latest"), [(2, date(2026, 9, 1)), (3, OCTOBER)])
def test_a_month_waits_for_its_three_days(customer: Customer, on: int, latest: date) -> None:
    agree(customer, 100, 31)
    months = found(customer, date(2026, 11, on)).months
    assert (months[-1].month, len(months)) == (latest, 12)


def test_more_than_agreed_makes_up_for_no_other_month(customer: Customer) -> None:
    agree(customer, 100, 10, since=date(2026, 9, 1))
    make_payment(customer, 500, on=date(2026, 10, 10))
    assert found(customer).score == 50


def test_parts_add_up_and_a_bounced_payment_is_none(customer: Customer) -> None:
    agree(customer, 100, 10, since=OCTOBER)
    make_payment(customer, 30, on=date(2026, 10, 9))
    make_payment(customer, 30, on=date(2026, 10, 12))
    make_reversal(
        make_payment(customer, 40, on=date(2026, 10, 10)), 40, on=date(2026, 11, 2), reference="X"
    )
    assert found(customer).score == 60
    assert found(customer, date(2026, 11, 1)).score == 100


def test_months_before_the_agreement_and_its_own_part_of_one_do_not_count(
    customer: Customer,
) -> None:
    agree(customer, 100, 20, since=date(2026, 9, 2))
    assert [m.month for m in found(customer).months] == [OCTOBER]


def test_another_amount_counts_from_the_month_after_and_the_past_stays(
    customer: Customer,
) -> None:
    agree(customer, 100, 10)
    agree(customer, 200, 15, since=date(2026, 9, 5))
    terms = [(m.amount // 100, m.agreed_on.day) for m in found(customer).months[-2:]]
    assert terms == [(100, 10), (200, 15)]


@pytest.mark.parametrize(("ended", "months"), [(10, 9), (11, 10)])
def test_a_month_whose_agreement_ended_by_the_agreed_day_does_not_count(
    customer: Customer, ended: int, months: int
) -> None:
    agree(customer, 100, 10)
    RegularAgreement.objects.create(customer=customer, valid_from=OCTOBER.replace(day=ended))
    assert found(customer).months[-1].month.month == months


def test_an_agreement_of_this_month_has_no_score_yet(customer: Customer) -> None:
    agree(customer, 100, 10, since=ON)
    assert regularities([customer.pk], on=ON) == {}


amounts = st.integers(0, 10**12)


@given(st.lists(st.tuples(st.integers(1, 10**12), amounts), min_size=1, max_size=12))
def test_a_score_lies_between_0_and_100_and_is_100_only_if_nothing_is_missing(
    months: list[tuple[int, int]],
) -> None:
    of = tuple(RegularMonth(OCTOBER, last_of(OCTOBER), a, r) for a, r in months)
    regularity = Regularity(of)
    assert 0 <= regularity.score <= 100
    assert (regularity.score == 100) == all(r >= a for a, r in months)
    assert 0 <= regularity.share <= Fraction(1)
