"""Tables to take away, as XLSX or CSV: cells keep their types, and no text runs as a formula."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import IO, Any, Final
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _

from collections_app.core.money import decimals_of, to_text
from collections_app.web.csv_files import csv_response

FORMATS: Final = ("xlsx", "csv")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL: Final = 32_767
# What a sheet of that format can hold, its head apart.
MOST_ROWS: Final = 1_048_575
# Nothing that a cell holds is taken for more than it is.
OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of its currency; None for a blank cell."""

    amount: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Days:
    """A number of days, to the tenth; None for a blank cell."""

    number: Decimal | None


# Text, a number of things, an amount, a ratio, days, a day, or nothing.
Cell = str | int | Money | Decimal | Days | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its head, its rows of typed cells, and what it was asked for, line by line."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    note: Sequence[tuple[str, str]] = field(default=())


def format_asked(request: HttpRequest, *, default: str = "xlsx") -> str:
    """``?format=xlsx`` or ``csv``; 404 for another."""
    kind = request.GET.get("format", default)
    if kind not in FORMATS:
        raise Http404
    return kind


def sheet_response(sheet: Sheet, *, kind: str, stem: str) -> FileResponse | StreamingHttpResponse:
    """The table as a download of that name, ``kind`` being one of ``FORMATS``."""
    if kind == "csv":
        return csv_response(f"{stem}.csv", _texts(sheet))  # type: ignore[return-value]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(sheet, file)
    file.seek(0)
    response = FileResponse(file, content_type=XLSX)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", f"{stem}.xlsx")
    whole = quote(f"{stem}.xlsx", safe="")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"
    return response


def _texts(sheet: Sheet) -> Iterator[Sequence[str]]:
    yield sheet.head
    for row in sheet.rows:
        yield [text_of(cell) for cell in row]


def text_of(cell: Cell) -> str:
    """The cell as the contract writes it: plain decimals, days as 2026-11-23, blank for nothing."""
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return "" if cell.amount is None else to_text(cell.amount, cell.currency)
    if isinstance(cell, Days):
        return "" if cell.number is None else str(cell.number)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def write_xlsx(sheet: Sheet, file: IO[bytes]) -> None:
    """Write the table, row by row, with a frozen head, and what was asked on a sheet of its own."""
    book = xlsxwriter.Workbook(file, OPTIONS)
    styles = _Styles(book)
    page = book.add_worksheet(_sheet_name(sheet.title))
    page.freeze_panes(1, 1)
    page.set_column(0, 0, 28)
    page.set_column(1, max(len(sheet.head) - 1, 1), 16)
    for column, text in enumerate(sheet.head):
        page.write_string(0, column, text, styles.head)
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        if number > MOST_ROWS:
            break
        for column, cell in enumerate(row):
            _write(page, number, column, cell, styles)
    page.autofilter(0, 0, min(number, MOST_ROWS), max(len(sheet.head) - 1, 0))
    _write_note(book, sheet, styles)
    book.close()


def _write_note(book: Any, sheet: Sheet, styles: _Styles) -> None:
    if not sheet.note:
        return
    page = book.add_worksheet(_sheet_name(_("What this is")))
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 60)
    for number, (name, value) in enumerate((("", sheet.title), *sheet.note)):
        page.write_string(number, 0, name, styles.head)
        page.write_string(number, 1, value)


def _write(page: Any, row: int, column: int, cell: Cell, styles: _Styles) -> None:
    match cell:
        case None | Money(amount=None) | Days(number=None):
            pass
        case str():
            page.write_string(row, column, cell[:LONGEST_CELL])
        case Money(amount=int(amount), currency=currency):
            value = Decimal(amount).scaleb(-decimals_of(currency))
            page.write_number(row, column, float(value), styles.money(currency))
        case Decimal():
            page.write_number(row, column, float(cell), styles.share)
        case Days(number=Decimal() as number):
            page.write_number(row, column, float(number), styles.days)
        case date():
            page.write_datetime(row, column, cell, styles.day)
        case _:
            page.write_number(row, column, cell)


class _Styles:
    """How cells of each type are shown."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._of_decimals: dict[int, Any] = {}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.share = book.add_format({"num_format": "0.0%"})
        self.days = book.add_format({"num_format": "0.0"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})

    def money(self, currency: str) -> Any:
        """Grouped, with as many decimals as the currency has."""
        decimals = decimals_of(currency)
        if decimals not in self._of_decimals:
            places = f".{'0' * decimals}" if decimals else ""
            style = self._book.add_format({"num_format": f"#,##0{places}"})
            self._of_decimals[decimals] = style
        return self._of_decimals[decimals]


def _sheet_name(text: str) -> str:
    """As a sheet may be called: 31 characters, without those that a reference gives a meaning."""
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:31].strip() or "Sheet"
