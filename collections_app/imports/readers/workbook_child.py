"""The child that unpacks a workbook: bytes on standard input, lines of JSON on standard output.

Run by path, as a program: nothing of the product is imported. Each line but the last holds rows
``[[number, [cell, …]], …]``; the last is ``{}`` or ``{"code", "variant"}`` for a refusal. Exits 0
unless the workbook could not be read at all; dies by a signal where it needs too much.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY: Final = 1 << 30
CPU_SECONDS: Final = 20
MAX_ANSWER: Final = 96 * 2**20
CHUNK: Final = 2000

_NAMESPACE: Final = re.compile(r"\{[^}]*\}")
_CELL_OR_ROW: Final = re.compile(
    rb"<(?:\w+:)?row\b([^>]*)>|<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.S
)
_NUMBER: Final = re.compile(rb"""\sr=["']([A-Z]*)([0-9]+)["']""")
_FAULT_MARKS: Final = (b'="e"', b"='e'", b"<f", b":f")
_ERROR: Final = re.compile(rb"""\st=["']e["']""")
_TEXT_RESULT: Final = re.compile(rb"""\st=["']str["']""")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f\b")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<")
_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ESCAPED_CONTROL: Final = re.compile(r"\\u00[0189]|\\u007f|\\[bf]|\x7f")

Sent = str | float | bool | time | date | datetime | timedelta | list[str]


class Refusal(Exception):
    """The workbook is refused: a code of the contract and the variant of its sentence."""

    def __init__(self, code: str, variant: str) -> None:
        super().__init__(code)
        self.code = code
        self.variant = variant


def limit_resources() -> None:
    """Bound memory, processor time and files of this process for good."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def check_members(archive: zipfile.ZipFile, *, max_unpacked: int) -> None:
    """Unpack every member once, in pieces, and hold the directory's sizes to their word."""
    left = max_unpacked
    for info in archive.infolist():
        declared = info.file_size
        info.file_size = left + 1  # else zipfile stops where the directory says
        found = 0
        with archive.open(info) as member:
            head = member.read(4096)
            if has_doctype(head):
                raise Refusal("unsupported_type", "active")
            piece = head
            while piece:
                found += len(piece)
                if found > declared:
                    raise Refusal("too_large", "unpacked")
                piece = member.read(1 << 20)
        info.file_size = declared
        left -= found


def has_doctype(xml: bytes) -> bool:
    """Whether XML in UTF-8 or UTF-16 declares a document type."""
    return b"<!DOCTYPE" in xml.replace(b"\0", b"").upper()


def sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet → its member of the archive."""
    names = {name.lower(): name for name in archive.namelist()}
    relations = parsed(archive.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    paths: dict[str, str] = {}
    for item in parsed(archive.read(names["xl/workbook.xml"])).iter():
        if _NAMESPACE.sub("", item.tag) != "sheet":
            continue
        relation = next((v for k, v in item.attrib.items() if k.endswith("}id")), None)
        target = targets.get(relation, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path.lower() in names:
            paths[item.get("name", "")] = names[path.lower()]
    return paths


def parsed(xml: bytes) -> ElementTree.Element:
    """The root of a small part; one with a DOCTYPE, which entities need, is refused."""
    if has_doctype(xml):
        raise Refusal("unsupported_type", "active")
    return ElementTree.fromstring(xml)  # noqa: S314


def cells_without_value(xml: bytes) -> dict[int, dict[int, list[str]]]:
    """Row → column (both from 0) of error cells and of formulas whose result was never saved.

    calamine shows both as empty, and an empty cell would pass for "not said".
    """
    found: dict[int, dict[int, list[str]]] = {}
    # Plain searches first: a regular expression over 30 MB costs more than all the rest.
    if not any(mark in xml for mark in _FAULT_MARKS):
        return found
    row, column = -1, -1
    for match in _CELL_OR_ROW.finditer(xml):
        if match[1] is not None:
            number = _NUMBER.search(match[1])
            row, column = (int(number[2]) - 1 if number else row + 1), -1
            continue
        place = _NUMBER.search(match[2])
        column = column_of(place[1]) if place and place[1] else column + 1
        bad = fault_of(match[2], match[3] or b"")
        if bad:
            found.setdefault(row, {})[column] = bad
    return found


def fault_of(attributes: bytes, content: bytes) -> list[str] | None:
    """Why the cell has no value, and what it shows; None if it is well or plainly empty."""
    value = _VALUE.search(content)
    shown = value[1].decode("utf-8", "replace") if value else ""
    if _ERROR.search(attributes):
        return ["error_cell", shown]
    if shown or not _FORMULA.search(content):
        return None
    # A formula that gave an empty text has t="str": that is a value, and a blank one.
    return None if _TEXT_RESULT.search(attributes) and value else ["formula_without_value", ""]


def column_of(letters: bytes) -> int:
    """``A`` is 0, ``AA`` is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def tagged(cell: object) -> list[str] | str:
    """What JSON has no type for."""
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    return str(cell)


