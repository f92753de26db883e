"""Targets edited where they stand: saved, refused with what was typed kept, or overtaken."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import AuditEntry, Person
from collections_app.customers.models import Customer
from collections_app.planning.models import MonthPlan, TargetChange
from tests.conftest import Cast
from tests.web.facts import DAY, MONTH, day, make_customer, make_plan, stand_on
from tests.web.plan_pages import chips_of, enter, names_of, row_of

LARGEST = 10**13  # in whole units


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A customer of Anna's, nothing planned, on a day before the month's targets lock."""
    made = make_customer(cast.east_rep, name="Acme")
    stand_on(day(2))
    return made


@pytest.fixture
def locked(cast: Cast) -> Customer:
    """A customer of Anna's with a target of 1,000, locked."""
    made = make_customer(cast.east_rep, name="Acme")
    make_plan(made, 1_000)
    stand_on(DAY)
    return made


def target_of(customer: Customer) -> int | None:
    """What the plan's target is, in minor units; None without one."""
    plan = MonthPlan.objects.filter(customer=customer, month=MONTH).first()
    return plan.target if plan else None


def text_of(answer: HttpResponse) -> str:
    """The answer, its texts unescaped."""
    return html.unescape(answer.content.decode())


def sign_in(client: Client, person: Person) -> Client:
    """The client, signed in as the person."""
    client.force_login(person)
    return client


def test_a_target_is_saved_and_its_row_comes_back(
    customer: Customer, cast: Cast, client: Client
) -> None:
    make_plan(make_customer(cast.east_rep), 500)
    answer = enter(sign_in(client, cast.east_rep), customer, "12.5万")
    assert answer.status_code == 200
    assert target_of(customer) == 12_500_000
    text = text_of(answer)
    assert row_of(text, "Acme")["Target"] == "125,000"
    assert row_of(text, "Acme")["Uncovered"] == "125,000"
    assert row_of(text, "Total, CNY")["Target"] == "125,500"
    assert chips_of(text)["unplanned"] == 0
    assert "Saved: Acme, 125,000" in text
    assert text.lstrip().startswith("<tr")


def test_every_change_is_on_record(customer: Customer, cast: Cast, client: Client) -> None:
    enter(sign_in(client, cast.east_rep), customer, "100")
    entry = AuditEntry.objects.get(verb="set_target")
    assert entry.actor == cast.east_rep
    assert entry.payload["after"] == 10_000


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1,200", 120_000), ("¥3k", 300_000), ("0", 0), ("0.01", 1), ("１２３", 12_300),
     (" 7 ", 700), ("1万", 1_000_000), ("99999999999.99", 9_999_999_999_999),
     (str(LARGEST), LARGEST * 100)],
)  # fmt: skip
def test_amounts_are_understood_as_people_write_them(
    customer: Customer, cast: Cast, client: Client, text: str, minor: int
) -> None:
    assert enter(sign_in(client, cast.east_rep), customer, text).status_code == 200
    assert target_of(customer) == minor


