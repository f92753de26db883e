"""A month by day, by age and by week: each adds up to the figures that it takes apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from collections_app.core.months import last_of
from collections_app.core.together import fetch_together
from collections_app.customers.models import Customer
from collections_app.ledger.models import Adjustment
from collections_app.standing.course import ages_of, days_from, days_rows, total_ages
from collections_app.standing.gaps import total_of
from collections_app.standing.queries import ledgers_of
from collections_app.standing.rates import Window, kept_rates
from collections_app.standing.selection import Selection
from collections_app.standing.settlement import BUCKETS
from collections_app.standing.verdicts import VerdictsAsked, verdicts_of
from tests.conftest import Cast
from tests.facts import end, promise
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)

ON = (day(6), day(12), day(19), DAY)


@pytest.fixture
def world(cast: Cast) -> list[Customer]:
    """Promises kept, partly kept, broken, ended and to come; old invoices, money named and not."""
    made = []
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep, cast.east_rep)):
        customer = make_customer(rep)
        make_plan(customer, 9_000)
        make_commitment(customer, (day(3), 1_000), (day(10), 2_000), (day(18), 1_500), (day(26), 9))
        end(promise(customer, (day(17), 800)), on=day(9))
        payment = make_payment(customer, 900 * (number + 1), on=day(2), invoice=f"N-{number}-70")
        make_payment(customer, 1_300, on=day(11))
        if number % 2:
            make_reversal(payment, 400, on=day(16), reference=f"B-{number}")
        for age in (-9, 0, 1, 30, 31, 70, 100):
            due = DAY - timedelta(days=age)
            make_invoice(customer, 500 + age, due_on=due, number=f"N-{number}-{age}")
        Adjustment.objects.create(
            customer=customer, number=f"A-{number}", kind="credit_note", amount=33_300,
            effective_on=day(4), invoice_number="" if number else f"N-{number}-100",
        )  # fmt: skip
        made.append(customer)
    Customer.objects.filter(pk=made[1].pk).update(rating="A")
    stand_on()
    return made


def everyone(on: date = DAY) -> Selection:
    return Selection(month=MONTH, on=on, customers=None, currency="CNY")


@pytest.mark.parametrize("on", ON)
@pytest.mark.parametrize("rating", [None, "A", "B"])
def test_days_add_up_to_what_is_committed_and_received(
    world: list[Customer], cast: Cast, on: date, rating: str | None
) -> None:
    for owners in (None, [cast.east_rep.pk], [cast.east_rep.pk, cast.west_rep.pk]):
        chosen = replace(everyone(on), owners=owners, rating=rating)
        total = total_of(chosen)
        statement, values = days_rows(chosen)
        days = days_from(fetch_together({"days": statement}, values)["days"])
        sums = (sum(d.due for d in days), sum(d.received for d in days))
        assert sums == ((total.committed, total.received) if total else (0, 0))


@pytest.mark.parametrize("on", ON)
def test_ages_are_those_of_each_ledger(world: list[Customer], on: date) -> None:
    ledgers = ledgers_of(Customer.objects.all(), on=on).values()
    total = total_ages(ages_of(everyone(on)))
    known = [sum(ledger.ageing[bucket] for ledger in ledgers) for bucket in BUCKETS]
    assert [total.not_due, total.d1_30, total.d31_60, total.d61_90, total.over_90] == known
    assert total.open == sum(ledger.open for ledger in ledgers)


def test_ages_narrow_to_a_rep(world: list[Customer], cast: Cast) -> None:
    (row,) = ages_of(replace(everyone(), owners=[cast.east_rep_two.pk]))
    assert row.name == "Bo"
    assert row.open == ledgers_of([world[1].pk], on=DAY)[world[1].pk].open


@pytest.mark.parametrize("on", ON)
def test_weeks_add_up_to_the_kept_rate(world: list[Customer], on: date) -> None:
    weeks = verdicts_of(everyone(on), VerdictsAsked()).weeks
    window = Window(MONTH, last_of(MONTH))
    for rate in kept_rates(by="rep", window=window, on=on):
        of = [week for week in weeks if week.public_id == rate.public_id]
        assert sum(week.amount for week in of) == rate.amount
        assert sum(week.on_time for week in of) == rate.on_time
        assert (sum(w.kept for w in of), sum(w.broken for w in of)) == (rate.kept, rate.broken)
        assert sum(week.number for week in of) == rate.number


def test_the_list_narrows_to_a_week_and_a_verdict(world: list[Customer]) -> None:
    found = verdicts_of(everyone(), VerdictsAsked())
    assert found.listed == len(found.rows) == sum(week.number for week in found.weeks)
    monday = date(2026, 11, 9)
    of_week = verdicts_of(everyone(), VerdictsAsked(week=monday))
    assert {row.deadline_on for row in of_week.rows} == {day(10)}
    assert of_week.weeks == found.weeks
    broken = verdicts_of(everyone(), VerdictsAsked(verdict="broken")).rows
    assert broken
    assert all(row.verdict == "broken" and row.on_time == 0 for row in broken)


def test_the_ended_has_no_verdict(world: list[Customer]) -> None:
    rows = verdicts_of(everyone(), VerdictsAsked()).rows
    assert day(17) not in {row.deadline_on for row in rows}
