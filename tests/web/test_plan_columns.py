"""The month plan's columns beside the month: the month before, the target cut, the pace."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from collections_app.actions.retarget import set_target
from collections_app.web.pages.month_plan import PAGE_SIZE
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)
from tests.web.plan_pages import names_of, plan_of, row_of


def test_the_month_before_is_told_net_of_what_bounced(cast: Cast, client: Client) -> None:
    customer = make_customer(cast.east_rep, name="Acme")
    make_plan(customer, 700, month=date(2026, 10, 1))
    payment = make_payment(customer, 500, on=date(2026, 10, 31))
    make_payment(customer, 9, on=date(2026, 9, 30))
    make_reversal(payment, 100, on=day(3), reference="B")
    stand_on()
    row = row_of(plan_of(client, cast.east_rep), "Acme")
    assert (row["Last month's target"], row["received then"]) == ("700", "400")


def test_a_target_lowered_after_the_lock_shows_what_it_was(cast: Cast, client: Client) -> None:
    customer = make_customer(cast.east_rep, name="Acme")
    make_plan(customer, 1_000)
    set_target(
        customer=customer, month=MONTH, target=80_000, expected=100_000, by=cast.east_manager,
        on=DAY, reason="they are short",
    )  # fmt: skip
    stand_on()
    assert row_of(plan_of(client, cast.east_rep), "Acme")["Target cut"] == "\u2212200 of 1,000"


def test_the_pace_is_what_came_of_what_was_due_and_the_share_of_the_rest(
    cast: Cast, client: Client
) -> None:
    customer = make_customer(cast.east_rep, name="Acme")
    make_plan(customer, 3_100)
    make_commitment(customer, (day(10), 600), (day(30), 400))
    make_payment(customer, 1_100, on=day(9))
    stand_on()
    # 16 of 21 working days are over: 600 due and 16/21 of the 2,100 that nobody promised.
    assert row_of(plan_of(client, cast.east_rep), "Acme")["Pace"] == "50%"


@pytest.mark.parametrize(
    ("sort", "first"),
    [("-last_target", "Old"), ("-last_received", "Old"), ("-cut", "Cut"), ("-plan", "Agreed"),
     ("-asked", "Agreed"), ("-pace", "Agreed")],
)  # fmt: skip
def test_the_new_columns_sort(cast: Cast, client: Client, sort: str, first: str) -> None:
    old = make_customer(cast.east_rep, name="Old")
    make_plan(old, 700, month=date(2026, 10, 1))
    make_payment(old, 5, on=date(2026, 10, 9))
    cut = make_customer(cast.east_rep, name="Cut")
    make_plan(cut, 1_000)
    set_target(
        customer=cut, month=MONTH, target=80_000, expected=100_000, by=cast.east_manager,
        on=DAY, reason="they are short",
    )  # fmt: skip
    agreed = make_customer(cast.east_rep, name="Agreed")
    make_plan(agreed, 100, agreed_with="Li")
    make_commitment(agreed, (day(10), 100))
    make_payment(agreed, 100, on=day(9))
    stand_on()
    assert names_of(plan_of(client, cast.east_rep, f"?sort={sort}"))[0] == first


def test_a_long_list_fits_on_one_page(cast: Cast, client: Client) -> None:
    for _row in range(PAGE_SIZE + 2):
        make_customer(cast.east_rep)
    stand_on()
    assert 'href="?rows=500"' in plan_of(client, cast.east_rep)
    assert len(names_of(plan_of(client, cast.east_rep, "?rows=500"))) == PAGE_SIZE + 2
