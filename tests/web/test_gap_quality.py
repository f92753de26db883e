"""Quality of work: who plans, agrees and asks, what is uncovered, whose targets were cut."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.planning.models import MonthPlan, TargetChange
from collections_app.standing.quality import Work
from collections_app.web.pages.gap_quality import QualityTab
from tests.conftest import Cast
from tests.web.acting import text_of
from tests.web.facts import (
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_plan,
    stand_on,
)


@pytest.fixture
def world(cast: Cast) -> None:
    """Of Anna's four one is agreed and committed, one asked, one owes only; Chen's was cut."""
    agreed = make_plan(make_customer(cast.east_rep), 1_000, agreed_with="Ms Wu")
    make_commitment(agreed.customer, (day(27), 1_000))
    asked = make_plan(make_customer(cast.east_rep), 500)
    MonthPlan.objects.filter(pk=asked.pk).update(asked_on=day(2), answer="refused")
    make_plan(make_customer(cast.east_rep), 300)
    make_invoice(make_customer(cast.east_rep), 90, due_on=day(5))
    make_customer(cast.east_rep)
    cut = make_plan(make_customer(cast.west_rep), 800)
    TargetChange.objects.create(
        plan=cut, old_target=800_00, new_target=600_00, is_revision=True, counts_from=day(10),
        reason="r",
    )  # fmt: skip
    MonthPlan.objects.filter(pk=cut.pk).update(target=600_00)
    stand_on()


def tab_of(client: Client, person: Person, query: str = "") -> QualityTab:
    client.force_login(person)
    page: QualityTab = client.get(f"/gaps/?tab=quality{query}").context["page"]
    return page


def told(work: Work) -> tuple[int, ...]:
    return (work.wanted, work.planned, work.joint, work.asked, work.committed, work.uncovered)


def test_each_rep_s_customers_count_that_have_a_target_or_owe(
    client: Client, cast: Cast, world: None
) -> None:
    page = tab_of(client, cast.admin)
    assert {line.name: told(line.work) for line in page.reps} == {
        "Anna": (4, 3, 1, 2, 1, 2),
        "Chen": (1, 1, 0, 0, 0, 1),
    }
    assert told(page.total.work) == (5, 4, 1, 2, 1, 3)
    assert page.total.work.uncovered_amount == 1_400_00


def test_a_target_cut_after_the_lock_counts_from_its_day(
    client: Client, cast: Cast, world: None
) -> None:
    cut = [tab_of(client, cast.admin, query).total.work for query in ("", "&on=2026-11-09")]
    assert [(work.cut, work.cut_amount) for work in cut] == [(1, 200_00), (0, 0)]


def test_a_figure_leads_to_the_customers_behind_it(client: Client, cast: Cast, world: None) -> None:
    line = tab_of(client, cast.admin).reps[1]
    listed = text_of(client.get(f"/gaps/{line.cut_url.partition('#')[0]}"))
    assert "Only customers with a target cut after it was locked." in listed
    assert "Customers 1 to 1 of 1" in listed
    (unplanned,) = [c for c in tab_of(client, cast.admin).reps[0].shares if c.label == "Planned"]
    assert f"rep={cast.east_rep.public_id}" in unplanned.url
    assert client.get(unplanned.url).status_code == 200


def test_a_manager_sees_their_people_alone(client: Client, cast: Cast, world: None) -> None:
    page = tab_of(client, cast.west_manager)
    assert [line.name for line in page.reps] == ["Chen"]
    assert page.total.work.wanted == 1


@pytest.mark.parametrize("query", ["", "&rating=B", "&on=2026-11-20"])
def test_it_costs_twelve_queries_at_most(
    client: Client, cast: Cast, world: None, query: str
) -> None:
    query += f"&team={cast.east.public_id}"
    tab_of(client, cast.admin, query)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/gaps/?tab=quality{query}")
    assert len(queries) <= 12


def test_all_of_it_is_taken_away(client: Client, cast: Cast, world: None) -> None:
    client.force_login(cast.admin)
    text = client.get("/gaps/export/?format=csv&table=quality").getvalue().decode("utf-8-sig")
    rows = {(r["Of"], r["Name"]): r for r in csv.DictReader(io.StringIO(text))}
    assert rows["Rep", "Anna"]["Share: Planned"] == "0.7500"
    assert rows["Team", "West"]["Cut by"] == "200.00"
    assert rows["All", ""]["Uncovered"] == "1400.00"


def test_nobody_to_plan_for_is_said(client: Client, cast: Cast) -> None:
    stand_on()
    client.force_login(cast.admin)
    assert "There is nobody to plan for" in text_of(client.get("/gaps/?tab=quality"))
