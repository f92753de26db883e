"""The form of a promise: its rows, its presets, and where it says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from collections_app.actions.promise import MOST_INSTALMENTS
from collections_app.customers.models import Customer
from tests.conftest import Cast
from tests.web.acting import promise, receive, text_of
from tests.web.facts import day, make_commitment, make_customer, make_plan, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


def rows_of(answer: Any) -> list[tuple[Any, Any]]:
    return [
        (due.value(), amount.value()) for _n, due, amount in answer.context["form"].row_fields()
    ]


@pytest.mark.parametrize("rows", ["²", "9" * 5000, "99999999", "-1", "", "x"])
@pytest.mark.parametrize("preset", ["add", "weekly", "nonsense"])
def test_whatever_the_number_of_rows_says_there_are_no_more_than_may_be(
    rep: Client, customer: Customer, rows: str, preset: str
) -> None:
    answer = promise(rep, customer, rows=rows, preset=preset)
    assert answer.status_code == 200
    assert len(rows_of(answer)) <= MOST_INSTALMENTS


def test_the_last_row_that_may_be_is_the_last(rep: Client, customer: Customer) -> None:
    answer = promise(rep, customer, rows=MOST_INSTALMENTS, preset="add")
    assert len(rows_of(answer)) == MOST_INSTALMENTS


def test_a_preset_without_a_total_cuts_what_the_rows_come_to(
    rep: Client, customer: Customer
) -> None:
    answer = promise(rep, customer, preset="weekly", total="")
    assert rows_of(answer) == [("2026-11-27", "100,000")]


def test_a_preset_that_has_nothing_to_cut_leaves_what_was_typed(
    rep: Client, customer: Customer
) -> None:
    answer = promise(rep, customer, preset="weekly", amount_1="", amount_2="abc")
    assert rows_of(answer) == [("2026-11-25", ""), ("2026-11-30", "abc")]


def test_a_due_date_too_far_ahead_is_told_at_its_own_row(rep: Client, customer: Customer) -> None:
    answer = promise(rep, customer, due_2="2040-01-01")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"due_2"}


def test_a_look_ahead_without_a_script_is_no_mistake(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    assert promise(rep, customer, preview="1").status_code == 200
    assert promise(rep, customer, preview="1", amount_1="").status_code == 422


@pytest.mark.parametrize(
    ("language", "written"), [("en", "Nov. 19, 2026"), ("zh-hans", "2026年11月19日")]
)
def test_a_refusal_writes_its_day_as_the_reader_does(
    rep: Client, customer: Customer, cast: Cast, language: str, written: str
) -> None:
    cast.east_rep.language = language
    cast.east_rep.save()
    assert written in text_of(promise(rep, customer, made_on="2026-11-18"))


@pytest.mark.parametrize(
    ("language", "written"), [("en", "Nov. 28, 2026"), ("zh-hans", "2026年11月28日")]
)
def test_what_a_payment_may_be_for_is_named_with_its_day(
    rep: Client, customer: Customer, cast: Cast, language: str, written: str
) -> None:
    make_commitment(customer, (day(28), 500))
    receive(rep, customer)
    cast.east_rep.language = language
    cast.east_rep.save()
    payment = customer.payments.get()
    assert written in text_of(rep.get(f"/payments/{payment.public_id}/pin/"))
