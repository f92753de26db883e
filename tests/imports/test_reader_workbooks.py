"""A workbook becomes a header and numbered rows, and no workbook costs more than it may."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from collections_app.imports.messages import UnreadableFile
from collections_app.imports.readers import (
    BadCell,
    CellValue,
    Table,
    read_table,
)
from collections_app.imports.readers import (
    workbook as reader,
)


def read(data: bytes) -> Table:
    return read_table(data, filename="table.xlsx")


def rows_of(table: Table) -> list[tuple[int, list[CellValue]]]:
    return [(row.number, list(row.cells)) for row in table.rows]


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(data)
    assert caught.value.message.endswith(".")
    return caught.value.code


def workbook(fill: Callable[[Workbook], None]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    fill(book)
    book.close()
    return target.getvalue()


def sheet_of(fill: Callable[[Worksheet], None]) -> bytes:
    return workbook(lambda book: fill(book.add_worksheet()))


def plain_sheet(sheet: Worksheet) -> None:
    sheet.write_row(0, 0, ["code", "name"])
    sheet.write_row(1, 0, ["C1", "客户甲"])


def fill_column(sheet: Worksheet, texts: list[str]) -> None:
    sheet.write_column(0, 0, texts)


def rewritten(data: bytes, changes: dict[str, bytes]) -> bytes:
    """The same archive with members replaced or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return target.getvalue()


def test_a_workbook_gives_values_of_their_kind() -> None:
    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["text", "number", "flag", "day", "instant"])
        sheet.write_string(1, 0, "007")
        sheet.write_number(1, 1, 1234.56)
        sheet.write_boolean(1, 2, True)
        day, instant = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "d/m/yy hh:mm"))
        sheet.write_datetime(1, 3, datetime(2021, 12, 1), day)
        sheet.write_datetime(1, 4, datetime(2021, 12, 1, 13, 5), instant)

    assert rows_of(read(workbook(fill))) == [
        (2, ["007", 1234.56, True, date(2021, 12, 1), datetime(2021, 12, 1, 13, 5)])
    ]


def test_rows_of_a_workbook_are_numbered_as_it_shows_them() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(2, 0, ["a", "b"])
        sheet.write_row(4, 0, ["1", "2"])
        sheet.write_row(9, 0, ["3", ""])

    assert rows_of(read(sheet_of(fill))) == [(5, ["1", "2"]), (10, ["3", ""])]


def test_the_first_visible_sheet_that_holds_anything_is_read() -> None:
    def fill(book: Workbook) -> None:
        book.add_worksheet("empty").activate()
        hidden = book.add_worksheet("hidden")
        hidden.write(0, 0, "secret")
        hidden.hide()
        plain_sheet(book.add_worksheet("数据"))
        book.add_worksheet("later").write(0, 0, "other")

    assert read(workbook(fill)).header == ["code", "name"]


def test_an_error_and_a_formula_never_worked_out_are_marked() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["a", "b", "c", "d"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 1, "=A1", None, "")
        sheet.write_formula(1, 2, "=1+1", None, 2)
        sheet.write_formula(1, 3, '="x"', None, "x")
        sheet.write_formula(5, 1, "=A1", None, "")

    unsaved = BadCell("formula_without_value", "")
    table = read(sheet_of(fill))
    assert rows_of(table) == [
        (2, [BadCell("error_cell", "#DIV/0!"), unsaved, 2.0, "x"]),
        (6, ["", unsaved, "", ""]),
    ]


def test_a_formula_that_gave_an_empty_text_is_blank() -> None:
    data = sheet_of(plain_sheet)
    path = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(path)
    row = b'<row r="3"><c r="A3" t="str"><f>""</f><v></v></c></row></sheetData>'
    table = read(rewritten(data, {path: xml.replace(b"</sheetData>", row)}))
    assert rows_of(table) == [(2, ["C1", "客户甲"])]


def test_control_characters_of_a_workbook_are_marked() -> None:
    table = read(sheet_of(lambda sheet: fill_column(sheet, ["a", "x\x01y"])))
    assert rows_of(table) == [(2, [BadCell("control_characters", "x�y")])]


def test_a_cell_beyond_the_headings_of_a_workbook_is_marked() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, ["1", "2", "3"])

    (row,) = read(sheet_of(fill)).rows
    assert row.problem is not None
    assert row.problem.params == {"found": 3, "expected": 2}


