"""The dashboard's tables as files: the same figures, typed, harmless, and of nobody else's."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
from django.core.management import call_command
from django.test import Client

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from collections_app.standing.figures import customer_figures, grouped_figures
from collections_app.web.pages.gap_columns import COLUMNS
from collections_app.web.pages.gap_export import TABLES
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)

MONEY = {str(column.label): column.key for column in COLUMNS if column.kind == "money"}
FORMULA = '=HYPERLINK("http://example.org")'


@pytest.fixture
def world(cast: Cast) -> list[Customer]:
    made = []
    for number, (rep, name) in enumerate(
        ((cast.east_rep, FORMULA), (cast.east_rep_two, "+1 Ltd"), (cast.west_rep, "West"))
    ):
        customer = make_customer(rep, name=name)
        make_measure(make_plan(customer, (10_000, 20_000, 77_777)[number]), 300)
        make_commitment(customer, (day(10), 4_000), (day(27), 1_000))
        make_payment(customer, 1_234, on=day(15))
        made.append(customer)
    make_plan(make_customer(cast.east_rep, name="Yen", currency="JPY"), 500)
    stand_on()
    return made


def book_of(client: Client, person: Person, query: str = "") -> Any:
    client.force_login(person)
    answer = client.get(f"/gaps/export/?format=xlsx{query}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))


def rows_of(client: Client, person: Person, query: str = "") -> list[dict[str, Any]]:
    head, *rows = book_of(client, person, query).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def lines_of(client: Client, person: Person, query: str = "") -> list[dict[str, str]]:
    client.force_login(person)
    text = client.get(f"/gaps/export/?format=csv{query}").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_customers_are_those_of_the_command_to_the_cent(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    known = {r.code: r for r in customer_figures(MONTH, on=DAY) if r.currency == "CNY"}
    rows, lines = rows_of(client, cast.admin), lines_of(client, cast.admin)
    assert {row["Code"] for row in rows} == {line["Code"] for line in lines} == set(known)
    for row in (*rows, *lines):
        for label, key in MONEY.items():
            if key not in ("pace",):
                amount = Decimal(str(row[label])) * 100
                assert amount == getattr(known[row["Code"]], key), (label, row)


@pytest.mark.parametrize("by", ["rep", "team"])
def test_groups_are_those_of_the_command(
    cast: Cast, client: Client, world: list[Customer], by: Any
) -> None:
    groups = [g for g in grouped_figures(MONTH, on=day(12), by=by) if g.currency == "CNY"]
    known = {g.name: g.at_risk for g in groups}
    lines = lines_of(client, cast.admin, f"&table={by}&on=2026-11-12")
    label = {"rep": "Rep", "team": "Team"}[by]
    assert {line[label]: int(Decimal(line["At risk"]) * 100) for line in lines} == known


def test_the_command_says_the_same(
    cast: Cast, client: Client, world: list[Customer], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("gaps", "2026-11", "--format", "csv", "--as-of", "2026-11-12")
    told = {r["key"]: r["at_risk"] for r in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    lines = lines_of(client, cast.admin, "&on=2026-11-12")
    assert lines
    assert all(told[line["Code"]] == line["At risk"] for line in lines)


def test_cells_have_types(cast: Cast, client: Client, world: list[Customer]) -> None:
    (row,) = rows_of(client, cast.admin, "&q=West")
    assert row["Target"] == 77_777.0
    assert row["Received"] == 1234.0
    assert row["As of"] == date(2026, 11, 23)
    assert row["Attainment"] == pytest.approx(0.0159)
    assert row["Customer"] == "West"


def test_no_text_is_a_formula(cast: Cast, client: Client, world: list[Customer]) -> None:
    assert FORMULA in {row["Customer"] for row in rows_of(client, cast.admin)}
    client.force_login(cast.admin)
    for table in TABLES:
        answer = client.get(f"/gaps/export/?table={table}")
        with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as file:
            parts = {name: file.read(name) for name in file.namelist()}
        assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts.values()), table
    names = {line["Customer"] for line in lines_of(client, cast.admin)}
    assert {f"'{FORMULA}", "'+1 Ltd", "West"} == names


def test_the_head_is_frozen_and_a_note_says_what_was_asked(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    query = f"&on=2026-11-12&rating=B&rep={cast.west_rep.public_id}"
    note = book_of(client, cast.admin, query).get_sheet_by_name("What this is").to_python()
    told = {name: value for name, value, *_ in note}
    assert told["Month"] == "2026-11"
    assert told["As of"] == "2026-11-12"
    assert (told["Rep"], told["Rating"], told["Team"]) == ("Chen", "B", "All")
    client.force_login(cast.admin)
    answer = client.get("/gaps/export/")
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as file:
        assert b'state="frozen"' in file.read("xl/worksheets/sheet1.xml")


def test_a_currency_without_decimals_has_none(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    (line,) = lines_of(client, cast.admin, "&currency=JPY")
    assert line["Target"] == "50000"
    (row,) = rows_of(client, cast.admin, "&currency=JPY")
    assert row["Target"] == 50_000.0


def test_narrowing_searching_and_sorting_hold_in_the_file(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    names = [line["Customer"] for line in lines_of(client, cast.admin, "&sort=target")]
    assert names == [f"'{FORMULA}", "'+1 Ltd", "West"]
    assert [r["Customer"] for r in lines_of(client, cast.admin, "&q=wes")] == ["West"]
    assert lines_of(client, cast.admin, "&show=surplus") == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_manager_takes_away_their_own_part_alone(
    cast: Cast, client: Client, world: list[Customer], table: str, kind: str
) -> None:
    Customer.objects.filter(pk=world[2].pk).update(name="Zqxcanary", code="ZQX-1")
    client.force_login(cast.east_manager)
    data = client.get(f"/gaps/export/?table={table}&format={kind}").getvalue()
    if kind == "xlsx":
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        text = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    else:
        text = data.decode()
    assert text
    for told in ("Zqxcanary", "ZQX", "Chen", "West", "77777", "107777"):
        assert told not in text, told


@pytest.mark.parametrize("query", ["table=nothing", "format=pdf", "table=", "on=x"])
def test_what_is_no_table_is_not_found(
    cast: Cast, client: Client, world: list[Customer], query: str
) -> None:
    client.force_login(cast.admin)
    assert client.get(f"/gaps/export/?{query}").status_code == 404


def test_every_table_is_offered_with_what_is_asked(
    cast: Cast, client: Client, world: list[Customer]
) -> None:
    client.force_login(cast.admin)
    page = client.get("/gaps/?rating=B&on=2026-11-12").content.decode().replace("&amp;", "&")
    for table in ("customers", "team", "waterfall", "risks"):
        start = f"/gaps/export/?rating=B&on=2026-11-12&table={table}&format="
        assert f'{start}xlsx"' in page
        assert f'{start}csv"' in page
