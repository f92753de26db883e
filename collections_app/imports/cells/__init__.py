"""One cell → one value, or a ``CellError`` that says how to mend it; exact, and never a guess."""

from __future__ import annotations

from collections_app.imports.cells.amounts import parse_amount, parse_int
from collections_app.imports.cells.dates import (
    DateOrder,
    parse_date,
    parse_instant,
    parse_month,
    settle_date_order,
)
from collections_app.imports.cells.words import (
    is_blank,
    is_totals_row,
    parse_bool,
    parse_choice,
    parse_currency,
    parse_email,
    parse_key,
    parse_text,
)
from collections_app.imports.messages import CellError

__all__ = [
    "CellError",
    "DateOrder",
    "is_blank",
    "is_totals_row",
    "parse_amount",
    "parse_bool",
    "parse_choice",
    "parse_currency",
    "parse_date",
    "parse_email",
    "parse_instant",
    "parse_int",
    "parse_key",
    "parse_month",
    "parse_text",
    "settle_date_order",
]
