"""The dashboard narrowed, sorted, compared and looked at as of a past day, all in the URL."""

from __future__ import annotations

import re
from itertools import product

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp
from collections_app.organisation.queries import moment_on
from collections_app.planning.models import MonthPlan
from collections_app.standing.gaps import total_of
from collections_app.standing.selection import Selection
from collections_app.web.pages.gap_columns import COLUMN_KEYS
from collections_app.web.pages.waterfall import adds_up, steps_of
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
from tests.web.test_dashboard import list_of, page_of, tile

OCTOBER = MONTH.replace(month=10)


@pytest.fixture
def world(cast: Cast) -> list[Customer]:
    """A customer of each rep, one of them rated A, with promises lapsed and money received."""
    made = []
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep), start=1):
        customer = make_customer(rep, name=f"Firm {number}")
        make_measure(make_plan(customer, 10_000 * number), 500)
        make_commitment(customer, (day(10), 4_000), (day(27), 1_000))
        make_payment(customer, 1_000 * number, on=day(15))
        make_plan(customer, 9_000, month=OCTOBER)
        make_payment(customer, 2_000, on=OCTOBER.replace(day=20))
        make_payment(customer, 600, on=OCTOBER.replace(day=25))
        made.append(customer)
    Customer.objects.filter(pk=made[0].pk).update(rating="A")
    stand_on()
    return made


def words_of(client: Client, person: Person, query: str = "") -> str:
    client.force_login(person)
    return text_of(client.get(f"/gaps/{query}"))