def marked(cell: Sent) -> Sent:
    """A text with control characters as the bad cell that it is."""
    if isinstance(cell, str) and _CONTROL.search(cell):
        return ["control_characters", _CONTROL.sub("�", cell)]
    return cell


def line_of(chunk: list[tuple[int, list[Sent]]]) -> str:
    """Rows as one line of JSON, in ASCII."""
    line = json.dumps(chunk, separators=(",", ":"), default=tagged)
    # Looked for in the whole line, where they stand escaped: cell by cell costs more than all.
    if _ESCAPED_CONTROL.search(line):
        chunk = [(number, [marked(cell) for cell in cells]) for number, cells in chunk]
        line = json.dumps(chunk, separators=(",", ":"), default=tagged)
    return line + "\n"


def rows_of(
    sheet: CalamineSheet, faults: dict[int, dict[int, list[str]]]
) -> Iterator[tuple[int, list[Sent]]]:
    """The rows that show anything, numbered from 1."""
    at = -1
    # What has no value may lie below or beside all that calamine saw.
    width = max((column + 1 for row in faults.values() for column in row), default=0)
    for at, raw in enumerate(sheet.iter_rows()):
        cells: list[Sent] = list(raw)
        yield from with_faults(at, cells, faults.get(at), width=width)
        width = max(width, len(cells))
    for row in sorted(row for row in faults if row > at):
        yield from with_faults(row, [], faults[row], width=width)


def with_faults(
    row: int, cells: list[Sent], faults: dict[int, list[str]] | None, *, width: int
) -> Iterator[tuple[int, list[Sent]]]:
    """The row, filled up to ``width``, with its faulty cells put in; none if it is blank."""
    if len(cells) < width:
        cells.extend([""] * (width - len(cells)))
    for column, fault in (faults or {}).items():
        cells[column] = fault
    if any(not isinstance(cell, str) or cell.strip() for cell in cells):
        yield row + 1, cells


def write_rows(rows: Iterator[tuple[int, list[Sent]]], *, max_rows: int) -> bool:
    """Write the rows in chunks; False if there were none."""
    out = sys.stdout
    written = count = 0
    chunk: list[tuple[int, list[Sent]]] = []
    for row in rows:
        count += 1
        # The header is one more; the row after the last allowed lets the parent refuse.
        if count > max_rows + 1:
            raise Refusal("too_large", "rows")
        chunk.append(row)
        if len(chunk) == CHUNK:
            written += out.write(line_of(chunk))
            chunk = []
        if written > MAX_ANSWER:
            raise Refusal("too_large", "unpacked")
    if chunk:
        out.write(line_of(chunk))
    return count > 0


def read(data: bytes, *, max_rows: int, max_unpacked: int) -> None:
    """Write the first visible sheet that holds anything."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_members(archive, max_unpacked=max_unpacked)
        paths = sheet_paths(archive)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in workbook.sheets_metadata:
            if sheet.visible != SheetVisibleEnum.Visible or sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            xml = archive.read(paths[sheet.name]) if sheet.name in paths else b""
            rows = rows_of(workbook.get_sheet_by_name(sheet.name), cells_without_value(xml))
            if write_rows(rows, max_rows=max_rows):
                return


def main() -> int:
    """Read standard input within the limits; the exit status says whether it is a workbook."""
    limit_resources()
    gc.disable()  # a short life that makes no cycles, but a million cells to look through
    max_rows, max_unpacked = int(sys.argv[1]), int(sys.argv[2])
    verdict: dict[str, str] = {}
    try:
        read(sys.stdin.buffer.read(), max_rows=max_rows, max_unpacked=max_unpacked)
    except Refusal as refusal:
        verdict = {"code": refusal.code, "variant": refusal.variant}
    except MemoryError:
        verdict = {"code": "too_large", "variant": "unpacked"}
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, OSError):
        return 1
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(verdict))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
