"""The page of the forecast: what it is made of adds up, and nobody sees another's."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from collections_app.standing.forecast import outlooks
from collections_app.web.pages import forecast as forecast_pages
from collections_app.web.pages.forecast import ForecastRow, ForecastTab
from tests.conftest import Cast
from tests.web.acting import text_of
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

OCTOBER = MONTH.replace(month=10)


@pytest.fixture
def world(cast: Cast) -> list[Customer]:
    """A customer of each rep: 1,000 came, 4,000 are promised, a measure is to bring 500."""
    made = []
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep), start=1):
        customer = make_customer(rep, name=f"Firm {number}")
        make_measure(make_plan(customer, 10_000 * number), 500)
        make_commitment(customer, (day(27), 4_000))
        make_payment(customer, 1_000, on=day(3))
        make_plan(customer, 8_000, month=OCTOBER)
        make_payment(customer, 2_000, on=OCTOBER.replace(day=20))
        made.append(customer)
    stand_on()
    return made


def page_of(client: Client, person: Person, query: str = "") -> ForecastTab:
    client.force_login(person)
    answer = client.get(f"/gaps/?tab=forecast{query}")
    assert answer.status_code == 200
    page: ForecastTab = answer.context["page"]
    return page


def total_of(page: ForecastTab) -> ForecastRow:
    assert page.total is not None
    return page.total


def test_it_is_what_came_and_what_is_expected_of_promises_and_measures(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    total = total_of(page_of(client, cast.east_rep))
    # Of the 4,000 the 1,000 filled a part; nobody has a record, so half of the rest is expected.
    assert (total.received, total.promised, total.from_promises) == (100_000, 300_000, 150_000)
    assert (total.measures, total.from_measures) == (50_000, 25_000)
    assert (total.forecast, total.missing) == (275_000, 725_000)
    assert total.all_kept == 450_000
    assert total.last_rate == 1_000_000 * 2_000 // 8_000


def test_reps_add_up_to_the_total(world: list[Customer], cast: Cast, client: Client) -> None:
    page = page_of(client, cast.admin)
    total = total_of(page)
    for name in ("target", "received", "promised", "from_promises", "measures", "from_measures"):
        assert getattr(total, name) == sum(getattr(row, name) for row in page.reps), name
    assert total.forecast == sum(o.forecast for o in outlooks(MONTH, on=DAY))


def test_who_misses_most_comes_first(world: list[Customer], cast: Cast, client: Client) -> None:
    missing = [row.missing for row in page_of(client, cast.admin).reps]
    assert missing == sorted(missing, reverse=True)
    assert len(set(missing)) == 3


def test_a_manager_sees_the_subtree_alone(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    page = page_of(client, cast.east_manager)
    assert {row.public_id for row in page.reps} == {
        cast.east_rep.public_id,
        cast.east_rep_two.public_id,
    }
    assert total_of(page).target == 3_000_000


def test_it_narrows_to_a_rep_and_to_a_past_day(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    page = page_of(client, cast.admin, f"&rep={cast.west_rep.public_id}&on=2026-11-02")
    total = total_of(page)
    assert (total.target, total.received, total.promised) == (3_000_000, 0, 400_000)


def test_a_month_that_is_over_is_what_came(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    page = page_of(client, cast.east_rep, "&month=2026-10")
    assert (page.is_over, total_of(page).forecast) == (True, 200_000)


def test_a_month_of_nothing_says_so(world: list[Customer], cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    answer = client.get("/gaps/?tab=forecast&month=2031-01")
    assert "Nothing is planned for" in text_of(answer)


def test_more_than_can_be_forecast_at_once_are_to_be_narrowed(
    world: list[Customer], cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_pages, "MOST_CUSTOMERS", 2)
    client.force_login(cast.admin)
    assert "Too many customers to forecast at once" in text_of(client.get("/gaps/?tab=forecast"))
    assert page_of(client, cast.east_manager).total is not None


def test_it_is_taken_away_as_it_is_shown(world: list[Customer], cast: Cast, client: Client) -> None:
    page = page_of(client, cast.east_manager)
    answer = client.get("/gaps/export/?table=forecast&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["Rep"] for row in rows] == [row.name for row in page.reps]
    assert [row["Forecast"] for row in rows] == [
        f"{row.forecast // 100}.{row.forecast % 100:02}" for row in page.reps
    ]


def test_it_asks_the_same_few_statements_for_one_customer_and_for_many(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    client.force_login(cast.east_rep)
    counts = []
    for more in (0, 30):
        for number in range(more):
            customer = make_customer(cast.east_rep, name=f"More {number}")
            make_commitment(customer, (day(28), 100))
        stand_on()
        # The first look keeps what it sums; a job does so before anybody looks.
        client.get("/gaps/?tab=forecast")
        with CaptureQueriesContext(connection) as asked:
            client.get("/gaps/?tab=forecast")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14
