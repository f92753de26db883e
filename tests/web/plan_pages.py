"""Reading the month plan and editing it, as a browser would."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer

BELOW = r'<span class="k-under[^"]*" data-label="([^"]+)">((?:<span.*?</span>|.)*?)</span>'
HTMX = {"HX-Request": "true"}


def plan_of(client: Client, person: Person, query: str = "", **headers: str) -> str:
    """The page as that person sees it, its texts unescaped."""
    client.force_login(person)
    answer = client.get(f"/plan/{query}", headers=headers)
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode())


def names_of(page: str) -> list[str]:
    """The customers of a page, in its order."""
    return re.findall(r'<th scope="row">\s*(?:<input [^>]*>\s*)?<a [^>]*>([^<]+)</a>', page)


def row_of(page: str, name: str) -> dict[str, str]:
    """A row's cells by the label they carry on a phone, as plain text."""
    rows = re.findall(r"<tr[ >].*?</tr>", page, re.S)
    (row,) = [
        row
        for row in rows
        if re.search(rf'scope="row">\s*(<input [^>]*>\s*)?(<a [^>]*>)?{name}', row)
    ]
    cells = re.findall(r'<td class="[^"]*"\s+data-label="([^"]+)">(.*?)</td>', row, re.S)
    below = re.findall(BELOW, row, re.S)
    cells = [(label, re.sub(BELOW, "", cell, flags=re.S)) for label, cell in cells] + below
    cells += re.findall(r'<td data-label="([^"]+)">(.*?)</td>', row, re.S)
    return {label: _text(cell) for label, cell in cells}


def _text(cell: str) -> str:
    field = re.search(r'name="target"\s+data-cell="target"\s+value="([^"]*)"', cell)
    if field:
        return field[1]
    chosen = re.search(r"<option [^>]*selected>([^<]*)</option>", cell)
    if chosen:
        return chosen[1]
    return " ".join(re.sub(r"<[^>]+>", " ", cell).split())


def chips_of(page: str) -> dict[str, int]:
    """How many customers each chip says it would show."""
    found = re.findall(r'id="chip-(\w+)".*?k-tab-count">(\d+)<', page, re.S)
    return {name: int(count) for name, count in found}


def enter(
    client: Client,
    customer: Customer,
    target: str,
    *,
    seen: int | None = None,
    query: str = "?month=2026-11",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Enter a target in the customer's cell; ``seen`` in whole units is what stood there."""
    data = {
        "target": target,
        "seen": "" if seen is None else str(seen * 100),
        "token": str(uuid4()),
        **more,
    }
    path = f"/plan/{customer.public_id}/target/{query}"
    answer = client.post(path, data, headers=HTMX if headers is None else headers)
    assert isinstance(answer, HttpResponse)
    return answer
