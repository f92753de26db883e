"""What the gap dashboard's page, its files and the ``gaps`` command say, as a reader sees it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import python_calamine
from django.core.management import call_command
from django.test import Client

from collections_app.core.months import month_text
from collections_app.web.pages.gap_columns import COLUMNS

MONEY = {str(column.label): column.key for column in COLUMNS if column.kind == "money"}
# What is summed over customers; the rest follows from the sums.
ADDITIVE = (
    *("at_risk", "target", "original_target", "committed", "measures", "received"),
    *("unpromised", "short", "surplus", "lapsed"),
)
TILE = r'k-tile-name">(?:<a[^>]*>)?([^<]+)<(?:(?!k-tile-name).)*?k-tile-exact">([^<]+)<'
Amounts = dict[str, Decimal]
NOTHING: Amounts = dict.fromkeys(ADDITIVE, Decimal())


def assert_agree(
    client: Client, month: date, on: date, query: str = "", *, of: Collection[str]
) -> int:
    """Everything said of the selection is the same, to the cent; return how many customers it has.

    ``of`` are the codes of those that the selection, in the currency shown, should have.
    """
    query = f"month={month_text(month)}&on={on}&{query}"
    listed = by_code(lines_of(client, "customers", query))
    assert page_of(client, query) == listed
    assert by_code(book_of(client, "customers", query)) == listed
    told = command(month, on, by="customer")
    assert told.keys() & set(of) == listed.keys()
    for code, amounts in listed.items():
        assert {name: amounts[name] for name in told[code] if name in amounts} == told[code]
    total = summed(listed.values())
    for table in ("team", "rep", "rating"):
        assert summed(map(amounts_of, lines_of(client, table, query))) == total, table
        assert summed(map(amounts_of, book_of(client, table, query))) == total, table
    strip = strip_of(client, query)
    assert {name: total[name] for name in strip if name in total} == {
        name: amount for name, amount in strip.items() if name in total
    }
    assert not listed or len(strip) == 8
    return len(listed)


def amounts_of(row: dict[str, Any]) -> Amounts:
    return {key: to_decimal(str(row[label])) for label, key in MONEY.items()}


def to_decimal(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.\-]", "", text.replace("−", "-"))).quantize(Decimal("0.01"))


def by_code(rows: Iterable[dict[str, Any]]) -> dict[str, Amounts]:
    return {row["Code"]: amounts_of(row) for row in rows}


def summed(rows: Iterable[Amounts]) -> Amounts:
    sums = dict(NOTHING)
    for row in rows:
        sums = {name: sums[name] + row[name] for name in sums}
    return sums


def lines_of(client: Client, table: str, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/gaps/export/?format=csv&table={table}&{query}")
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def book_of(client: Client, table: str, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/gaps/export/?format=xlsx&table={table}&{query}")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    head, *rows = book.get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def command(month: date, on: date, *, by: str) -> dict[str, Amounts]:
    """What the ``gaps`` command says, by customer's code; without what it does not say."""
    out = io.StringIO()
    call_command("gaps", month_text(month), "--by", by, "--as-of", str(on), "--json", stdout=out)
    known = set(MONEY.values())
    return {
        row["key"]: {name: to_decimal(row[name]) for name in row.keys() & known}
        for row in json.loads(out.getvalue())["rows"]
    }


def page_of(client: Client, query: str) -> dict[str, Amounts]:
    """The table of customers, all its pages, by code."""
    found: dict[str, Amounts] = {}
    page, has_more = 1, True
    while has_more:
        html = client.get(f"/gaps/?{query}&columns=all&page={page}").content.decode()
        has_more = f"page={page + 1}#customers" in html
        _, _, table = html.partition('data-cards>\n          <caption class="visually-hidden">Cust')
        for row in table.partition("</table>")[0].split("<tr>")[2:]:
            code = re.search(r'class="k-under">([^<· ]+)', row)
            assert code
            found[unescape(code[1])] = _cells(row)
        page += 1
    return found


def _cells(row: str) -> Amounts:
    cells = re.findall(r'data-label="([^"]+)">(?:<span class="k-\w+">)?([^<]*)<', row)
    named = {unescape(label): text for label, text in cells}
    return {key: to_decimal(named[label]) for label, key in MONEY.items()}


def strip_of(client: Client, query: str) -> Amounts:
    """The figures strip: exact amounts by what they are."""
    html = client.get(f"/gaps/?{query}").content.decode()
    strip = html.partition('class="k-strip"')[2].partition("</section>")[0]
    tiles = re.findall(
        r'k-tile-name">(?:<a[^>]*>)?([^<]+)<(?:(?!k-tile-name).)*?k-tile-exact">([^<]+)<',
        strip,
        re.S,
    )
    return {MONEY[unescape(label)]: to_decimal(text) for label, text in tiles}
