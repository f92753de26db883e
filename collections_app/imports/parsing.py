"""From a file's table to parsed rows: which parser reads which column of which kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from collections_app.accounts.models import Person
from collections_app.imports.batch import Batch, ParsedRow
from collections_app.imports.cells import (
    CellError,
    is_blank,
    is_totals_row,
    parse_bool,
    parse_choice,
    parse_currency,
    parse_date,
    parse_email,
    parse_instant,
    parse_int,
    parse_key,
    parse_month,
    parse_text,
    settle_date_order,
)
from collections_app.imports.following import Following, Stage
from collections_app.imports.headings import REQUIRED, resolve_columns
from collections_app.imports.readers.table import CellValue, Table
from collections_app.organisation.queries import organisation

Parser = Callable[[CellValue], Any]

_text = partial(parse_text, max_length=200)
_note = partial(parse_text, max_length=500)
_position = partial(parse_int, low=1, high=32000)


def _choice(name: str) -> Parser:
    return partial(parse_choice, name)


def _kept(value: CellValue) -> CellValue:
    """An amount stays as it is until its customer's currency is known."""
    return value


DATES: Final = frozenset(
    "issued_on due_on received_on matures_on on agreed_on asked_on made_on"
    " cancelled_on next_on".split()
)
INSTANTS: Final = frozenset({"at"})
PARSERS: Final[dict[str, Parser]] = {
    "email": parse_email,
    "manager_email": parse_email,
    "owner_email": parse_email,
    "contact_email": parse_email,
    "name": _text,
    "team": _text,
    "parent_team": _text,
    "staff_number": partial(parse_text, max_length=64),
    "contact_name": _text,
    "contact_phone": partial(parse_text, max_length=64),
    "agreed_with": _text,
    "promised_by": _text,
    "description": _note,
    "note": _note,
    "code": parse_key,
    "customer_code": parse_key,
    "number": parse_key,
    "invoice_number": parse_key,
    "reverses": parse_key,
    "supersedes": parse_key,
    "currency": parse_currency,
    "disputed": parse_bool,
    "month": parse_month,
    "payment_terms_days": partial(parse_int, low=0, high=3650),
    "regular_day": partial(parse_int, low=1, high=31),
    "position": _position,
    "amount": _kept,
    "target": _kept,
    "expected_uplift": _kept,
    "realised_uplift": _kept,
    "regular_amount": _kept,
    "credit_rating": _choice("credit_rating"),
    "language": _choice("language"),
    "role": _choice("role"),
    "reminder_mode": _choice("reminder_mode"),
    "method": _choice("payment_method"),
    "channel": _choice("channel"),
    "answer": _choice("answer"),
    "status": _choice("measure_status"),
    "outcome": _choice("outcome"),
    "reason": _choice("reason"),
}
BY_KIND: Final[dict[str, dict[str, Parser]]] = {
    "invoices": {"reference": _text},
    "payments": {"reference": parse_key},
    "commitments": {"reference": parse_key},
    "adjustments": {"kind": _choice("adjustment_kind")},
    "measures": {"kind": _choice("measure_kind")},
    "followups": {"note": partial(parse_text, max_length=20_000, multiline=True)},
}
KEYS: Final = {
    "users": ("email",),
    "customers": ("code",),
    "invoices": ("number",),
    "payments": ("reference",),
    "adjustments": ("number",),
    "plans": ("customer_code",),
    "measures": ("customer_code",),
    "commitments": ("reference",),
    "followups": ("customer_code",),
}


def parse_table(
    kind: str, table: Table, *, on: date, by: Person | None, told: Following
) -> tuple[Batch, list[str]]:
    """Parse every cell of a table; return the batch and the headings that mean nothing.

    ``told`` learns how many rows are done. Raises ``UnreadableFile`` for missing or repeated
    columns.
    """
    columns = resolve_columns(kind, table.header)
    told.stage, told.columns = Stage.ROWS, columns.index_by_name
    parsers = _parsers(kind, columns.index_by_name, table)
    batch = Batch(rows=[], on=on, by=by)
    for record in table.rows:
        told.done += 1
        row = ParsedRow(record.number, {})
        batch.rows.append(row)
        if record.problem is not None:
            batch.reject(row, None, record.problem)
            continue
        row.raw = {name: record.cells[index] for name, index in columns.index_by_name.items()}
        others = {str(i): cell for i, cell in enumerate(record.cells)}
        if is_totals_row({**others, **row.raw}, KEYS[kind]):
            batch.reject(row, None, "totals_row")
            continue
        _parse_row(batch, row, parsers, REQUIRED[kind])
    return batch, columns.ignored


def _parsers(kind: str, index_by_name: Mapping[str, int], table: Table) -> dict[str, Parser]:
    known = PARSERS | BY_KIND.get(kind, {})
    parsers: dict[str, Parser] = {}
    zone = ZoneInfo(organisation().time_zone)
    for name, index in index_by_name.items():
        if name in DATES or name in INSTANTS:
            cells = (row.cells[index] for row in table.rows if row.problem is None)
            order = settle_date_order(cells)
            reader: Callable[..., date] = parse_date
            if name in INSTANTS:
                reader = partial(parse_instant, zone=zone)
            parsers[name] = partial(reader, order=order)
        else:
            parsers[name] = known[name]
    return parsers


def _parse_row(
    batch: Batch, row: ParsedRow, parsers: Mapping[str, Parser], required: tuple[str, ...]
) -> None:
    for name, parser in parsers.items():
        cell = row.raw[name]
        if is_blank(cell):
            if name in required:
                batch.reject(row, name, "required")
            continue
        try:
            row.values[name] = parser(cell)
        except CellError as error:
            batch.reject(row, name, error)
