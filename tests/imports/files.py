"""Files as people send them, taken in; every import of the tests has to add up."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

import pytest

from collections_app.accounts.models import Person
from collections_app.imports.operations import run_import
from collections_app.imports.result import ImportResult
from tests.conftest import Cast

# ``import`` is a word of the language, so that its module needs asking for by name.
Command = import_module("collections_app.cli.management.commands.import").Command
DAY = date(2013, 7, 10)


def take(
    kind: str,
    text: str | bytes,
    *,
    by: Person | None = None,
    on: date = DAY,
    **options: Any,
) -> ImportResult:
    """Import the text, blanks around its lines apart; the counts must add up whatever happens."""
    if isinstance(text, str):
        text = "\n".join(line.strip() for line in text.strip().splitlines()).encode()
    result = run_import(kind=kind, data=text, filename=f"{kind}.csv", by=by, on=on, **options)
    assert sum(counts(result)) == result.rows
    assert (result.import_id is not None) is result.saved
    return result


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected rows."""
    return result.created, result.updated, result.unchanged, result.rejected_rows


def faults(result: ImportResult) -> list[tuple[int, str | None, str]]:
    """Row, column and code of everything refused; nothing was saved unless bad rows are skipped."""
    return [(fault.row, fault.column, fault.error.code) for fault in result.rejected]


def customers_of(cast: Cast) -> None:
    """Two customers of Anna's in CNY, one of Chen's in JPY."""
    result = take(
        "customers",
        f"""code,name,owner_email,currency
        C1,Harbour Trading,{cast.east_rep.email},CNY
        C2,Hill Stores,{cast.east_rep.email},CNY
        J1,Nippon Retail,{cast.west_rep.email},JPY""",
    )
    assert counts(result) == (3, 0, 0, 0)


def command(kind: str, *words: object) -> int:
    """The exit status of ``manage.py import``."""
    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["manage.py", "import", kind, *map(str, words)])
    return int(end.value.code or 0)
