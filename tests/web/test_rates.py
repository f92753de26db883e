"""The rates page and its downloads: what each may see, by window, of one currency."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.customers.models import Customer
from tests import facts
from tests.conftest import Cast
from tests.web.acting import text_of
from tests.web.conduct import make_done_measure, make_record
from tests.web.facts import day, make_commitment, make_customer, make_payment, stand_on


@pytest.fixture
def world(cast: Cast) -> Customer:
    customer = make_record(cast.east_rep, name="One & Sons")
    make_record(cast.west_rep, name="Two", broken=0)
    make_done_measure(customer, 40_000, 30_000)
    make_done_measure(customer, 10_000, 20_000)
    make_done_measure(customer, 99_000, None)
    stand_on()
    return customer


def rates(client: Client, query: str = "") -> str:
    return text_of(client.get(f"/rates/{query}"))


def test_each_sees_the_rates_of_their_customers(
    cast: Cast, client: Client, world: Customer
) -> None:
    for person, one, two in (
        (cast.east_rep, True, False),
        (cast.east_manager, True, False),
        (cast.west_rep, False, True),
        (cast.finance, True, True),
        (cast.admin, True, True),
    ):
        client.force_login(person)
        text = rates(client)
        assert ("One &amp; Sons" in text, "Two" in text) == (one, two), person


def test_rep_rating_and_customer_have_their_rates(
    cast: Cast, client: Client, world: Customer
) -> None:
    client.force_login(cast.east_manager)
    text = rates(client)
    assert "Kept by amount 71% ¥780,000.00 of ¥1,100,000.00" in text
    assert "Anna 71% ¥1.10M ¥320k 55% 6 of 11 2 1" in text
    assert "B 71% ¥1.10M ¥320k 55% 6 of 11 2 1" in text


def test_the_window_narrows(cast: Cast, client: Client, world: Customer) -> None:
    client.force_login(cast.east_manager)
    assert "Anna 0% ¥200k ¥200k 0% 0 of 2 2 1" in rates(client, "?months=3")


def test_measures_realised_rate_leaves_out_what_has_no_figure(
    cast: Cast, client: Client, world: Customer
) -> None:
    client.force_login(cast.east_manager)
    assert "incentive 100% ¥50.0k ¥50.0k 2 1" in rates(client)


@pytest.mark.parametrize("query", ["?months=4", "?months=x", "?page=0", "?rep=x"])
def test_what_means_nothing_is_not_found(
    cast: Cast, client: Client, world: Customer, query: str
) -> None:
    client.force_login(cast.admin)
    assert client.get(f"/rates/{query}").status_code == 404


def test_another_teams_rep_is_not_found(cast: Cast, client: Client, world: Customer) -> None:
    client.force_login(cast.east_manager)
    assert client.get(f"/rates/?rep={cast.west_rep.public_id}").status_code == 404
    assert client.get(f"/rates/?rep={cast.east_rep.public_id}").status_code == 200


def test_narrowed_to_a_rep_are_the_verdicts_of_that_reps_time(cast: Cast, client: Client) -> None:
    customer = make_customer(cast.east_rep)
    make_commitment(customer, (day(5), 100), (day(12), 40))
    facts.hand_over(customer, cast.east_rep_two, on=day(12))
    stand_on()
    client.force_login(cast.east_manager)
    text = rates(client, f"?rep={cast.east_rep.public_id}")
    assert "Rates of Anna" in text
    assert "Kept by amount 0% ¥0.00 of ¥100.00" in text


def test_currencies_are_shown_one_at_a_time(cast: Cast, client: Client) -> None:
    for currency in ("CNY", "USD"):
        make_commitment(make_customer(cast.east_rep, currency=currency), (day(5), 100))
    stand_on()
    client.force_login(cast.admin)
    assert "of ¥100.00" in rates(client)
    assert "of $100.00" in rates(client, "?currency=USD")


def test_without_a_verdict_the_page_says_what_to_do(cast: Cast, client: Client) -> None:
    stand_on()
    client.force_login(cast.admin)
    assert "No deadline has passed yet" in rates(client, "?months=3")


def rows_of(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_download_holds_exact_amounts_and_ratios(
    cast: Cast, client: Client, world: Customer
) -> None:
    client.force_login(cast.east_manager)
    head, row = rows_of(client.get("/rates/export/?by=customer"))
    assert head[:6] == ["Key", "Name", "Currency", "Promised", "In time", "Kept by amount"]
    assert row == [
        world.code, "One & Sons", "CNY", "1100000.00", "780000.00", "0.7091", "11", "6", "2",
        "0.5455", "1", "4", "37.5", "37.5", "0", "0",
    ]  # fmt: skip
    measures = rows_of(client.get("/rates/export/?by=measure"))
    assert measures[1] == ["incentive", "CNY", "2", "50000.00", "50000.00", "1.0000", "1"]
    assert client.get("/rates/export/?by=nothing").status_code == 404


def test_a_download_holds_nobody_elses_customers(
    cast: Cast, client: Client, world: Customer
) -> None:
    client.force_login(cast.west_rep)
    for by in ("customer", "rep", "rating"):
        assert "One & Sons" not in str(rows_of(client.get(f"/rates/export/?by={by}")))
    assert [row[0] for row in rows_of(client.get("/rates/export/?by=rep"))] == [
        "Key", "chen@kept.test",
    ]  # fmt: skip


def test_the_record_tells_lateness_repetition_and_regularity(
    cast: Cast, client: Client, world: Customer
) -> None:
    client.force_login(cast.east_manager)
    page = client.get("/rates/").context["page"]
    # What June lacked came with July's money on the 9th, and so on: 29, 30, 46 and 45 days late.
    assert (page.total.late, str(page.total.mean_late)) == (4, "37.5")
    assert (page.total.second, page.total.third) == (0, 0)
    # Nine of twelve months came whole within three days, one to three fifths, two not at all.
    assert (page.regular.total, page.regular.number) == (80, 1)
    assert [line.regularity for line in page.customers] == [80]
    assert [line.regularity for line in page.reps] == [80]
    assert [line.row.key for line in page.numbers] == ["1"]
    head, row = rows_of(client.get("/rates/export/?by=number"))
    assert dict(zip(head, row, strict=True))["Paid late"] == "4"


def test_a_team_narrows(cast: Cast, client: Client, world: Customer) -> None:
    client.force_login(cast.admin)
    team = cast.west_rep.team
    assert team is not None
    page = client.get(f"/rates/?team={team.public_id}").context["page"]
    assert [line.row.name for line in page.customers] == ["Two"]
    assert page.regular.number == 1
    client.force_login(cast.east_manager)
    assert client.get(f"/rates/?team={team.public_id}").status_code == 404


def test_the_cost_does_not_grow_with_the_customers(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    counts = []
    for number in (1, 3):
        for _ in range(number):
            customer = make_customer(cast.east_rep)
            make_commitment(customer, (day(5), 100))
            make_payment(customer, 40, on=day(5))
        stand_on()
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/rates/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 13  # the session apart, twelve
