"""Proposed targets: each with its reason, accepted one by one or all, taken back by one undo."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from collections_app.customers.models import Contact, Customer
from collections_app.planning.models import MonthPlan
from collections_app.planning.proposals import ProposalFacts, propose
from tests.conftest import Cast
from tests.web.acting import text_of
from tests.web.facts import (
    MONTH,
    day,
    make_customer,
    make_invoice,
    make_payment,
    make_plan,
    stand_on,
)

AMOUNTS = st.integers(0, 10**12)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    stand_on(day(2))
    return client


@given(AMOUNTS, AMOUNTS, st.none() | st.integers(1, 10**12), AMOUNTS, st.sampled_from([1, 100]))
def test_what_is_due_comes_before_the_agreement_and_that_before_the_average(
    due: int, overdue: int, regular: int | None, received: int, one: int
) -> None:
    made = propose(ProposalFacts(due, overdue, regular, 5, received, one))
    if due:
        assert made is not None
        assert (made.amount, made.reason) == (due, "due")
    elif regular:
        assert made is not None
        assert (made.amount, made.reason) == (regular, "regular")
    elif received >= 3 * one:
        assert made is not None
        assert made.reason == "average"
        assert made.amount % one == 0
        assert 0 <= received - 3 * made.amount < 3 * one
    else:
        assert made is None


def proposals_of(client: Client, query: str = "") -> dict[str, tuple[str, str]]:
    """The amount and the reason by customer."""
    page = client.get(f"/plan/proposals/?month=2026-11{query}").content.decode()
    found = re.findall(
        r'<label for="take-[^"]+">([^<]+)</label>.*?name="target-[^"]+" value="([^"]*)".*?'
        r'data-label="Why">([^<]*)<',
        page, re.S,
    )  # fmt: skip
    return {name: (amount, reason) for name, amount, reason in found}


def make_three(cast: Cast) -> list[Customer]:
    due = make_customer(cast.east_rep, name="Due")
    make_invoice(due, 300, due_on=day(1))
    make_invoice(due, 500, due_on=day(30))
    make_invoice(due, 900, due_on=date(2026, 12, 1))
    make_payment(due, 100, on=day(1))
    regular = make_customer(cast.east_rep, name="Regular")
    Customer.objects.filter(pk=regular.pk).update(regular_amount=70_000, regular_day=15)
    average = make_customer(cast.east_rep, name="Average")
    for month, amount in ((8, 100), (9, 200), (10, 400), (7, 9_000)):
        make_payment(average, amount, on=date(2026, month, 20))
    make_customer(cast.east_rep, name="Nothing")
    return [due, regular, average]


def test_each_is_proposed_with_its_reason(rep: Client, cast: Cast) -> None:
    make_three(cast)
    assert proposals_of(rep) == {
        "Due": ("700", "What falls due by Nov. 30, 2026, ¥200.00 of it overdue already"),
        "Regular": ("700", "The regular payment agreed for day 15 of each month"),
        "Average": ("233", "The average received in each of the last three months"),
    }


def test_who_has_a_target_is_left_out_unless_asked_for(rep: Client, cast: Cast) -> None:
    make_plan(make_three(cast)[0], 5)
    assert set(proposals_of(rep)) == {"Regular", "Average"}
    assert set(proposals_of(rep, "&planned=yes")) == {"Due", "Regular", "Average"}


def test_last_month_is_copied(rep: Client, cast: Cast) -> None:
    customer = make_customer(cast.east_rep, name="Acme")
    make_plan(customer, 880, month=date(2026, 10, 1))
    assert proposals_of(rep, "&kind=copy") == {"Acme": ("880", "The target of October 2026")}


def accept(client: Client, *customers: Customer, text: str = "7k", **more: str) -> Any:
    data: dict[str, Any] = {"token": str(uuid4()), "customer": [c.public_id for c in customers]}
    for customer in customers:
        data |= {f"target-{customer.public_id}": text, f"seen-{customer.public_id}": ""}
    return client.post("/plan/targets/?month=2026-11", {**data, **more})


def targets() -> dict[str, int | None]:
    return dict(MonthPlan.objects.filter(month=MONTH).values_list("customer__name", "target"))


def test_all_that_are_ticked_are_accepted_and_one_undo_takes_them_back(
    rep: Client, cast: Cast
) -> None:
    due, regular, _average = make_three(cast)
    answer = accept(rep, due, regular)
    assert answer["Location"] == "/plan/?month=2026-11"
    assert targets() == {"Due": 700_000, "Regular": 700_000}
    page = rep.get("/plan/").content.decode()
    assert "2 targets saved." in page
    (undo,) = re.findall(r'action="(/plan/targets/[^"]+/undo/)"', page)
    answer = rep.post(undo, {"token": str(uuid4())})
    assert answer["Location"] == "/plan/?month=2026-11"
    assert targets() == {}


def test_one_is_accepted_by_itself(rep: Client, cast: Cast) -> None:
    due, regular, _average = make_three(cast)
    answer = accept(rep, due, regular, only=str(regular.public_id))
    assert answer["Location"] == "/plan/proposals/?month=2026-11"
    assert targets() == {"Regular": 700_000}


def test_what_cannot_be_read_is_told_and_nothing_else_is_lost(rep: Client, cast: Cast) -> None:
    due, _regular, _average = make_three(cast)
    accept(rep, due, text="12,3,4")
    assert "12,3,4" in text_of(rep.get("/plan/"))
    assert rep.post("/plan/targets/", {"token": "x", "customer": "y"}).status_code == 302
    assert targets() == {}


def test_the_proposals_cost_the_same_for_many(rep: Client, cast: Cast) -> None:
    counts = []
    for number in (1, 3):
        for _row in range(number):
            make_invoice(make_customer(cast.east_rep), 5, due_on=day(9))
        with CaptureQueriesContext(connection) as queries:
            proposals_of(rep)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def agree(client: Client, *customers: Customer, **more: Any) -> Any:
    data = {"customer": [str(c.public_id) for c in customers], "token": str(uuid4())}
    return client.post("/plan/agree/?month=2026-11", {**data, **more})


SAID = {"sent": "yes", "agreed_on": "2026-11-02", "channel": "phone"}


def test_after_a_round_of_calls_all_chosen_are_agreed(rep: Client, cast: Cast) -> None:
    first, second = (make_customer(cast.east_rep, name=name) for name in ("Ash", "Birch"))
    for customer in (first, second):
        make_plan(customer, 100)
        Contact.objects.create(customer=customer, name="Zhou", language="zh-hans")
    Contact.objects.create(customer=first, name="Wang", language="en", is_primary=True)
    page = agree(rep, first, second).content.decode()
    names = re.findall(r'name="with-[^"]+" value="([^"]*)"', page)
    assert names == ["Wang", "Zhou"]
    with_whom = {f"with-{first.public_id}": "Wang", f"with-{second.public_id}": "Zhou"}
    answer = agree(rep, first, second, **SAID, **with_whom)
    assert answer["Location"] == "/plan/?month=2026-11"
    found = dict(MonthPlan.objects.values_list("customer__name", "agreed_with"))
    assert found == {"Ash": "Wang", "Birch": "Zhou"}


def test_who_is_refused_is_shown_again_and_the_others_are_agreed(rep: Client, cast: Cast) -> None:
    good, bare = (make_customer(cast.east_rep, name=name) for name in ("Good", "Bare"))
    make_plan(good, 100)
    names = {f"with-{good.public_id}": "Wang", f"with-{bare.public_id}": "Li"}
    answer = agree(rep, good, bare, **SAID, **names)
    assert answer.status_code == 422
    text = text_of(answer)
    assert "Set a target first" in text
    assert "1 agreement saved." in text
    assert MonthPlan.objects.get(customer=good).agreed_with == "Wang"
    assert "Good" not in text.partition("Agreed with")[2]


def test_a_target_changed_meanwhile_is_not_agreed(rep: Client, cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    make_plan(customer, 100)
    seen = {f"seen-{customer.public_id}": "5000", f"with-{customer.public_id}": "Li"}
    assert agree(rep, customer, **SAID, **seen).status_code == 422
    assert MonthPlan.objects.get().agreed_on is None


def test_nobody_agrees_for_anothers_customer(rep: Client, cast: Cast) -> None:
    theirs = make_customer(cast.west_rep, name="Theirs")
    make_plan(theirs, 100)
    answer = agree(rep, theirs, **SAID)
    assert "Theirs" not in answer.content.decode()
    assert MonthPlan.objects.get().agreed_on is None


def ask(client: Client, customer: Customer, **values: str) -> Any:
    path = f"/plan/{customer.public_id}/asked/?month=2026-11"
    data = {"token": str(uuid4()), "seen": "", **values}
    return client.post(path, data, headers={"HX-Request": "true"})


def test_an_answer_is_saved_in_its_row(rep: Client, cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    answer = ask(rep, customer, answer="refused")
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith("<tr")
    plan = MonthPlan.objects.get()
    assert (plan.asked_on, plan.answer) == (day(2), "refused")


def test_put_off_asks_for_the_day_and_offers_one(rep: Client, cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    answer = ask(rep, customer, answer="put_off")
    assert answer.status_code == 422
    assert 'name="ask_again_on" value="2026-11-05"' in answer.content.decode()
    assert ask(rep, customer, answer="put_off", ask_again_on="2026-11-06").status_code == 200
    assert MonthPlan.objects.get().ask_again_on == day(6)


def test_an_answer_that_another_gave_meanwhile_is_told(rep: Client, cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    ask(rep, customer, answer="refused")
    answer = ask(rep, customer, answer="committed")
    assert answer.status_code == 409
    assert "refused" in text_of(answer)
    assert MonthPlan.objects.get().answer == "refused"


def test_who_has_no_customers_is_not_told_that_all_have_targets(cast: Cast, client: Client) -> None:
    client.force_login(cast.west_rep)
    page = text_of(client.get("/plan/proposals/"))
    assert "No customers yet" in page
    assert "Every customer here has a target" not in page
