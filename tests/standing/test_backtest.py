"""The forecast tried on months past: beside what came, and beside what is said naively."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command

from collections_app.commitments.models import Commitment
from collections_app.core.months import add_months
from collections_app.customers.models import Customer
from collections_app.standing.backtest import Backtest, Chance, Tried, backtest
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    make_commitment,
    make_customer,
    make_payment,
    make_plan,
    stand_on,
)

OCTOBER, SEPTEMBER = add_months(MONTH, -1), add_months(MONTH, -2)


@pytest.fixture
def past(cast: Cast) -> Customer:
    """September brought half its target; in October 300 of a promised 400 came in the end."""
    customer = make_customer(cast.east_rep)
    make_plan(customer, 200, month=SEPTEMBER)
    make_plan(customer, 600, month=OCTOBER)
    make_payment(customer, 100, on=SEPTEMBER + timedelta(days=10))
    commitment = make_commitment(customer, (OCTOBER.replace(day=28), 400))
    Commitment.objects.filter(pk=commitment.pk).update(made_on=OCTOBER)
    make_payment(customer, 300, on=OCTOBER.replace(day=20))
    stand_on()
    return customer


def total(found: Backtest) -> Tried:
    (one,) = [t for t in found.tried if not t.group and t.month == OCTOBER]
    return one


def test_each_method_says_what_it_knew_on_that_day(past: Customer) -> None:
    tried = total(backtest(on=DAY, months=1, days=[10]))
    assert (tried.on, tried.received) == (OCTOBER.replace(day=10), 30_000)
    assert (tried.forecast, tried.all_kept, tried.last_rate) == (20_000, 40_000, 30_000)
    assert tried.error("all_kept") == Fraction(1, 3)
    assert tried.error("last_rate") == 0


def test_what_came_meanwhile_is_known_later(past: Customer) -> None:
    tried = total(backtest(on=DAY, months=1, days=[25]))
    assert (tried.forecast, tried.all_kept) == (35_000, 40_000)


def test_a_month_without_one_before_has_no_last_rate(past: Customer) -> None:
    found = backtest(on=DAY, months=2, days=[10])
    (september,) = [t for t in found.tried if not t.group and t.month == SEPTEMBER]
    assert (september.last_rate, september.error("last_rate")) == (None, None)


def test_reps_and_the_total_are_tried_apart(past: Customer, cast: Cast) -> None:
    found = backtest(on=DAY, months=1, days=[10])
    assert {t.group for t in found.tried} == {"", cast.east_rep.email}


def test_a_promise_still_open_that_day_is_judged_by_what_became_of_it(past: Customer) -> None:
    (chance,) = backtest(on=DAY, months=1, days=[10]).chances
    assert (chance.forecast, chance.is_kept) == (Fraction(1, 2), False)


def test_the_present_month_is_not_tried(past: Customer) -> None:
    found = backtest(on=DAY, months=3, days=[10])
    assert {t.month for t in found.tried} == {SEPTEMBER, OCTOBER}


def test_brier_is_nought_for_who_knew_and_a_quarter_for_a_toss() -> None:
    knew = [Chance(Fraction(1), Fraction(1, 2), True), Chance(Fraction(0), Fraction(1, 2), False)]
    found = Backtest(chances=knew)
    assert (found.brier("forecast"), found.brier("last_rate")) == (Fraction(0), Fraction(1, 4))
    assert found.brier("all_kept") == Fraction(1, 2)


def test_calibration_sets_how_likely_against_how_often() -> None:
    called = [Chance(Fraction(9, 10), Fraction(1), kept) for kept in (True, True, True, False)]
    assert Backtest(chances=called).calibration() == [(80, 4, Fraction(9, 10), Fraction(3, 4))]


def test_the_command_tells_it_as_json(past: Customer, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("backtest", "--months", "1", "--days", "10", "--json")
    said = json.loads(capsys.readouterr().out)
    (row,) = said["months"]
    assert (row["month"], row["received"], row["forecast"]) == ("2026-10", "300.00", "200.00")
    assert said["brier"]["forecast"] == "0.2500"
    assert said["as_of"] == date(2026, 11, 23).isoformat()
