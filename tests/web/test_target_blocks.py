"""Blocks of targets: each line saved, refused or overtaken by itself; one undo takes all back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collections_app.accounts.models import AuditEntry
from collections_app.customers.models import Customer
from collections_app.planning.models import MonthPlan, TargetChange
from tests.access.nasty import NASTY
from tests.conftest import Cast
from tests.web.facts import DAY, MONTH, day, make_customer, make_plan, stand_on

PATH = "/plan/targets/?month=2026-11"


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    stand_on(day(2))
    return client


@pytest.fixture
def three(cast: Cast) -> list[Customer]:
    return [make_customer(cast.east_rep, name=n, code=f"K-{n}") for n in ("Ash", "Birch", "Cedar")]


def send(client: Client, lines: list[dict[str, str]], **more: Any) -> Any:
    name = str(uuid4())
    body = {"token": name, "batch": name, "lines": lines, "seen": {}, "reason": "", **more}
    return client.post(PATH, json.dumps(body), content_type="application/json")


def undo(client: Client, batch: str) -> Any:
    path = f"/plan/targets/{batch}/undo/?month=2026-11"
    return client.post(path, "{}", content_type="application/json")


def by_code(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "text": text} for code, text in pairs]


def seen_by(*pairs: tuple[Customer, int | None]) -> dict[str, int | None]:
    return {str(customer.public_id): seen for customer, seen in pairs}


def targets() -> dict[str, int | None]:
    return dict(MonthPlan.objects.filter(month=MONTH).values_list("customer__name", "target"))


def statuses(answer: Any) -> list[str]:
    return [line["status"] for line in answer.json()["lines"]]


def test_rows_find_their_customer_by_code(rep: Client, three: list[Customer]) -> None:
    answer = send(rep, by_code(("K-Ash", "12.5万"), ("Ｋ-Birch", "１，２００"), ("K-Cedar", "¥3k")))
    assert statuses(answer) == ["saved"] * 3
    assert targets() == {"Ash": 12_500_000, "Birch": 120_000, "Cedar": 300_000}
    assert 'data-code="K-Ash"' in answer.json()["parts"]["rows"]


def test_a_bad_line_holds_up_no_other(rep: Client, three: list[Customer]) -> None:
    answer = send(rep, by_code(("K-Ash", "100"), ("K-Birch", "12,3,4"), ("NONE", "5")))
    assert statuses(answer) == ["saved", "refused", "unknown"]
    assert targets() == {"Ash": 10_000}
    rows = answer.json()["parts"]["rows"]
    assert 'value="12,3,4"' in rows
    assert "aria-invalid" in rows
    told = answer.json()["parts"]["result"]
    assert "1 target saved, 2 not" in " ".join(told.split())
    assert "NONE" in told


def test_the_heading_of_a_block_is_no_line(rep: Client, three: list[Customer]) -> None:
    answer = send(rep, by_code(("客户编码", "目标"), ("K-Ash", "100")))
    assert statuses(answer) == ["saved"]


def test_what_another_changed_meanwhile_is_told_and_left(
    rep: Client, three: list[Customer]
) -> None:
    make_plan(three[0], 990)
    answer = send(
        rep,
        [{"customer": str(c.public_id), "text": "88"} for c in three[:2]],
        seen=seen_by((three[0], 50_000), (three[1], None)),
    )
    assert statuses(answer) == ["overtaken", "saved"]
    assert targets() == {"Ash": 99_000, "Birch": 8_800}
    assert "data-conflict" in answer.json()["parts"]["rows"]


def test_who_is_not_on_the_page_gets_the_target_all_the_same(
    rep: Client, three: list[Customer]
) -> None:
    make_plan(three[0], 990)
    assert statuses(send(rep, by_code(("K-Ash", "88")))) == ["saved"]
    assert targets() == {"Ash": 8_800}


def test_a_customer_twice_counts_once(rep: Client, three: list[Customer]) -> None:
    assert statuses(send(rep, by_code(("K-Ash", "1"), ("K-Ash", "2")))) == ["saved", "refused"]
    assert targets() == {"Ash": 100}


def test_sent_twice_it_acts_once(rep: Client, three: list[Customer]) -> None:
    token = str(uuid4())
    for _time in range(2):
        answer = send(rep, by_code(("K-Ash", "100")), token=token, batch=token)
        assert statuses(answer) == ["saved"]
    assert TargetChange.objects.count() == 1


def test_a_repetition_writes_over_nothing(rep: Client, three: list[Customer]) -> None:
    token = str(uuid4())
    send(rep, by_code(("K-Ash", "100")), token=token, batch=token)
    MonthPlan.objects.update(target=700)
    assert statuses(send(rep, by_code(("K-Ash", "100")), token=token, batch=token)) == ["overtaken"]
    assert targets() == {"Ash": 700}


def test_one_undo_takes_all_of_it_back(rep: Client, three: list[Customer]) -> None:
    make_plan(three[0], 990)
    before = (targets(), TargetChange.objects.count())
    batch = str(uuid4())
    send(rep, by_code(("K-Ash", "1"), ("K-Birch", "2"), ("K-Cedar", "3")), batch=batch)
    answer = undo(rep, batch)
    assert statuses(answer) == ["saved"] * 3
    assert (targets(), TargetChange.objects.count()) == before
    assert AuditEntry.objects.filter(verb="take_back_target").count() == 3


def test_an_undo_leaves_what_was_changed_since(
    rep: Client, three: list[Customer], cast: Cast
) -> None:
    batch = str(uuid4())
    send(rep, by_code(("K-Ash", "1"), ("K-Birch", "2")), batch=batch)
    send(rep, by_code(("K-Ash", "7")))
    assert sorted(statuses(undo(rep, batch))) == ["left", "saved"]
    assert targets() == {"Ash": 700}


def test_an_undo_is_for_the_same_day_alone(rep: Client, three: list[Customer]) -> None:
    batch = str(uuid4())
    send(rep, by_code(("K-Ash", "1")), batch=batch)
    TargetChange.objects.update(entered_at=timezone.now() - timedelta(days=2))
    assert statuses(undo(rep, batch)) == ["left"]
    assert targets() == {"Ash": 100}


def test_nobody_takes_back_what_another_set(rep: Client, three: list[Customer], cast: Cast) -> None:
    batch = str(uuid4())
    send(rep, by_code(("K-Ash", "1")), batch=batch)
    rep.force_login(cast.east_manager)
    assert statuses(undo(rep, batch)) == []
    assert targets() == {"Ash": 100}


def test_locked_targets_share_one_reason(rep: Client, three: list[Customer]) -> None:
    for customer in three[:2]:
        make_plan(customer, 100)
    stand_on(DAY)
    lines = by_code(("K-Ash", "200"), ("K-Birch", "50"), ("K-Cedar", "300"))
    batch = str(uuid4())
    answer = send(rep, lines, batch=batch)
    codes = [line["code"] for line in answer.json()["lines"]]
    assert codes == ["reason_needed", "manager_needed", ""]
    assert statuses(send(rep, lines[:1], batch=batch, reason="new outlets")) == ["saved"]
    assert TargetChange.objects.get(is_revision=True).reason == "new outlets"
    undo(rep, batch)
    assert targets() == {"Ash": 10_000, "Birch": 10_000}


def test_anothers_customer_is_unknown(rep: Client, cast: Cast) -> None:
    theirs = make_customer(cast.west_rep, code="K-West")
    lines = [{"code": "K-West", "text": "1"}, {"customer": str(theirs.public_id), "text": "1"}]
    answer = send(rep, lines)
    assert statuses(answer) == ["unknown", "unknown"]
    assert theirs.name not in answer.content.decode()
    assert targets() == {}


def test_finance_may_not(rep: Client, three: list[Customer], cast: Cast) -> None:
    rep.force_login(cast.finance)
    assert send(rep, by_code(("K-Ash", "1"))).status_code == 403


@pytest.mark.parametrize(
    "body",
    ["[]", "{", "null", '{"token": 1}', '{"token": "x", "lines": []}', "[" * 100_000,
     f'{{"token": "{UUID(int=1)}", "lines": [1]}}', f'{{"token": "{UUID(int=1)}", "lines": {{}}',
     f'{{"token": "{UUID(int=1)}", "lines": [{{"code": 1, "text": "1"}}]}}',
     f'{{"token": "{UUID(int=1)}", "lines": [], "seen": {{"x": 1}}}}',
     f'{{"token": "{UUID(int=1)}", "lines": [], "seen": {{"{UUID(int=1)}": true}}}}',
     f'{{"token": "{UUID(int=1)}", "lines": [], "reason": 5}}',
     f'{{"token": "{UUID(int=1)}", "lines": [], "reason": "a\\u0000b"}}'],
)  # fmt: skip
def test_what_is_no_block_is_refused_in_words(rep: Client, body: str) -> None:
    answer = rep.generic("POST", PATH, body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["sentence"]


def test_more_than_five_hundred_lines_are_too_many(rep: Client) -> None:
    answer = send(rep, by_code(*[(f"C{n}", "1") for n in range(501)]))
    assert answer.status_code == 422
    assert "500" in answer.json()["sentence"]


def test_no_text_breaks_it(rep: Client, three: list[Customer]) -> None:
    for text in [*NASTY[::3], "\ud800", "\x00"]:
        lines = [*by_code(("K-Ash", text), (text, "5")), {"code": "K-Birch", "text": "5"}]
        answer = send(rep, lines)
        assert answer.status_code == 200, text
        assert b"<script>alert" not in answer.content
        assert answer.json()["lines"][-1]["status"] == "saved"


def test_the_cost_does_not_grow_with_the_lines(rep: Client, cast: Cast) -> None:
    counts = []
    for number in (1, 30):
        made = [make_customer(cast.east_rep) for _ in range(number)]
        lines = by_code(*[(customer.code, "5") for customer in made])
        with CaptureQueriesContext(connection) as queries:
            send(rep, lines)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_taking_back_costs_the_same_as_well(rep: Client, cast: Cast) -> None:
    counts = []
    for number in (1, 20):
        batch = str(uuid4())
        made = [make_customer(cast.east_rep) for _ in range(number)]
        send(rep, by_code(*[(customer.code, "5") for customer in made]), batch=batch)
        with CaptureQueriesContext(connection) as queries:
            undo(rep, batch)
        counts.append(len(queries))
    assert counts[0] == counts[1]