@pytest.mark.parametrize(
    "text",
    ["x", "-1", "(5)", "1.234", "1,23", "$5", "1e3", "NaN", "Infinity", "1" * 41, "0.001", "\x00",
     "1\x00", "12,3,4", str(LARGEST * 10), "<b>1</b>", "１２。３。４", "٣", "=1+1", "💰", "--1",
     ".", "9" * 39],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_words_and_kept_as_typed(
    customer: Customer, cast: Cast, client: Client, text: str
) -> None:
    answer = enter(sign_in(client, cast.east_rep), customer, text)
    assert answer.status_code == 422
    assert target_of(customer) is None
    assert re.search(r'k-plan-said" id="note-[^"]+">.*</svg> [^<]+[.!]<', answer.content.decode())
    assert f'value="{text}"' in text_of(answer)
    assert "Not saved" in text_of(answer)


def test_an_empty_cell_takes_the_target_away(
    customer: Customer, cast: Cast, client: Client
) -> None:
    sign_in(client, cast.east_rep)
    enter(client, customer, "100")
    answer = enter(client, customer, "", seen=100)
    assert answer.status_code == 200
    assert target_of(customer) is None
    row = row_of(text_of(answer), "Acme")
    assert (row["Plan"], row["Asked"]) == ("unplanned", "not asked")
    assert "Saved: Acme has no target" in text_of(answer)


def test_a_lost_race_shows_both_values_and_changes_nothing(
    customer: Customer, cast: Cast, client: Client
) -> None:
    enter(sign_in(client, cast.east_manager), customer, "99,000")
    answer = enter(sign_in(client, cast.east_rep), customer, "88,000")
    assert answer.status_code == 409
    assert target_of(customer) == 9_900_000
    text = text_of(answer)
    assert "Mei changed this to ¥99,000.00 meanwhile." in text
    assert 'data-target="99,000"' in text
    assert 'value="88,000"' in text
    assert 'name="seen" value="9900000"' in text
    assert "Keep theirs" in text
    assert "Use mine" in text
    assert enter(client, customer, "88,000", seen=99_000).status_code == 200
    assert target_of(customer) == 8_800_000


def test_a_form_sent_twice_is_saved_once(customer: Customer, cast: Cast, client: Client) -> None:
    sign_in(client, cast.east_rep)
    token = str(uuid4())
    for _time in range(2):
        assert enter(client, customer, "500", token=token).status_code == 200
    assert TargetChange.objects.count() == 1


def test_a_locked_target_asks_the_reason_and_keeps_what_was_typed(
    locked: Customer, cast: Cast, client: Client
) -> None:
    sign_in(client, cast.east_rep)
    answer = enter(client, locked, "2k", seen=1_000)
    assert answer.status_code == 422
    assert target_of(locked) == 100_000
    text = text_of(answer)
    assert "say why it changes" in text
    assert 'value="2k"' in text
    assert 'name="reason"' in text
    assert enter(client, locked, "2k", seen=1_000, reason="new outlets").status_code == 200
    assert target_of(locked) == 200_000
    assert TargetChange.objects.get(is_revision=True).reason == "new outlets"


def test_a_rep_cannot_lower_a_locked_target(locked: Customer, cast: Cast, client: Client) -> None:
    sign_in(client, cast.east_rep)
    for text in ("900", ""):
        answer = enter(client, locked, text, seen=1_000, reason="they are short")
        assert answer.status_code == 422
        assert "Only your manager can lower it" in text_of(answer)
        assert 'value="they are short"' in text_of(answer)
    assert target_of(locked) == 100_000


@pytest.mark.parametrize("who", ["east_manager", "admin"])
def test_a_manager_lowers_it_with_a_reason(
    locked: Customer, cast: Cast, client: Client, who: str
) -> None:
    sign_in(client, getattr(cast, who))
    assert enter(client, locked, "900", seen=1_000).status_code == 422
    assert enter(client, locked, "900", seen=1_000, reason="agreed anew").status_code == 200
    assert target_of(locked) == 90_000


def test_a_first_target_after_the_lock_needs_no_reason(cast: Cast, client: Client) -> None:
    late = make_customer(cast.east_rep, name="Acme")
    stand_on(DAY)
    assert enter(sign_in(client, cast.east_rep), late, "900").status_code == 200


@pytest.mark.parametrize("reason", ["a\x00b", "a\x07b", "x" * 501])
def test_a_reason_that_cannot_be_kept_is_refused(
    locked: Customer, cast: Cast, client: Client, reason: str
) -> None:
    answer = enter(sign_in(client, cast.east_rep), locked, "2k", seen=1_000, reason=reason)
    assert answer.status_code == 422
    assert target_of(locked) == 100_000


@pytest.mark.parametrize("seen", ["x", "-1", "1.5", "9" * 30, "\x00"])
def test_what_a_writer_cannot_have_seen_is_refused(
    customer: Customer, cast: Cast, client: Client, seen: str
) -> None:
    answer = sign_in(client, cast.east_rep).post(
        f"/plan/{customer.public_id}/target/",
        {"target": "1", "seen": seen, "token": str(uuid4())},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert target_of(customer) is None


@pytest.mark.parametrize("token", ["", "x", "\x00"])
def test_without_its_token_nothing_is_saved(
    customer: Customer, cast: Cast, client: Client, token: str
) -> None:
    answer = enter(sign_in(client, cast.east_rep), customer, "1", token=token)
    assert answer.status_code == 422
    assert target_of(customer) is None


@pytest.mark.parametrize("who", ["east_rep_two", "west_rep", "west_manager"])
def test_anothers_customer_is_not_there(
    customer: Customer, cast: Cast, client: Client, who: str
) -> None:
    assert enter(sign_in(client, getattr(cast, who)), customer, "1").status_code == 404
    assert target_of(customer) is None


def test_a_closed_customer_is_not_planned(customer: Customer, cast: Cast, client: Client) -> None:
    Customer.objects.update(is_closed=True)
    assert enter(sign_in(client, cast.east_rep), customer, "1").status_code == 404


def test_finance_may_not(customer: Customer, cast: Cast, client: Client) -> None:
    assert enter(sign_in(client, cast.finance), customer, "1").status_code == 403
    assert target_of(customer) is None


def test_only_a_post_sets_a_target(customer: Customer, cast: Cast, client: Client) -> None:
    sign_in(client, cast.east_rep)
    assert client.get(f"/plan/{customer.public_id}/target/").status_code == 403


def test_another_month_is_another_plan(customer: Customer, cast: Cast, client: Client) -> None:
    enter(sign_in(client, cast.east_rep), customer, "70", query="?month=2026-12")
    assert target_of(customer) is None
    assert MonthPlan.objects.get(customer=customer).month.month == 12


def test_the_row_stays_though_it_is_no_longer_narrowed_to(
    customer: Customer, cast: Cast, client: Client
) -> None:
    query = "?month=2026-11&show=unplanned"
    text = text_of(enter(sign_in(client, cast.east_rep), customer, "70", query=query))
    assert names_of(text) == ["Acme"]
    assert chips_of(text)["unplanned"] == 0


def test_without_script_it_goes_back_to_the_very_list(
    customer: Customer, cast: Cast, client: Client
) -> None:
    sign_in(client, cast.east_rep)
    query = f"?month=2026-11&q={'江' * 100}&sort=name"
    answer = enter(client, customer, "70", query=query, headers={})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/plan/?month=2026-11&q=%E6%B1%9F")
    assert answer["Location"].endswith(f"&sort=name#row-{customer.public_id}")
    assert "Saved: the target of Acme." in client.get("/plan/").content.decode()


def test_without_script_a_refusal_is_a_page_that_keeps_what_was_typed(
    customer: Customer, cast: Cast, client: Client
) -> None:
    sign_in(client, cast.east_rep)
    answer = enter(client, customer, "x,y", headers={})
    assert answer.status_code == 422
    assert 'value="x,y"' in text_of(answer)
    assert 'href="/plan/?month=2026-11"' in text_of(answer)


def test_without_script_a_lost_race_is_decided_with_open_eyes(
    customer: Customer, cast: Cast, client: Client
) -> None:
    enter(sign_in(client, cast.east_manager), customer, "99,000")
    answer = enter(sign_in(client, cast.east_rep), customer, "88,000", headers={})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "Mei changed this to ¥99,000.00 meanwhile." in text
    assert re.search(r'name="seen" value="9900000"', text)
    assert 'value="88,000"' in text


def test_saving_costs_the_same_with_many_rows(
    customer: Customer, cast: Cast, client: Client
) -> None:
    sign_in(client, cast.east_rep)
    counts = []
    for number in (1, 20):
        for _row in range(number):
            make_plan(make_customer(cast.east_rep), 100)
        with CaptureQueriesContext(connection) as queries:
            enter(client, customer, str(number), seen=None if number == 1 else 1)
        counts.append(len(queries))
    # The first one also opens the plan.
    assert counts[1] <= counts[0]
