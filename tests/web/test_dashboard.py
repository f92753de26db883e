"""The gap dashboard: the figures of rule 1, narrowed to what a person may see."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.web.pages.gaps import PAGE_SIZE
from collections_app.web.pages.waterfall import adds_up, steps_of, waterfall_of
from tests.conftest import Cast
from tests.web.facts import (
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)

NOBODY = uuid.UUID(int=7)
HTMX = {"HX-Request": "true"}


def page_of(client: Client, person: Person, query: str = "", **headers: str) -> str:
    """The dashboard as that person sees it, its texts unescaped."""
    client.force_login(person)
    answer = client.get(f"/gaps/{query}", headers=headers)
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode())


def tile(page: str, name: str) -> str:
    """The exact figure of the strip under that name."""
    found = re.search(rf">{name}(?:</a>)?</(?:dt|h2)>.*?k-tile-exact\">([^<]+)<", page, re.S)
    assert found, name
    return found[1]


def list_of(page: str) -> str:
    """The list of customers, which comes last."""
    return page[page.index('id="customers"') :]


@pytest.fixture
def seed(cast: Cast) -> None:
    """The example of rule 1, its promotion dropped: 35,000 uncovered, 15,000 after the money."""
    customer = make_customer(cast.east_rep, name="Acme")
    plan = make_plan(customer, 200_000)
    make_commitment(customer, (day(28), 100_000))
    for uplift, status in ((40_000, "planned"), (35_000, "dropped"), (25_000, "in_progress")):
        make_measure(plan, uplift, status=status)
    make_payment(customer, 120_000, on=day(20))
    stand_on()


def test_the_example_of_the_rule_book_reads_as_there(
    seed: None, cast: Cast, client: Client
) -> None:
    page = page_of(client, cast.east_manager)
    assert tile(page, "At risk") == "¥15,000.00"
    assert tile(page, "Target") == "¥200,000.00"
    assert tile(page, "Committed") == "¥100,000.00"
    assert tile(page, "Commitment gap") == "¥100,000.00"
    assert tile(page, "Measures") == "¥65,000.00"
    assert tile(page, "Received") == "¥120,000.00"
    assert tile(page, "Short") == "¥15,000.00"
    assert tile(page, "Lapsed") == "¥0.00"


def test_the_page_says_on_what_day_it_stands(seed: None, cast: Cast, client: Client) -> None:
    page = page_of(client, cast.east_manager)
    assert '<time datetime="2026-11-23">' in page
    assert 'payments known through <time datetime="2026-11-22">' in page


def test_finance_starts_with_imports(cast: Cast, client: Client) -> None:
    client.force_login(cast.finance)
    assert client.get("/")["Location"] == "/imports/"


def test_a_manager_starts_here(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_manager)
    assert client.get("/")["Location"] == "/gaps/"


def test_nobody_sees_it_unsigned(db: None, client: Client) -> None:
    assert client.get("/gaps/")["Location"] == "/accounts/login/?next=/gaps/"


def test_each_sees_their_own_part(cast: Cast, client: Client) -> None:
    for rep, name in ((cast.east_rep, "Eastern"), (cast.west_rep, "Western")):
        make_plan(make_customer(rep, name=name), 1_000)
    stand_on()
    for person, sees in (
        (cast.east_rep, {"Eastern"}),
        (cast.east_rep_two, set()),
        (cast.east_manager, {"Eastern"}),
        (cast.west_manager, {"Western"}),
        (cast.finance, {"Eastern", "Western"}),
        (cast.admin, {"Eastern", "Western"}),
    ):
        page = page_of(client, person)
        assert {name for name in ("Eastern", "Western") if f">{name}</a>" in page} == sees


def test_a_rep_of_another_team_is_not_there(seed: None, cast: Cast, client: Client) -> None:
    client.force_login(cast.west_manager)
    for query in (f"rep={cast.east_rep.public_id}", f"team={cast.east.public_id}"):
        assert client.get(f"/gaps/?{query}").status_code == 404


def test_narrowed_to_a_rep_it_shows_that_reps_customers(cast: Cast, client: Client) -> None:
    make_plan(make_customer(cast.east_rep, name="Annas"), 1_000)
    make_plan(make_customer(cast.east_rep_two, name="Bos"), 2_000)
    stand_on()
    page = page_of(client, cast.east_manager, f"?rep={cast.east_rep_two.public_id}")
    assert "Gaps of Bo" in page
    assert ">Bos</a>" in page
    assert ">Annas</a>" not in page
    assert tile(page, "Target") == "¥2,000.00"


def test_teams_show_to_those_above_more_than_one(cast: Cast, client: Client) -> None:
    make_plan(make_customer(cast.east_rep), 1_000)
    make_plan(make_customer(cast.west_rep), 2_000)
    stand_on()
    assert "By team" in page_of(client, cast.admin)
    assert "By team" not in page_of(client, cast.east_manager)
    page = page_of(client, cast.admin, f"?team={cast.west.public_id}")
    assert tile(page, "Target") == "¥2,000.00"


def test_links_keep_the_month(cast: Cast, client: Client) -> None:
    make_plan(make_customer(cast.east_rep), 1_000, month=MONTH.replace(month=10))
    stand_on()
    page = page_of(client, cast.east_manager, "?month=2026-10")
    assert f"?month=2026-10&rep={cast.east_rep.public_id}" in page
    assert "?month=2026-09" in page
    assert "?month=2026-11" in page


def test_currencies_are_never_added(cast: Cast, client: Client) -> None:
    make_plan(make_customer(cast.east_rep, name="Yuan"), 1_000)
    make_plan(make_customer(cast.east_rep, name="Dollar", currency="USD"), 500)
    stand_on()
    page = page_of(client, cast.east_manager)
    assert tile(page, "Target") == "¥1,000.00"
    assert ">Dollar</a>" not in page
    page = page_of(client, cast.east_manager, "?currency=USD")
    assert tile(page, "Target") == "$500.00"
    assert ">Yuan</a>" not in page


def test_customers_stand_largest_at_risk_first(cast: Cast, client: Client) -> None:
    for name, target in (("Small", 10), ("Large", 1_000), ("Middle", 100)):
        make_plan(make_customer(cast.east_rep, name=name), target)
    stand_on()
    page = page_of(client, cast.east_manager)
    places = [page.index(f">{name}</a>") for name in ("Large", "Middle", "Small")]
    assert places == sorted(places)


def test_a_long_list_comes_in_pages(cast: Cast, client: Client) -> None:
    for number in range(PAGE_SIZE + 1):
        make_plan(make_customer(cast.east_rep, name=f"No {number:03}"), 1_000 - number)
    stand_on()
    first = page_of(client, cast.east_manager)
    assert list_of(first).count('">No ') == PAGE_SIZE
    assert "Customers 1 to 50 of 51" in first
    assert 'href="?page=2#customers"' in first
    second = page_of(client, cast.east_manager, "?page=2")
    assert list_of(second).count('">No ') == 1
    assert "Customers 51 to 51 of 51" in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("words", ["kehu-7", "江南", "jiangnan", "Jiang Nan"])
def test_customers_are_found_by_code_name_and_pinyin(
    cast: Cast, client: Client, words: str
) -> None:
    found = make_customer(cast.east_rep, name="江南医药", code="KEHU-7", pinyin="jiangnanyiyao")
    for customer in (found, make_customer(cast.east_rep, name="Other")):
        make_plan(customer, 1_000)
    stand_on()
    page = page_of(client, cast.east_manager, f"?q={words}")
    assert ">江南医药</a>" in list_of(page)
    assert ">Other</a>" not in list_of(page)
    assert tile(page, "Target") == "¥2,000.00"


def test_a_search_swaps_the_list_alone(seed: None, cast: Cast, client: Client) -> None:
    page = page_of(client, cast.east_manager, "?q=acme", **HTMX)
    assert 'id="customers-list"' in page
    assert "<html" not in page


def test_a_search_without_result_says_so(seed: None, cast: Cast, client: Client) -> None:
    page = page_of(client, cast.east_manager, "?q=<b>")
    assert "No customer of this month matches" in page
    assert "<b>" not in client.get("/gaps/?q=<b>").content.decode()


def test_an_empty_month_says_what_to_do(seed: None, cast: Cast, client: Client) -> None:
    page = page_of(client, cast.east_manager, "?month=2031-01")
    assert "Nothing is planned for January 2031 yet" in page
    assert "No customers yet" in page_of(client, cast.west_manager)


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=x", "month=0001-01", "month=9999-12", "page=0", "page=x",
     "rep=x", f"rep={NOBODY}", f"team={NOBODY}", "page=99999999999999999999"],
)  # fmt: skip
def test_what_means_nothing_is_not_found(cast: Cast, client: Client, query: str) -> None:
    client.force_login(cast.admin)
    assert client.get(f"/gaps/?{query}").status_code == 404


@pytest.mark.parametrize("query", ["q=%00", "currency=XXX", "month="])
def test_what_is_odd_but_harmless_is_answered(
    seed: None, cast: Cast, client: Client, query: str
) -> None:
    page_of(client, cast.admin, f"?{query}")


def test_the_cost_does_not_grow_with_the_rows(cast: Cast, client: Client) -> None:
    counts = []
    for number in (1, 2):
        for _row in range(number):
            customer = make_customer(cast.east_rep)
            make_plan(customer, 1_000)
            make_commitment(customer, (day(10), 500))
        stand_on()
        page_of(client, cast.east_manager)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, cast.east_manager)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_figures_read_in_wan_in_chinese(seed: None, cast: Cast, client: Client) -> None:
    cast.east_manager.language = "zh-hans"
    cast.east_manager.save()
    page = page_of(client, cast.east_manager)
    assert "¥20.0万" in page
    assert 'lang="zh-Hans"' in page


def test_the_waterfall_adds_up(seed: None, cast: Cast) -> None:
    from collections_app.standing.figures import grouped_figures

    late = make_customer(cast.east_rep, name="Late")
    make_plan(late, 1_000)
    make_commitment(late, (day(5), 900))
    rich = make_customer(cast.east_rep, name="Rich")
    make_plan(rich, 1_000)
    make_payment(rich, 400_000, on=day(3))
    stand_on(day(24))
    (total,) = grouped_figures(MONTH, on=day(24), by="all")
    steps = steps_of(total, surplus_label="Surplus")
    amounts = {step.tone: step.amount for step in steps}
    assert adds_up(steps)
    assert amounts["surplus"] == 39_900_000
    assert amounts["short"] == 1_510_000
    assert amounts["lapsed"] == 90_000
    assert amounts["risk"] == total.at_risk == 1_600_000
    picture = waterfall_of(total, surplus_label="Surplus")
    assert picture is not None
    for bar in (*picture.tall, *picture.long):
        for part in bar.parts:
            assert part.x >= 0
            assert part.x + part.width <= 100.5
