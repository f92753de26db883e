"""The page of trends: whose they are, where each month leads, and that reps share a scale."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from collections_app.web.pages import trends as trend_pages
from collections_app.web.pages.trends import Picture, TrendsTab
from tests.conftest import Cast
from tests.web.acting import text_of
from tests.web.facts import (
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_payment,
    make_plan,
    stand_on,
)

OCTOBER = MONTH.replace(month=10)


@pytest.fixture
def world(cast: Cast) -> list[Customer]:
    """A customer of each rep, planned in two months, the second rep's twice as large and so on."""
    made = []
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep), start=1):
        customer = make_customer(rep, name=f"Firm {number}")
        for month in (OCTOBER, MONTH):
            make_plan(customer, 10_000 * number, month=month)
            make_payment(customer, 5_000 * number, on=month.replace(day=5))
        make_commitment(customer, (day(9), 2_000))
        made.append(customer)
    stand_on()
    return made


def page_of(client: Client, person: Person, query: str = "") -> TrendsTab:
    client.force_login(person)
    answer = client.get(f"/gaps/?tab=trends{query}")
    assert answer.status_code == 200
    page: TrendsTab = answer.context["page"]
    return page


def targets(picture: Picture) -> list[int]:
    return [row.figures.target for row in picture.rows[-2:]]


def test_a_manager_sees_the_subtree_alone(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    page = page_of(client, cast.east_manager)
    assert targets(page.whole) == [3_000_000, 3_000_000]
    assert [picture.name for picture in page.reps] == [cast.east_rep_two.name, cast.east_rep.name]
    assert page.teams == []


def test_a_rep_is_told_of_one(world: list[Customer], cast: Cast, client: Client) -> None:
    page = page_of(client, cast.west_rep)
    assert (targets(page.whole), page.reps) == ([3_000_000, 3_000_000], [])


def test_it_narrows_by_the_url(world: list[Customer], cast: Cast, client: Client) -> None:
    page = page_of(client, cast.admin, f"&rep={cast.east_rep.public_id}&on=2026-10-04")
    assert [row.month for row in page.whole.rows][-1] == OCTOBER
    assert [row.figures.received for row in page.whole.rows][-1] == 0
    nobody = page_of(client, cast.admin, "&rating=D")
    assert not nobody.has_any


def test_every_month_leads_to_a_dashboard_that_says_the_same(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    for picture in (page := page_of(client, cast.admin)).reps[0], page.whole:
        for row in picture.rows[-2:]:
            total = client.get(f"/gaps/{row.month_url}").context["page"].total
            assert (total.target, total.received) == (row.figures.target, row.figures.received)
            assert total.committed == row.figures.committed
    assert "on=2026-10-31" in page.whole.rows[-2].month_url
    assert "on=" not in page.whole.rows[-1].month_url
    assert client.get(f"/gaps/{page.reps[0].rows[-1].kept_url}").context["page"].listed == 1


def test_reps_are_drawn_on_one_scale(world: list[Customer], cast: Cast, client: Client) -> None:
    page = page_of(client, cast.admin)
    heights = [
        float(next(m.height for m in p.panels[0].columns[-1][0].marks if m.tone == "received"))
        for p in page.reps
    ]
    assert heights == [36.0, 24.0, 12.0]
    assert {len(panel.columns) for p in page.reps for panel in p.panels} == {12}


def test_few_reps_stand_on_a_page(
    world: list[Customer], cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trend_pages, "PAGE_SIZE", 2)
    page = page_of(client, cast.admin)
    assert (len(page.reps), page.listed, page.next_page) == (2, 3, 2)
    assert [p.name for p in page_of(client, cast.admin, "&page=2").reps] == [cast.east_rep.name]


def test_months_of_nothing_say_so(world: list[Customer], cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    answer = client.get("/gaps/?tab=trends&month=2024-01")
    assert "Nothing in these twelve months" in text_of(answer)


def test_it_is_taken_away_whole(world: list[Customer], cast: Cast, client: Client) -> None:
    client.force_login(cast.east_manager)
    answer = client.get("/gaps/export/?table=trends&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    october = [row for row in rows if row["Month"] == "2026-10"]
    # All, one team, two reps.
    assert len(october) == 4
    assert {row["As of"] for row in october} == {"2026-10-31"}
    assert october[0]["Target"] == "30000.00"
    assert october[0]["Coverage on the 5th working day"] == "0.5000"


def test_it_asks_the_same_few_statements_for_one_customer_and_for_many(
    world: list[Customer], cast: Cast, client: Client
) -> None:
    client.force_login(cast.admin)
    counts = []
    for more in (0, 20):
        for number in range(more):
            make_plan(make_customer(cast.east_rep, name=f"More {number}"), 100)
        stand_on()
        # The first look keeps what it sums; a job does so before anybody looks.
        client.get("/gaps/?tab=trends")
        with CaptureQueriesContext(connection) as asked:
            client.get("/gaps/?tab=trends")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12