def test_an_empty_workbook_has_no_header() -> None:
    assert code_of(sheet_of(lambda sheet: None)) == "no_header"


def test_a_small_file_that_unpacks_to_fifty_megabytes_is_refused_within_a_second() -> None:
    bomb = rewritten(sheet_of(plain_sheet), {"xl/worksheets/sheet1.xml": b" " * (52 * 2**20)})
    assert len(bomb) < 60_000
    start = time.monotonic()
    assert code_of(bomb) == "too_large"
    assert time.monotonic() - start < 1


def test_a_bomb_whose_directory_lies_is_refused() -> None:
    path = "xl/worksheets/sheet1.xml"
    bomb = bytearray(rewritten(sheet_of(plain_sheet), {path: b" " * (52 * 2**20)}))
    entry = bomb.rindex(path.encode()) - 46
    assert bomb[entry : entry + 4] == b"PK\x01\x02"
    struct.pack_into("<L", bomb, entry + 24, 1000)
    start = time.monotonic()
    assert code_of(bytes(bomb)) == "too_large"
    assert time.monotonic() - start < 1


def test_a_cell_in_the_last_corner_of_a_sheet_is_refused() -> None:
    def fill(sheet: Worksheet) -> None:
        plain_sheet(sheet)
        sheet.write(1_048_575, 16_383, "x")

    assert code_of(sheet_of(fill)) == "too_large"


def test_one_long_text_in_very_many_cells_is_refused() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in range(4_000):
            sheet.write_string(row, 0, "x" * 32_000)

    assert code_of(sheet_of(fill)) == "too_large"


def test_thousands_of_members_are_refused() -> None:
    extra = {f"xl/media/{n}.txt": b"" for n in range(1100)}
    assert code_of(rewritten(sheet_of(plain_sheet), extra)) == "too_large"


@pytest.mark.parametrize(
    "member",
    ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/macrosheets/sheet1.xml"],
)
def test_macros_and_links_to_other_workbooks_are_refused(member: str) -> None:
    assert code_of(rewritten(sheet_of(plain_sheet), {member: b"x"})) == "unsupported_type"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_with_entities_is_refused(part: str) -> None:
    xml = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><workbook>&e;</workbook>'
    assert code_of(rewritten(sheet_of(plain_sheet), {part: xml})) == "unsupported_type"


@pytest.mark.parametrize("member", ["a.txt", "word/document.xml", "xl/workbook.bin"])
def test_an_archive_that_is_no_workbook_is_refused(member: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(member, "x")
    assert code_of(target.getvalue()) == "unsupported_type"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_of_broken_xml_is_refused(part: str) -> None:
    assert code_of(rewritten(sheet_of(plain_sheet), {part: b"<a><b"})) == "unreadable_file"


@pytest.mark.parametrize("keep", [10, 1000, -1])
def test_a_workbook_cut_short_is_refused(keep: int) -> None:
    assert code_of(sheet_of(plain_sheet)[:keep]) == "unreadable_file"


def test_the_name_does_not_decide() -> None:
    assert read_table(b"code,town\nC1,x\n", filename="x.xlsx").header == ["code", "town"]
    assert read_table(sheet_of(plain_sheet), filename="x.csv").header == ["code", "name"]


def test_the_last_row_allowed_is_read_and_one_more_refused() -> None:
    book = sheet_of(lambda sheet: fill_column(sheet, ["r1", "r2", "r3", "r4"]))
    for data in (b"a\n1\n\n2\n3\n", book):
        assert len(read_table(data, filename="x", max_rows=3).rows) == 3
        with pytest.raises(UnreadableFile) as caught:
            read_table(data, filename="x", max_rows=2)
        assert caught.value.code == "too_large"


def test_a_child_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "TIMEOUT_SECONDS", 0.001)
    with pytest.raises(UnreadableFile) as caught:
        read(sheet_of(lambda sheet: fill_column(sheet, ["a"] * 20_000)))
    assert (caught.value.code, caught.value.variant) == ("unreadable_file", "too_slow")


def test_a_child_that_is_left_alone_early_ends() -> None:
    records = reader.read_workbook(
        sheet_of(lambda sheet: fill_column(sheet, ["a"] * 20_000)), max_rows=100_000
    )
    assert list(next(iter(records))) == ["a"]
    del records