def test_team_rep_and_rating_narrow_in_any_mixture(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    for query, target in (
        ("?rating=A", "¥10,000.00"),
        ("?rating=B", "¥50,000.00"),
        (f"?team={cast.east.public_id}&rating=B", "¥20,000.00"),
        (f"?team={cast.east.public_id}&rep={cast.east_rep.public_id}", "¥10,000.00"),
        (f"?rep={cast.west_rep.public_id}&rating=B", "¥30,000.00"),
    ):
        assert tile(page_of(client, cast.admin, query), "Target") == target, query


def test_a_mixture_that_nobody_is_in_says_so(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    query = f"?team={cast.west.public_id}&rep={cast.east_rep.public_id}"
    assert "Nothing is planned" in page_of(client, cast.admin, query)


def test_each_figure_stands_against_the_same_day_of_last_month(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    text = words_of(client, cast.admin)
    assert "Received ¥6,000 ¥6,000.00 ¥0" in text
    assert "against Oct. 23, 2026" in text
    assert "Target ¥60.0k ¥60,000.00 +¥33.0k" in text


def test_the_waterfall_adds_up_on_every_selection(cast: Cast, world: list[Customer]) -> None:
    reps = (None, [cast.east_rep.pk], [cast.east_rep_two.pk, cast.west_rep.pk])
    for month, on, owners, rating in product(
        (OCTOBER, MONTH), (day(12), DAY), reps, (None, "A", "B", "D")
    ):
        everyone = Customer.objects.all()
        chosen = Selection(month=month, on=on, customers=everyone, owners=owners, rating=rating)
        total = total_of(chosen)
        if total is not None:
            steps = steps_of(total, surplus_label="Surplus")
            assert adds_up(steps)
            assert steps[-1].amount == total.at_risk == steps[5].amount + steps[6].amount


def test_every_mark_of_the_waterfall_leads_to_the_customers_behind_it(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    page = page_of(client, cast.admin)
    for figure in ("target", "committed", "measures", "short", "lapsed", "at_risk"):
        assert f"?show={figure}&sort=-{figure}#customers" in page
    page = page_of(client, cast.admin, "?show=lapsed&sort=-lapsed")
    assert "Only customers with Lapsed." in list_of(page)
    assert "Firm 1</a>" in list_of(page)
    assert "Firm 3</a>" in list_of(page)


def test_columns_sort_both_ways(cast: Cast, client: Client, world: list[Customer]) -> None:
    down = list_of(page_of(client, cast.admin, "?sort=-target"))
    assert down.index("Firm 3<") < down.index("Firm 2<") < down.index("Firm 1<")
    assert 'aria-sort="descending"' in down
    up = list_of(page_of(client, cast.admin, "?sort=target"))
    assert up.index("Firm 1<") < up.index("Firm 2<") < up.index("Firm 3<")


def test_groups_sort_and_show_every_figure(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    text = words_of(client, cast.admin, "?by=rep&order=target&columns=all")
    assert text.index("Anna 1 ") < text.index("Bo 1 ") < text.index("Chen 1 ")
    for label in ("Original target", "Unpromised receipts", "Collection gap", "Pace"):
        assert label in text


def test_what_is_being_done_stands_beside_what_is_at_risk(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    FollowUp.objects.create(
        customer=world[0], at=moment_on(day(20)), on_day=day(20), outcome="put_off",
        next_on=day(26), entered_by=cast.east_rep,
    )  # fmt: skip
    text = words_of(client, cast.east_rep)
    part = text[text.index("Most at risk") : text.index("By customer")]
    assert "¥1,000 Nov. 27, 2026" in part
    assert "incentive · ¥500" in part
    assert "Nov. 26, 2026" in part
    assert "Nov. 20, 2026 put off" in part


def test_what_came_of_a_contact_is_said_in_the_readers_language(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    MonthPlan.objects.filter(customer=world[0], month=MONTH).update(asked_on=day(21))
    assert "Nov. 21, 2026 asked for a commitment" in words_of(client, cast.east_rep)
    cast.east_rep.language = "zh-hans"
    cast.east_rep.save()
    assert "asked for a commitment" not in words_of(client, cast.east_rep)


def test_a_past_day_is_shown_from_what_had_happened_by_then(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    page = page_of(client, cast.admin, "?on=2026-11-12")
    assert "You are looking at a past day" in page
    assert tile(page, "Received") == "¥0.00"
    assert tile(page, "Lapsed") == "¥12,000.00"
    assert "You are looking at a past day" not in page_of(client, cast.admin)


def test_a_past_day_leads_to_its_month(cast: Cast, client: Client, world: list[Customer]) -> None:
    page = page_of(client, cast.admin, "?on=2026-10-22")
    assert tile(page, "Received") == "¥6,000.00"
    assert tile(page_of(client, cast.admin, "?on=2026-10-26"), "Received") == "¥7,800.00"


def test_links_keep_what_was_asked(cast: Cast, client: Client, world: list[Customer]) -> None:
    query = f"?on=2026-11-12&team={cast.east.public_id}&rating=B"
    page = page_of(client, cast.admin, query)
    links = re.findall(r'href="(\?[^"]*)"', page)
    assert len(links) > 20
    kept = [link for link in links if "on=2026-11-12" in link]
    # All but the way back to the present day.
    assert len(links) - len(kept) == 1
    assert sum("rating=B" in link for link in links) > len(links) - 4


@pytest.mark.parametrize(
    "query",
    ["on=x", "on=2026-02-30", "on=2026-11-24", "on=0001-01-01", "rating=E", "by=owner",
     "order=x", "sort=x", "sort=--target", "show=nothing"],
)  # fmt: skip
def test_what_means_nothing_is_not_found(
    cast: Cast, client: Client, world: list[Customer], query: str
) -> None:
    client.force_login(cast.admin)
    assert client.get(f"/gaps/?{query}").status_code == 404


@pytest.mark.parametrize("key", COLUMN_KEYS)
def test_every_column_can_be_sorted_by(
    cast: Cast, client: Client, world: list[Customer], key: str
) -> None:
    page_of(client, cast.admin, f"?sort=-{key}&order={key}&columns=all")


@pytest.mark.parametrize("query", ["", "?on=2026-11-12", "?rating=B&q=firm", "?month=2026-10"])
def test_a_view_costs_twelve_queries_at_most(
    cast: Cast, client: Client, world: list[Customer], query: str
) -> None:
    for narrowed in ("", f"&team={cast.east.public_id}", f"&rep={cast.east_rep.public_id}"):
        asked = f"{query or '?'}{narrowed}"
        page_of(client, cast.east_manager, asked)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/gaps/{asked}")
        # Knowing who asks is none of the view's.
        sent = [q["sql"] for q in queries if "django_session" not in q["sql"]]
        assert len(sent) <= 12, "\n".join([asked, *(sql[:150] for sql in sent)])


def test_a_manager_is_told_of_their_people_alone(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    page = page_of(client, cast.east_manager, "?by=rep&columns=all")
    assert tile(page, "Target") == "¥30,000.00"
    assert "Chen" not in page
    assert "Firm 3" not in page
    assert tile(page_of(client, cast.admin), "Target") == "¥60,000.00"
