"""The first page of what is listed one by one is kept by portfolio, and is that worked out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from collections_app.customers.currencies import currencies_seen
from collections_app.customers.models import Customer
from collections_app.planning.models import Measure
from collections_app.standing.models import AnswerPart
from collections_app.standing.operations import refresh_touched
from collections_app.standing.realised import Realised, realised_of
from collections_app.standing.selection import Selection
from collections_app.standing.verdicts import Verdicts, VerdictsAsked, verdicts_of
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

EVERYBODY = Selection(month=MONTH, on=DAY, customers=None, currency="CNY")
FORMER = date(2026, 10, 1)


@pytest.fixture
def many(cast: Cast) -> list[Customer]:
    """Sixty promises that lapsed, some of them alike, and as many done measures, of two reps."""
    stand_on()
    customers = []
    for number in range(60):
        owner = (cast.east_rep, cast.west_rep)[number % 2]
        customer = make_customer(owner, name=f"No {number:02}")
        make_commitment(customer, (day(3 + number % 4), 100 + number % 7))
        make_payment(customer, 1 + number % 5 * 20, on=day(3))
        plan = make_plan(customer, 500, month=FORMER)
        measure = make_measure(plan, 50 + number % 9, status="done", realised=number)
        if number % 3 == 0:
            Measure.objects.filter(pk=measure.pk).update(kind="training")
        customers.append(customer)
    refresh_touched()
    return customers


def worked_out(chosen: Selection) -> Selection:
    """The same customers, named one by one: nothing kept is asked."""
    return replace(chosen, customers=Customer.objects.all())


def missed(chosen: Selection, *, offset: int = 0) -> Verdicts:
    return verdicts_of(chosen, VerdictsAsked(limit=20, offset=offset))


def brought(chosen: Selection, *, kind: str = "", offset: int = 0) -> Realised:
    return realised_of(chosen, kind=kind, limit=20, offset=offset)


@pytest.mark.parametrize("offset", [0, 20, 40])
def test_the_most_missing_are_those_worked_out(many: list[Customer], offset: int) -> None:
    found = missed(EVERYBODY, offset=offset)
    assert found == missed(worked_out(EVERYBODY), offset=offset)
    assert len(found.rows) == 20
    assert found.listed == 60


@pytest.mark.parametrize("kind", ["", "training"])
@pytest.mark.parametrize("offset", [0, 20, 40])
def test_the_latest_measures_are_those_worked_out(
    many: list[Customer], offset: int, kind: str
) -> None:
    found = brought(EVERYBODY, kind=kind, offset=offset)
    assert found == brought(worked_out(EVERYBODY), kind=kind, offset=offset)
    assert found.listed == (20 if kind else 60)
    assert found.total is not None
    assert found.total.done == found.listed


def test_a_rep_s_are_those_of_their_customers_alone(many: list[Customer], cast: Cast) -> None:
    chosen = replace(EVERYBODY, owners=[cast.west_rep.pk])
    assert missed(chosen) == missed(worked_out(chosen))
    assert missed(chosen).listed == brought(chosen).listed == 30


def test_pages_are_read_of_what_is_kept(many: list[Customer]) -> None:
    assert missed(EVERYBODY).rows
    assert brought(EVERYBODY).rows
    AnswerPart.objects.filter(answer__question__startswith="MostMissing").delete()
    AnswerPart.objects.filter(answer__question__startswith="LatestMeasures").delete()
    assert not missed(EVERYBODY).rows
    assert not brought(EVERYBODY).rows


def test_a_payment_moves_a_promise_from_the_list(many: list[Customer]) -> None:
    first = missed(EVERYBODY).rows[0]
    make_payment(Customer.objects.get(code=first.code), 200, on=day(3))
    refresh_touched()
    found = missed(EVERYBODY)
    assert first.code not in {row.code for row in found.rows}
    assert found == missed(worked_out(EVERYBODY))


def test_the_currencies_are_those_of_customers_one_may_see(
    many: list[Customer], cast: Cast
) -> None:
    make_customer(cast.west_rep, currency="USD")
    assert currencies_seen(cast.admin) == ["CNY", "USD"]
    assert currencies_seen(cast.west_manager) == ["CNY", "USD"]
    assert currencies_seen(cast.east_rep) == ["CNY"]
    assert currencies_seen(cast.east_rep_two) == []
