"""Acting in the rows of Today, whose list it is, and what stays away from others."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Delegation
from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp, Snooze
from collections_app.organisation.queries import today
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_plan,
    stand_on,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A promise that lapsed, and one that falls due."""
    made = make_customer(cast.east_rep, name="Blue River")
    make_commitment(made, (day(10), 500), (day(25), 300), reference="P-1")
    stand_on()
    return made


def rows(client: Client, query: str = "") -> list[Any]:
    found: list[Any] = client.get(f"/today/{query}").context["page"].rows
    return found


def path_of(row: Any, label: str) -> str:
    (found,) = [act.path for act in (*row.acts, *row.more) if act.label == label]
    return str(found)


def send(client: Client, path: str, **values: str) -> Any:
    return client.post(path, {"token": str(uuid4()), **values}, headers=HTMX)


def follow_up(client: Client, row: Any, **more: str) -> Any:
    values = {"outcome": "paid", "channel": "phone", "day": DAY.isoformat(), "contact_name": ""}
    return send(client, path_of(row, "Log a follow-up"), **(values | more))


def test_the_form_of_a_row_is_a_part_of_the_page(rep: Client, customer: Customer) -> None:
    (row, _other) = rows(rep)
    answer = rep.get(path_of(row, "Log a follow-up"), headers=HTMX)
    assert answer["HX-Retarget"] == f"#form-{row.key}"
    assert b"<html" not in answer.content
    assert b"<form" in answer.content


def test_without_htmx_the_same_address_is_a_whole_page(rep: Client, customer: Customer) -> None:
    (row, _other) = rows(rep)
    page = rep.get(path_of(row, "Log a follow-up"))
    assert b"<html" in page.content
    sent = rep.post(
        path_of(row, "Log a follow-up"),
        {"token": str(uuid4()), "outcome": "paid", "channel": "phone", "day": DAY.isoformat()},
    )
    assert sent["Location"] == "/today/"


def test_a_form_with_errors_comes_back_into_its_row(rep: Client, customer: Customer) -> None:
    (row, _other) = rows(rep)
    answer = follow_up(rep, row, outcome="")
    assert (answer.status_code, answer["HX-Retarget"]) == (422, f"#form-{row.key}")


def test_a_row_that_is_done_says_so_and_can_be_undone(rep: Client, customer: Customer) -> None:
    row, other = rows(rep)
    answer = follow_up(rep, row)
    html = answer.content.decode()
    assert "The follow-up is logged." in html
    assert f'data-left="{other.key}"' in html
    undo = re.findall(r'hx-post="(/followups/[^"]+)"', html)[0]
    assert send(rep, undo)["HX-Refresh"] == "true"
    assert not FollowUp.objects.exists()


def test_the_counts_of_the_list_come_with_the_row(rep: Client, customer: Customer) -> None:
    row, _other = rows(rep)
    html = follow_up(rep, row).content.decode()
    assert 'id="today-kinds"' in html
    assert "1 followed up or put off, waiting" in html


def test_a_row_that_still_wants_doing_stays_and_says_what_was_done(
    rep: Client, customer: Customer
) -> None:
    _row, other = rows(rep)
    html = follow_up(rep, other).content.decode()
    assert f'id="todo-{other.key}"' in html
    assert "k-todo-done" not in html


def test_a_thing_put_off_waits_with_its_reason_and_comes_back(
    rep: Client, customer: Customer
) -> None:
    _row, other = rows(rep)
    until = (DAY + timedelta(days=1)).isoformat()
    answer = send(rep, path_of(other, "Not today"), until=until, reason="Pays on Fridays")
    assert answer.status_code == 200
    assert [row.kind for row in rows(rep)] == ["lapsed"]
    (waiting,) = rows(rep, "?show=waiting")
    assert waiting.reason.startswith("Put off until November 24: Pays on Fridays")
    send(rep, path_of(waiting, "Bring it back"))
    assert len(rows(rep)) == 2


def test_what_was_put_off_comes_back_by_itself(rep: Client, customer: Customer) -> None:
    _row, other = rows(rep)
    until = (DAY + timedelta(days=1)).isoformat()
    send(rep, path_of(other, "Not today"), until=until, reason="Pays on Fridays")
    stand_on(DAY + timedelta(days=1))
    assert {row.kind for row in rows(rep)} == {"lapsed", "due"}


def test_what_wants_nothing_cannot_be_put_off(rep: Client, customer: Customer) -> None:
    home = f"/customers/{customer.public_id}/snooze/?kind=uncovered&subject="
    until = (DAY + timedelta(days=1)).isoformat()
    assert send(rep, home, until=until, reason="x").status_code == 422
    assert not Snooze.objects.exists()


def test_a_manager_may_look_at_a_reps_list_and_a_teams(
    client: Client, cast: Cast, customer: Customer
) -> None:
    make_commitment(make_customer(cast.east_rep_two, name="Other"), (day(10), 500))
    stand_on()
    client.force_login(cast.east_manager)
    assert {row.name for row in rows(client)} == {"Blue River", "Other"}
    query = f"?rep={cast.east_rep_two.public_id}"
    assert {row.name for row in rows(client, query)} == {"Other"}
    assert len(rows(client, f"?team={cast.east.public_id}")) == 3


def test_nobody_looks_at_the_list_of_whom_they_do_not_manage(
    rep: Client, cast: Cast, customer: Customer
) -> None:
    for query in (
        f"?rep={cast.east_rep_two.public_id}", f"?rep={uuid4()}", f"?team={cast.west.public_id}",
        "?rep=x",
    ):  # fmt: skip
        assert rep.get(f"/today/{query}").status_code == 404


def test_a_delegate_sees_for_whom_and_until_when(
    client: Client, cast: Cast, customer: Customer
) -> None:
    until = today() + timedelta(days=6)
    Delegation.objects.create(
        person=cast.east_rep, delegate=cast.east_rep_two, starts_on=today(), ends_on=until
    )
    client.force_login(cast.east_rep_two)
    assert {row.whose for row in rows(client)} == {f"for Anna, away until {until:%B} {until.day}"}


def test_the_navigation_counts_what_is_to_do(rep: Client, customer: Customer) -> None:
    html = rep.get("/today/").content.decode()
    assert re.search(r'k-nav-count">2<span class="visually-hidden"> to do', html)


def test_when_all_is_done_it_says_when_the_first_comes_back(
    rep: Client, customer: Customer
) -> None:
    for row in rows(rep):
        until = (DAY + timedelta(days=2)).isoformat()
        send(rep, path_of(row, "Not today"), until=until, reason="Holiday")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", rep.get("/today/").content.decode()))
    assert "2 things wait; the first comes back on Nov. 25, 2026" in text


def test_it_costs_no_more_queries_with_many_customers_than_with_one(
    rep: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    def all_kinds() -> None:
        made = make_customer(cast.east_rep)
        make_commitment(made, (day(10), 500), (day(25), 500))
        make_invoice(made, 900, due_on=day(2))
        make_plan(made, 5_000)
        FollowUp.objects.create(
            customer=made, at=f"{day(12)}T08:00Z", on_day=day(12), outcome="put_off",
            next_on=day(20), entered_by=cast.east_rep,
        )  # fmt: skip

    all_kinds()
    stand_on()
    rep.get("/today/")
    with CaptureQueriesContext(connection) as first:
        rep.get("/today/")
    for _number in range(70):
        all_kinds()
    stand_on()
    with django_assert_max_num_queries(len(first)):
        rep.get("/today/")
    assert len(first) <= 14
