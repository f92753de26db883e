"""The tab of a customer's timeline: its links, its cost, who finds it, in both languages."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from tests.conftest import Cast
from tests.web.acting import on, promise, send, text_of
from tests.web.facts import day, make_commitment, make_customer, make_payment, stand_on
from tests.web.timeline_facts import make_many


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep, name="Blue River Parts")


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


def page(client: Client, customer: Customer, query: str = "") -> str:
    answer = client.get(f"/customers/{customer.public_id}/?tab=history{query}")
    assert answer.status_code == 200
    return html.unescape(text_of(answer))


def test_the_tab_shows_what_happened_and_the_trail_is_a_chip_away(
    rep: Client, customer: Customer
) -> None:
    promise(rep, customer)
    assert "Promised: ¥100,000.00" in page(rep, customer)
    assert "Recorded a promise" in page(rep, customer, "&show=record")


def test_the_older_link_keeps_kind_and_days(rep: Client, customer: Customer) -> None:
    make_many(customer, 60)
    answer = rep.get(
        f"/customers/{customer.public_id}/?tab=history&show=money&from=2026-01-01&to=2026-02-27"
    )
    link = re.search(r'href="(\?[^"]*older=[^"]*)"', answer.content.decode())
    assert link
    query = html.unescape(link[1])
    for part in ("show=money", "from=2026-01-01", "to=2026-02-27"):
        assert part in query
    text = text_of(rep.get(f"/customers/{customer.public_id}/{query}"))
    assert "Received: ¥10.00" in html.unescape(text)


def test_an_empty_timeline_says_what_to_do(rep: Client, customer: Customer) -> None:
    customer.ownerships.all().delete()
    assert "Set a target, ask for a promise" in page(rep, customer)
    assert "Nothing of this kind" in page(rep, customer, "&show=money")


@pytest.mark.parametrize(
    "query",
    ["show=x", "older=x", "older=2026-01-01.1", "older=2026-01-01.1.9999999999999999999",
     "older=2026-01-01.².1"],
)  # fmt: skip
def test_what_the_url_cannot_mean_is_not_found(rep: Client, customer: Customer, query: str) -> None:
    answer = rep.get(f"/customers/{customer.public_id}/?tab=history&{query}")
    assert answer.status_code == 404


def test_the_timeline_costs_the_same_for_one_event_and_for_many(
    rep: Client, customer: Customer
) -> None:
    counts = []
    for number in (1, 50):
        for n in range(number):
            make_commitment(customer, (day(3), 10 + n))
            make_payment(customer, 10 + n, on=day(3))
        stand_on()
        with CaptureQueriesContext(connection) as queries:
            page(rep, customer)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_another_rep_does_not_find_it(client: Client, cast: Cast, customer: Customer) -> None:
    client.force_login(cast.west_rep)
    answer = client.get(f"/customers/{customer.public_id}/?tab=history")
    assert answer.status_code == 404


def test_the_timeline_reads_in_chinese(rep: Client, customer: Customer, cast: Cast) -> None:
    Person.objects.filter(pk=cast.east_rep.pk).update(language="zh-hans")
    send(rep, on(customer, "plan/target"), target="500", seen="")
    text = page(rep, customer)
    assert "2026年11月" in text
    assert "设定2026年11月的目标" in text
