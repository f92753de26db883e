"""The month plan: every customer a person may see, narrowed, sorted and in pages."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.customers.models import Customer
from collections_app.standing.figures import customer_figures
from collections_app.web.pages.month_plan import PAGE_SIZE
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)
from tests.web.plan_pages import HTMX, chips_of, names_of, plan_of, row_of

NOBODY = uuid.UUID(int=7)


@pytest.fixture
def seed(cast: Cast) -> Customer:
    """The example of rule 1, its promotion dropped, with a ledger; and a customer without plan."""
    customer = make_customer(cast.east_rep, name="Acme")
    plan = make_plan(customer, 200_000, agreed_with="Mr Li")
    make_commitment(customer, (day(28), 100_000))
    for uplift, status in ((40_000, "planned"), (35_000, "dropped"), (25_000, "in_progress")):
        make_measure(plan, uplift, status=status)
    make_payment(customer, 120_000, on=day(20))
    make_invoice(customer, 150_000, due_on=day(10))
    make_invoice(customer, 50_000, due_on=day(30))
    make_customer(cast.east_rep, name="Bare")
    stand_on()
    return customer


def test_the_example_of_the_rule_book_reads_as_there(
    seed: Customer, cast: Cast, client: Client
) -> None:
    page = plan_of(client, cast.east_rep)
    assert row_of(page, "Acme") == {
        "Open balance": "80,000",
        "Overdue": "30,000",
        "Last month's target": "",
        "received then": "0",
        "Target": "200,000",
        "Plan": "agreed",
        "Asked": "committed",
        "Committed": "100,000",
        "Gap": "100,000",
        "Measures": "65,000",
        "Uncovered": "15,000",
        "Received": "120,000",
        "Pace": "158%",
        "At risk": "15,000",
    }


def test_a_customer_with_nothing_in_the_month_has_a_row(
    seed: Customer, cast: Cast, client: Client
) -> None:
    row = row_of(plan_of(client, cast.east_rep), "Bare")
    assert (row["Target"], row["Plan"], row["Asked"]) == ("", "unplanned", "not asked")
    assert row["At risk"] == "0"


def test_a_closed_customer_has_none(seed: Customer, cast: Cast, client: Client) -> None:
    Customer.objects.filter(name="Bare").update(is_closed=True)
    assert names_of(plan_of(client, cast.east_rep)) == ["Acme"]


def test_figures_are_those_of_rule_1(cast: Cast, client: Client) -> None:
    for number in range(8):
        customer = make_customer(cast.east_rep, name=f"No {number}")
        make_plan(customer, 1_000 + number)
        make_commitment(customer, (day(number + 1), 300 + number), (day(28), 200))
        make_payment(customer, 150 + 70 * number, on=day(4))
    stand_on()
    page = plan_of(client, cast.east_rep)
    for known in customer_figures(MONTH, on=DAY):
        row = row_of(page, known.name)
        for label, amount in (
            ("Target", known.target),
            ("Committed", known.committed),
            ("Gap", known.commitment_gap),
            ("Uncovered", known.uncovered),
            ("Received", known.received),
            ("At risk", known.at_risk),
        ):
            shown = row[label].replace(",", "").replace("\u2212", "-").split()[0]
            assert int(shown) * 100 == amount, (known.name, label)


def test_each_sees_their_own_part(cast: Cast, client: Client) -> None:
    make_customer(cast.east_rep, name="Eastern")
    make_customer(cast.west_rep, name="Western")
    stand_on()
    for person, sees in (
        (cast.east_rep, {"Eastern"}),
        (cast.east_rep_two, set()),
        (cast.east_manager, {"Eastern"}),
        (cast.west_manager, {"Western"}),
        (cast.finance, {"Eastern", "Western"}),
        (cast.admin, {"Eastern", "Western"}),
    ):
        assert set(names_of(plan_of(client, person))) == sees


def test_finance_reads_and_edits_nothing(seed: Customer, cast: Cast, client: Client) -> None:
    page = plan_of(client, cast.finance)
    assert row_of(page, "Acme")["Target"] == "200,000"
    assert row_of(page, "Bare").get("Target", "") == ""
    assert "/target/" not in page


def test_nobody_sees_it_unsigned(db: None, client: Client) -> None:
    assert client.get("/plan/")["Location"] == "/accounts/login/?next=/plan/"


def make_kinds(cast: Cast) -> None:
    """A customer of each kind that a chip narrows to."""
    make_customer(cast.east_rep, name="Unplanned")
    one_sided = make_customer(cast.east_rep, name="Uncovered")
    make_plan(one_sided, 1_000)
    agreed = make_customer(cast.east_rep, name="Agreed")
    make_plan(agreed, 500, agreed_with="Mr Li")
    make_commitment(agreed, (day(28), 500))
    late = make_customer(cast.east_rep, name="Late")
    make_plan(late, 400, agreed_with="Mr Li")
    make_commitment(late, (day(5), 400))
    stand_on()


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("all", {"Unplanned", "Uncovered", "Agreed", "Late"}),
        ("unplanned", {"Unplanned"}),
        ("one_sided", {"Uncovered"}),
        ("not_asked", {"Unplanned", "Uncovered"}),
        ("no_commitment", {"Unplanned", "Uncovered"}),
        ("uncovered", {"Uncovered"}),
        ("behind_pace", {"Uncovered", "Late"}),
        ("at_risk", {"Uncovered", "Late"}),
        ("lapsed", {"Late"}),
    ],
)
def test_a_chip_narrows_to_what_it_counts(
    cast: Cast, client: Client, show: str, names: set[str]
) -> None:
    make_kinds(cast)
    page = plan_of(client, cast.east_rep, f"?show={show}")
    assert set(names_of(page)) == names
    assert chips_of(page)[show] == len(names)


def test_a_chip_keeps_the_rest_of_the_question(cast: Cast, client: Client) -> None:
    make_kinds(cast)
    page = plan_of(client, cast.east_rep, "?month=2026-11&q=a&sort=name")
    assert 'href="?month=2026-11&q=a&sort=name&show=unplanned"' in page


@pytest.mark.parametrize("words", ["kehu-7", "江南", "jiangnan", "Jiang Nan", "jnyy"])
def test_customers_are_found_by_code_name_pinyin_and_its_initials(
    cast: Cast, client: Client, words: str
) -> None:
    found = make_customer(cast.east_rep, name="江南医药", code="KEHU-7", pinyin="jiangnanyiyao")
    Customer.objects.filter(pk=found.pk).update(name_initials="jnyy")
    make_customer(cast.east_rep, name="Other")
    stand_on()
    page = plan_of(client, cast.east_rep, f"?q={words}")
    assert names_of(page) == ["江南医药"]
    assert chips_of(page)["all"] == 1


def test_a_manager_narrows_to_a_rep_or_a_team(cast: Cast, client: Client) -> None:
    make_customer(cast.east_rep, name="Annas")
    make_customer(cast.east_rep_two, name="Bos")
    make_customer(cast.west_rep, name="Chens")
    stand_on()
    page = plan_of(client, cast.admin)
    assert 'id="plan-team"' in page
    assert names_of(plan_of(client, cast.admin, f"?rep={cast.west_rep.public_id}")) == ["Chens"]
    team = plan_of(client, cast.admin, f"?team={cast.east.public_id}&sort=name")
    assert names_of(team) == ["Annas", "Bos"]
    both = f"?team={cast.east.public_id}&rep={cast.west_rep.public_id}&sort=name"
    assert names_of(plan_of(client, cast.admin, both)) == ["Annas", "Bos"]
    assert 'id="plan-team"' not in plan_of(client, cast.east_manager)
    assert 'id="plan-rep"' in plan_of(client, cast.east_manager)
    assert 'id="plan-rep"' not in plan_of(client, cast.east_rep)


def test_another_teams_rep_is_not_there(seed: Customer, cast: Cast, client: Client) -> None:
    client.force_login(cast.west_manager)
    for query in (f"rep={cast.east_rep.public_id}", f"team={cast.east.public_id}"):
        assert client.get(f"/plan/?{query}").status_code == 404


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("target", ["None", "Small", "Middle", "Large"]),
        ("-target", ["Large", "Middle", "Small", "None"]),
        ("name", ["Large", "Middle", "None", "Small"]),
        ("-name", ["Small", "None", "Middle", "Large"]),
        ("-open", ["Small", "Large", "Middle", "None"]),
        ("-gap", ["Large", "Middle", "Small", "None"]),
    ],
)
def test_the_list_sorts_both_ways(cast: Cast, client: Client, sort: str, names: list[str]) -> None:
    for code, (name, target) in enumerate((("Small", 10), ("Large", 1_000), ("Middle", 100))):
        make_plan(make_customer(cast.east_rep, name=name, code=f"K{code}"), target)
    make_customer(cast.east_rep, name="None", code="K9")
    make_invoice(Customer.objects.get(name="Small"), 70, due_on=day(3))
    stand_on()
    page = plan_of(client, cast.east_rep, f"?sort={sort}")
    assert names_of(page) == names
    way = "descending" if sort.startswith("-") else "ascending"
    assert re.search(
        rf'aria-sort="{way}">\s*(<input [^>]*>\s*)?<a id="sort-{sort.removeprefix("-")}"', page
    )


def keys_of(page: str) -> str:
    """Where the next page begins; blank where there is none."""
    found = re.search(r'href="\?([^"]*)" rel="next"', page)
    return f"?{found[1]}" if found else ""


def test_a_long_list_comes_in_pages(cast: Cast, client: Client) -> None:
    for number in range(PAGE_SIZE + 3):
        make_customer(cast.east_rep, name=f"No {number:03}")
    stand_on()
    first = plan_of(client, cast.east_rep, "?sort=-target")
    assert f"Customers 1 to 50 of {PAGE_SIZE + 3}" in first
    second = plan_of(client, cast.east_rep, keys_of(first))
    assert "Customers 51 to 53 of 53" in second
    assert names_of(first) + names_of(second) == [f"No {n:03}" for n in range(PAGE_SIZE + 3)]
    assert keys_of(second) == ""
    assert 'rel="first"' in second


def test_a_page_goes_on_where_the_last_ended_while_rows_change(cast: Cast, client: Client) -> None:
    customers = [
        make_customer(cast.east_rep, name=f"No {number:03}") for number in range(PAGE_SIZE + 3)
    ]
    for number, customer in enumerate(customers):
        make_plan(customer, 1_000 - number)
    stand_on()
    first = plan_of(client, cast.east_rep)
    make_commitment(customers[0], (day(28), 999))  # from the top to the end
    Customer.objects.filter(pk=customers[1].pk).update(is_closed=True)
    make_plan(make_customer(cast.east_rep, name="New"), 5_000)  # before what has been read
    stand_on(day(24))
    second = plan_of(client, cast.east_rep, keys_of(first))
    assert names_of(second) == ["No 050", "No 051", "No 052", "No 000"]


def test_totals_are_of_all_that_is_shown(cast: Cast, client: Client) -> None:
    for number in range(PAGE_SIZE + 3):
        make_plan(make_customer(cast.east_rep), 100 + number % 2)
    agreed = make_customer(cast.east_rep)
    make_plan(agreed, 7, agreed_with="Mr Li")
    make_invoice(agreed, 30, due_on=day(1))
    stand_on()
    assert row_of(plan_of(client, cast.east_rep), "Total, CNY")["Target"] == "5,333"
    row = row_of(plan_of(client, cast.east_rep, "?show=one_sided"), "Total, CNY")
    assert (row["Target"], row["Overdue"]) == ("5,326", "0")


def test_currencies_are_never_added(cast: Cast, client: Client) -> None:
    make_plan(make_customer(cast.east_rep, name="Yuan"), 1_000)
    make_plan(make_customer(cast.east_rep, name="Dollar", currency="USD"), 5_000)
    stand_on()
    page = plan_of(client, cast.east_rep)
    assert row_of(page, "Total, CNY")["Target"] == "1,000"
    assert row_of(page, "Total, USD")["Target"] == "5,000"
    assert names_of(page) == ["Yuan", "Dollar"]


def test_amounts_show_decimals_where_one_has_them(cast: Cast, client: Client) -> None:
    plan = make_plan(make_customer(cast.east_rep, name="Acme"), 1_000)
    plan.target_changes.update(new_target=100_050)
    plan.target = 100_050
    plan.save()
    stand_on()
    row = row_of(plan_of(client, cast.east_rep), "Acme")
    assert (row["Target"], row["Gap"], row["Committed"]) == ("1,000.50", "1,000", "0")


def test_a_change_of_the_question_swaps_the_list_alone(
    seed: Customer, cast: Cast, client: Client
) -> None:
    page = plan_of(client, cast.east_rep, "?q=acme", **HTMX)
    assert 'id="plan-region"' in page
    assert "<html" not in page


def test_a_row_leads_to_the_customers_plan(seed: Customer, cast: Cast, client: Client) -> None:
    page = plan_of(client, cast.east_rep, "?month=2026-10")
    assert f'href="/customers/{seed.public_id}/?month=2026-10&tab=plan"' in page


def test_the_page_is_in_the_navigation(seed: Customer, cast: Cast, client: Client) -> None:
    page = plan_of(client, cast.finance)
    assert re.search(r'<a href="/plan/" aria-current="page">', page)


def test_where_nothing_matches_it_says_so(seed: Customer, cast: Cast, client: Client) -> None:
    page = plan_of(client, cast.east_rep, "?q=<b>")
    assert "No customer matches" in page
    assert "<b>" not in client.get("/plan/?q=<b>").content.decode()
    assert "No customer is left here" in plan_of(client, cast.east_rep, "?show=lapsed")


def test_whoever_has_no_customers_is_told_why(seed: Customer, cast: Cast, client: Client) -> None:
    page = plan_of(client, cast.west_rep)
    assert "No customers yet" in page
    assert "You see customers here once they are imported" in page
    assert "Undo" not in page
    assert "Import customers" not in page


def test_whoever_sees_the_page_is_told_when_targets_lock(
    seed: Customer, cast: Cast, client: Client
) -> None:
    assert "targets locked at the end of" in plan_of(client, cast.east_rep)
    assert "targets change freely until" in plan_of(client, cast.east_rep, "?month=2026-12")


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=0001-01", "show=x", "sort=x", "rows=7",
     "sort=--name", "rep=x", f"rep={NOBODY}",
     f"team={NOBODY}", "after=x", "after=%00", "after=é", "after=bnVsbA", "after=WyIiLCAxXQ",
     "after=WyIiLCAiYSIsICJiIl0", "after=WyIiLCAxZTksICJiIl0", "after=WyIiLCB0cnVlLCAiYiJd",
     "sort=name&after=WyIiLCAxLCAiYiJd", "sort=name&after=WyIiLCAiXHUwMDAwIiwgImIiXQ",
     "after=WyIiLCA5MjIzMzcyMDM2ODU0Nzc1ODA4LCAiYiJd"],
)  # fmt: skip
def test_what_means_nothing_is_not_found(cast: Cast, client: Client, query: str) -> None:
    client.force_login(cast.admin)
    assert client.get(f"/plan/?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["q=%00", "month=", "show=", "sort=", "after=", "after=WyIiLCAxLCAiYiJd"]
)
def test_what_is_odd_but_harmless_is_answered(
    seed: Customer, cast: Cast, client: Client, query: str
) -> None:
    plan_of(client, cast.admin, f"?{query}")


def test_the_cost_does_not_grow_with_the_rows(cast: Cast, client: Client) -> None:
    counts = []
    for number in (1, 3, 60):
        for _row in range(number):
            customer = make_customer(cast.east_rep)
            plan = make_plan(customer, 1_000)
            make_measure(plan, 10)
            make_commitment(customer, (day(10), 500))
            make_payment(customer, 100, on=day(9))
            make_invoice(customer, 900, due_on=day(9))
        stand_on()
        plan_of(client, cast.east_manager)
        with CaptureQueriesContext(connection) as queries:
            client.get("/plan/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 15


def test_it_reads_in_chinese(seed: Customer, cast: Cast, client: Client) -> None:
    cast.east_rep.language = "zh-hans"
    cast.east_rep.save()
    page = plan_of(client, cast.east_rep)
    assert row_of(page, "Acme")["回款目标"] == "200,000"
