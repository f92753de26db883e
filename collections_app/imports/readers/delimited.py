"""Delimited text → records, as a spreadsheet would number them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from collections_app.imports.messages import UnreadableFile
from collections_app.imports.readers.table import BadCell, CellValue

# In order of trust: a comma is also found inside headings, a tab hardly ever.
_DELIMITERS: Final = "\t;,"
_SEP_LINE: Final = re.compile(r'"?sep=([,;\t])"?\r?\n?', re.I)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# A line of its own after the last: where it does not come back, a quotation mark is still open.
_END: Final = "\ue000end of file\ue000"
_SNIFFED_RECORDS: Final = 20


def records_of(text: str) -> Iterator[Sequence[CellValue]]:
    """The records of CSV text, comma, semicolon or tab; a quoted cell may span lines.

    Raises ``UnreadableFile`` (``unreadable_file``) where a quotation mark is never closed: all
    that follows it would be swallowed by one cell. Cells with control characters come as
    ``BadCell``; line breaks and tabs inside quotes are kept.
    """
    told = _SEP_LINE.match(text)  # Excel's own hint, which it shows as no row
    if told:
        text = text[told.end() :]
    delimiter = told[1] if told else delimiter_of(text)
    records = _parsed(text, delimiter)
    if _CONTROL.search(text) is None:
        yield from records
        return
    for record in records:
        yield [
            BadCell("control_characters", _CONTROL.sub("�", cell))
            if _CONTROL.search(cell)
            else cell
            for cell in record
        ]


def delimiter_of(text: str) -> str:
    """The delimiter, from the header record outside quotes.

    Where the header holds several candidates, those that also cut the first rows into as many
    cells as the header go first, then the most frequent one.
    """
    header = _header_of(text)
    bare = re.sub(r'"(?:[^"]|"")*"', '""', header)
    counts = {mark: bare.count(mark) for mark in _DELIMITERS if mark in bare}
    if not counts:
        return ","
    if len(counts) == 1:
        return next(iter(counts))
    return max(counts, key=lambda mark: (_cuts_evenly(text, mark), counts[mark]))


def _header_of(text: str) -> str:
    """The first record that is not blank, quoted line breaks included."""
    lines: list[str] = []
    for line in io.StringIO(text, newline=""):
        if not lines and not line.strip(" \r\n,;\t"):
            continue
        lines.append(line)
        if sum(part.count('"') for part in lines) % 2 == 0 or len(lines) == _SNIFFED_RECORDS:
            break
    return "".join(lines)


def _cuts_evenly(text: str, delimiter: str) -> bool:
    try:
        records = list(islice(filter(any, _reader(text, delimiter)), _SNIFFED_RECORDS))
    except csv.Error:
        return False
    return len(records) > 1 and len({len(record) for record in records}) == 1


def _reader(lines: str | Iterable[str], delimiter: str) -> Iterator[list[str]]:
    source = io.StringIO(lines, newline="") if isinstance(lines, str) else lines
    return csv.reader(source, delimiter=delimiter)


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    number = 0
    held: list[str] | None = None
    try:
        for record in _reader(chain(io.StringIO(text, newline=""), (_END,)), delimiter):
            if held is not None:
                yield held
            number += 1
            held = record
    except csv.Error:
        raise UnreadableFile("unreadable_file", variant="open_quote", row=number + 1) from None
    if held != [_END]:
        raise UnreadableFile("unreadable_file", variant="open_quote", row=number)
