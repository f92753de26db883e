"""Today: what wants doing, each with its reason and a way to do it; nothing that is not theirs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.customers.models import Contact, Customer
from collections_app.planning.models import MonthPlan
from collections_app.standing.queries import ledgers_of, open_balances
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep, name="Blue River")


def rows(client: Client, query: str = "") -> list[Any]:
    """The rows that the page shows, in its order."""
    shown: list[Any] = client.get(f"/today/{query}").context["page"].rows
    return shown


def rows_of_kind(client: Client, kind: str) -> list[Any]:
    return rows(client, f"?show={kind}")


def kinds(client: Client) -> list[str]:
    """The kinds that the page counts."""
    return [chip.key for chip in client.get("/today/").context["page"].chips]


def text_of(client: Client, query: str = "") -> str:
    html = client.get(f"/today/{query}").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_rep_starts_with_today(rep: Client) -> None:
    assert rep.get("/")["Location"] == "/today/"


def test_an_unpaid_and_a_part_paid_lapse_are_told_apart(rep: Client, customer: Customer) -> None:
    make_commitment(customer, (day(10), 500), (day(12), 300), reference="P-1")
    make_payment(customer, 600, on=day(20))
    stand_on()
    (row,) = rows_of_kind(rep, "lapsed")
    assert (row.state, row.at_stake) == ("partially_kept", 200_00)
    assert "Only part of P-1 / 2 was paid, 11 days late" in text_of(rep)


@pytest.mark.parametrize(
    ("due_on", "sentence"),
    [
        (DAY, "P-1 / 1 is due today"),
        (DAY + timedelta(days=1), "is due in 1 day"),
        (DAY + timedelta(days=3), "is due in 3 days"),
    ],
)
def test_what_falls_due_soon_is_told_with_its_day(
    rep: Client, customer: Customer, due_on: date, sentence: str
) -> None:
    make_commitment(customer, (due_on, 500), reference="P-1")
    stand_on()
    assert sentence in text_of(rep)


def test_what_falls_due_later_waits(rep: Client, customer: Customer) -> None:
    make_commitment(customer, (DAY + timedelta(days=4), 500))
    stand_on()
    assert rows(rep) == []


@pytest.mark.parametrize(("rating", "days"), [("A", 1), ("B", 3), ("C", 5), ("D", 7)])
def test_how_soon_is_soon_goes_by_the_reminders_of_the_rating(
    rep: Client, cast: Cast, rating: str, days: int
) -> None:
    for ahead in (days, days + 1):
        Customer.objects.filter(pk=make_customer(cast.east_rep).pk).update(rating=rating)
        make_commitment(Customer.objects.latest("pk"), (DAY + timedelta(days=ahead), ahead * 100))
    stand_on()
    assert [row.at_stake for row in rows_of_kind(rep, "due")] == [days * 100_00]


def test_a_customer_with_a_target_and_not_asked_is_told_until_asked(
    rep: Client, customer: Customer
) -> None:
    make_measure(make_plan(customer, 100), 100)
    stand_on()
    (row,) = rows_of_kind(rep, "not_asked")
    asks = f"/customers/{customer.public_id}/plan/ask/?month=2026-11"
    assert row.acts[0].path == f"{asks}&todo={row.key}"
    MonthPlan.objects.update(asked_on=DAY, answer="no_answer")
    assert rows(rep) == []


def test_a_customer_that_owes_and_was_not_asked_is_told(rep: Client, customer: Customer) -> None:
    make_invoice(customer, 700, due_on=day(10))
    make_payment(customer, 200, on=day(12))
    stand_on()
    (row,) = rows_of_kind(rep, "not_asked")
    assert row.at_stake == 500_00


def test_a_gap_without_a_measure_is_told_until_measures_cover_it(
    rep: Client, customer: Customer
) -> None:
    plan = make_plan(customer, 100)
    MonthPlan.objects.update(asked_on=DAY, answer="refused")
    stand_on()
    assert [row.at_stake for row in rows_of_kind(rep, "uncovered")] == [100_00]
    make_measure(plan, 30)
    (row,) = rows_of_kind(rep, "uncovered")
    assert (row.at_stake, row.reason) == (70_00, "Still short with the measures planned")
    make_measure(plan, 70)
    assert rows(rep) == []


def test_when_all_is_done_it_says_so(rep: Client, customer: Customer) -> None:
    stand_on()
    assert "All done for today" in text_of(rep)


def test_without_customers_it_says_where_they_come_from(rep: Client) -> None:
    assert "You have no customers yet" in text_of(rep)


def test_the_largest_at_stake_comes_first_and_the_list_can_be_paged(
    rep: Client, cast: Cast
) -> None:
    for number in range(60):
        make_commitment(make_customer(cast.east_rep), (day(10), 100 + number))
    stand_on()
    assert [r.at_stake for r in rows(rep)[:2]] == [159_00, 158_00]
    assert len(rows(rep)) == 50
    assert len(rows(rep, "?show=lapsed&page=2")) == 10
    assert rep.get("/today/?show=nonsense").status_code == 404


def test_nothing_of_others_is_there(rep: Client, cast: Cast) -> None:
    foreign = make_customer(cast.west_rep, name="Canary")
    make_commitment(foreign, (day(10), 500))
    make_plan(foreign, 100)
    stand_on()
    assert rows(rep) == []
    assert "Canary" not in text_of(rep)


def test_the_first_contact_can_be_called(rep: Client, customer: Customer) -> None:
    make_commitment(customer, (day(10), 500))
    Contact.objects.create(
        customer=customer, name="Li", phone="138 0000", language="en", is_primary=True
    )
    stand_on()
    assert 'href="tel:138 0000"' in rep.get("/today/").content.decode()


def test_a_manager_sees_whose_it_is(client: Client, cast: Cast, customer: Customer) -> None:
    make_commitment(customer, (day(10), 500))
    stand_on()
    client.force_login(cast.east_manager)
    assert "Anna" in text_of(client)


def test_it_costs_as_many_queries_with_three_customers_as_with_one(
    rep: Client, cast: Cast, customer: Customer, django_assert_num_queries: Any
) -> None:
    def one_more(of: Customer) -> None:
        make_commitment(of, (day(10), 500), (day(25), 500))
        make_plan(of, 5_000)
        make_invoice(make_customer(cast.east_rep), 10, due_on=DAY)

    one_more(customer)
    stand_on()
    rep.get("/today/")
    with CaptureQueriesContext(connection) as first:
        rep.get("/today/")
    for _more in range(2):
        one_more(make_customer(cast.east_rep))
    stand_on()
    with django_assert_num_queries(len(first)):
        rep.get("/today/")


def test_open_balances_are_those_of_the_ledger(cast: Cast) -> None:
    customers = [make_customer(cast.east_rep) for _number in range(4)]
    make_invoice(customers[0], 700, due_on=day(10), number="A")
    make_payment(customers[0], 300, on=day(11), invoice="A")
    bounced = make_payment(customers[0], 500, on=day(12))
    make_reversal(bounced, 450, on=day(13), reference="BACK")
    make_invoice(customers[1], 100, due_on=day(10))
    make_payment(customers[1], 150, on=day(11))
    make_payment(customers[2], 150, on=day(11))
    make_invoice(customers[3], 100, due_on=day(28))
    found = ledgers_of(Customer.objects.all(), on=DAY)
    expected = {id_: ledger.open for id_, ledger in found.items() if ledger.open}
    assert open_balances(Customer.objects.all(), on=DAY) == expected
