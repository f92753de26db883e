"""What every reader hands on: a raw header and numbered rows, ragged ones marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from collections_app.imports.messages import CellError, UnreadableFile

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 500


class BadCell(NamedTuple):
    """A cell that no parser may take: ``code`` says why, ``text`` is what the user sees there."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


# A number cell of a workbook is always a float; CSV knows text alone.
CellValue = str | float | bool | date | datetime | BadCell


class Row(NamedTuple):
    """One record: its number as a spreadsheet shows it, and as many cells as there are headings.

    ``problem`` (``wrong_column_count``) is set where the cells cannot be told apart by heading;
    ``cells`` then are those found, however many.
    """

    number: int
    cells: Sequence[CellValue]
    problem: CellError | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A header as the file spells it, and the data rows; blank ones are left out but counted."""

    header: list[str]
    rows: list[Row]


def is_blank(cell: CellValue) -> bool:
    """Whether the cell shows nothing: white space alone counts as nothing."""
    return isinstance(cell, str) and not cell.strip()


def _without_blank_tail(cells: Sequence[CellValue]) -> Sequence[CellValue]:
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    return cells[:end]


def _ragged(number: int, cells: Sequence[CellValue], width: int) -> Row:
    """A row of another length than the header: fine only where what is beyond it is blank."""
    used = _without_blank_tail(cells)
    if len(used) <= width <= len(cells):
        return Row(number, cells[:width])
    problem = CellError("wrong_column_count", found=max(len(used), 1), expected=width)
    if len(cells) < width:
        problem = CellError("wrong_column_count", found=len(cells), expected=width)
    return Row(number, used, problem)


def make_table(records: Iterable[Sequence[CellValue]], *, max_rows: int) -> Table:
    """Turn consecutive records into a table: the first that is not blank is the header.

    Numbers start at 1 and count blank records too, so that they are those of a spreadsheet.
    Raises ``UnreadableFile``: ``no_header``, ``too_large``.
    """
    numbered = enumerate(records, 1)
    header: list[str] = []
    for _number, cells in numbered:
        header = [str(cell) for cell in _without_blank_tail(cells)]
        if header:
            break
    if not header:
        raise UnreadableFile("no_header")
    width = len(header)
    if width > MAX_COLUMNS:
        raise UnreadableFile("too_large", variant="columns", limit=MAX_COLUMNS)
    rows: list[Row] = []
    for number, cells in numbered:
        if all(map(is_blank, cells)):
            continue
        if len(rows) == max_rows:
            raise UnreadableFile("too_large", variant="rows", limit=max_rows)
        rows.append(Row(number, cells) if len(cells) == width else _ragged(number, cells, width))
    return Table(header, rows)
