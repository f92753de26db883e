"""How far an import is, for whoever follows it, and its rows beside the counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from collections_app.core.compact import exact_amount
from collections_app.core.money import decimals_of
from collections_app.imports.batch import AMOUNTS, Batch, ParsedRow, visible_customers
from collections_app.imports.cells import CellError, parse_amount
from collections_app.imports.messages import plain
from collections_app.imports.readers.table import Table
from collections_app.organisation.queries import organisation

PREVIEWED: Final = 8
LONGEST_CELL: Final = 2000


class Stage(models.TextChoices):
    """What an import is about; rows are counted in one stage alone."""

    WAITING = "waiting", _("Waiting for its turn")
    READING = "reading", _("Reading the file")
    ROWS = "rows", _("Checking the rows")
    COMPARING = "comparing", _("Comparing with what is stored")
    SAVING = "saving", _("Working out the figures")


@dataclass(slots=True)
class Following:
    """Written by the import, read by another thread meanwhile and by its starter afterwards.

    ``cells`` are those of refused rows by the row's number, in the columns of ``header``;
    ``columns`` tells where in it a known column stands.
    """

    stage: Stage = Stage.READING
    done: int = 0
    total: int = 0
    header: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    cells: dict[int, list[str]] = field(default_factory=dict)
    preview: list[dict[str, Any]] = field(default_factory=list)

    def begin(self, table: Table) -> None:
        """Take down what was read; before its rows are looked at, others may have to end."""
        self.header, self.total = table.header, len(table.rows)
        self.stage = Stage.WAITING

    def look(self, batch: Batch, table: Table) -> None:
        """Take down the refused rows as they stand in the file and the first as understood."""
        refused = {row.number for row in batch.rows if row.rejected}
        self.cells = {
            row.number: [storable(plain(cell)) for cell in row.cells]
            for row in table.rows
            if row.number in refused
        }
        self.preview = _understood(batch)


def storable(text: str) -> str:
    """The text as the database can keep it, of bounded length."""
    return text[:LONGEST_CELL].replace("\0", "�").encode("utf-8", "replace").decode()


def _understood(batch: Batch) -> list[dict[str, Any]]:
    """The first rows, each value as it was read: days as ISO, choices as codes, amounts exact."""
    rows = batch.rows[:PREVIEWED]
    codes = [row.get("customer_code") for row in rows if row.has("customer_code")]
    found = visible_customers(codes, batch.by)
    currencies = {code: customer.currency for code, customer in found.items()}
    own = organisation().currency
    return [
        {
            "row": row.number,
            "outcome": "rejected" if row.rejected else row.outcome,
            "cells": _values_of(
                row, currencies.get(row.get("customer_code")) or row.get("currency", own)
            ),
        }
        for row in rows
    ]


def _values_of(row: ParsedRow, currency: str) -> dict[str, str]:
    values = {}
    for column, value in row.values.items():
        if column in AMOUNTS:
            try:
                amount = parse_amount(value, decimals=decimals_of(currency), currency=currency)
            except CellError:
                values[column] = storable(plain(value))
            else:
                values[column] = f"{exact_amount(amount, currency)} {currency}"
        elif isinstance(value, bool):
            values[column] = "yes" if value else "no"
        else:
            values[column] = storable(plain(value))
    return values
