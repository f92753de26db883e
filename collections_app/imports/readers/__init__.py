"""Bytes of an uploaded file → header and numbered rows of cells; no database, no rules."""

from __future__ import annotations

from collections_app.imports.readers.read import read_table
from collections_app.imports.readers.table import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    BadCell,
    CellValue,
    Row,
    Table,
)

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "BadCell",
    "CellValue",
    "Row",
    "Table",
    "read_table",
]
