"""A file becomes a header and numbered rows, or is refused with a code that says why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collections_app.imports.messages import UnreadableFile
from collections_app.imports.readers import BadCell, CellValue, Table, read_table

GOOD = "code,name,town\nC1,客户甲,上海\nC2,客户乙,北京\n"


def read(data: bytes | str, *, encoding: str | None = None) -> Table:
    raw = data.encode() if isinstance(data, str) else data
    return read_table(raw, filename="table.csv", encoding=encoding)


def rows_of(table: Table) -> list[tuple[int, list[CellValue]]]:
    return [(row.number, list(row.cells)) for row in table.rows]


def code_of(data: bytes | str, *, encoding: str | None = None) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(data, encoding=encoding)
    assert caught.value.message.endswith(".")
    return caught.value.code


# Text: encodings


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"],
)
def test_the_encoding_is_found_out(encoding: str) -> None:
    table = read(GOOD.encode(encoding))
    assert table.header == ["code", "name", "town"]
    assert rows_of(table) == [(2, ["C1", "客户甲", "上海"]), (3, ["C2", "客户乙", "北京"])]


@pytest.mark.parametrize("name", ["GB 18030", "gb2312", "UTF16LE", "utf_8", "Big5", "cp1252"])
def test_an_encoding_that_is_told_is_used(name: str) -> None:
    text = "code,name\nC1,x\n"
    assert read(text.encode("utf-16-le" if "16" in name else "ascii"), encoding=name).rows


def test_the_encoding_told_wins_over_the_guess() -> None:
    assert rows_of(read("a,b\n1,Müller\n".encode("cp1252"), encoding="cp1252")) == [
        (2, ["1", "Müller"])
    ]


@pytest.mark.parametrize("name", ["klingon", "base64", "unicode_escape", "idna", "\0"])
def test_a_name_that_is_no_encoding_of_files_is_refused(name: str) -> None:
    assert code_of(GOOD, encoding=name) == "unknown_encoding"


def test_bytes_that_are_not_in_the_encoding_told_are_refused() -> None:
    assert code_of(GOOD.encode("gb18030"), encoding="utf-8") == "wrong_encoding"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "code,name\nC1,Müller\nC2,Bäcker\n"),
        ("latin-1", "code,name\nC1,é\n"),
        ("shift_jis", "code,name\nC1,株式会社ひまわり\nC2,すみれ商店\n"),
        ("big5", "code,name\nC1,台灣客戶有限公司\nC2,國際貿易\n"),
    ],
)
def test_another_old_encoding_is_not_passed_off_as_chinese(encoding: str, text: str) -> None:
    assert code_of(text.encode(encoding)) == "unknown_encoding"


def test_a_file_cut_in_the_middle_of_a_character_is_refused() -> None:
    assert code_of(b"\xff\xfe" + "a,b\n1,2".encode("utf-16-le")[:-1]) == "unreadable_file"


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=12
).filter(lambda text: text == text.strip())


@settings(max_examples=60)
@given(
    table=st.lists(st.tuples(cells, cells), max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]),
    mark=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_is_written_in_any_dialect_is_read_back(
    table: list[tuple[str, str]], encoding: str, mark: str, end: str
) -> None:
    lines = [("编号", "名称", "客户"), *(("甲", *cells) for cells in table)]
    text = end.join(
        mark.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines
    )
    told = encoding if encoding == "gb18030" else None
    table_read = read(text.encode(encoding), encoding=told)
    assert table_read.header == ["编号", "名称", "客户"]
    assert [list(row.cells) for row in table_read.rows] == [["甲", *cells] for cells in table]


# Text: dialects and rows


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found_out(mark: str) -> None:
    assert read(f"code{mark}name\nC1{mark}x\n").header == ["code", "name"]


def test_a_delimiter_inside_quotes_does_not_count() -> None:
    table = read('"a,b,c";"d,e"\n1;2\n')
    assert table.header == ["a,b,c", "d,e"]


def test_commas_inside_headings_do_not_hide_the_semicolons() -> None:
    table = read("sum (EUR, gross, net);code\n1,5;C1\n2,5;C2\n")
    assert table.header == ["sum (EUR, gross, net)", "code"]


def test_a_line_that_names_the_separator_is_no_row() -> None:
    table = read("sep=;\ncode;name\nC1;x\n")
    assert (table.header, rows_of(table)) == (["code", "name"], [(2, ["C1", "x"])])


def test_a_single_column_needs_no_delimiter() -> None:
    assert rows_of(read("code\nC1\n")) == [(2, ["C1"])]


def test_blank_records_count_and_are_left_out() -> None:
    assert rows_of(read("a,b\n\n1,2\n ,\n\n3,4\n\n")) == [(3, ["1", "2"]), (6, ["3", "4"])]


def test_blank_records_above_the_header_count_too() -> None:
    assert rows_of(read("\n,,\na,b\n1,2\n")) == [(4, ["1", "2"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_line_break_is_inside_one_record(end: str) -> None:
    table = read(f'a,b{end}1,"x{end}y"{end}2,z{end}')
    assert rows_of(table) == [(2, ["1", f"x{end}y"]), (3, ["2", "z"])]


def test_doubled_quotes_are_one() -> None:
    assert rows_of(read('a,b\n1,"say ""hi"""\n')) == [(2, ["1", 'say "hi"'])]


def test_a_quote_inside_a_bare_cell_is_a_character() -> None:
    assert rows_of(read('a,b\n12" pipe,5\n7,8\n')) == [(2, ['12" pipe', "5"]), (3, ["7", "8"])]


def test_blank_cells_beyond_the_header_do_no_harm() -> None:
    table = read("a,b,,\n1,2,, \n3,4\n")
    assert [row.problem for row in table.rows] == [None, None]
    assert rows_of(table) == [(2, ["1", "2"]), (3, ["3", "4"])]


@pytest.mark.parametrize("line", ["1", "1,2,3", ",,x", '"1,2"'])
def test_a_row_with_too_few_or_too_many_cells_is_marked(line: str) -> None:
    table = read(f"a,b\n{line}\n8,9\n")
    problems = [row.problem.code if row.problem else None for row in table.rows]
    assert problems == ["wrong_column_count", None]


def test_control_characters_are_marked_where_they_stand() -> None:
    table = read("a,b\n1,x\x07y\n2,z\n")
    assert rows_of(table) == [
        (2, ["1", BadCell("control_characters", "x�y")]),
        (3, ["2", "z"]),
    ]


def test_the_end_mark_of_old_dos_files_is_dropped() -> None:
    assert rows_of(read("a,b\n1,2\n\x1a")) == [(2, ["1", "2"])]


@pytest.mark.parametrize("text", ['a,b\n1,"x\n2,y\n', 'a,b\n1,"' + "x" * 200_000, '"a,b\n1,2\n'])
def test_a_quote_that_is_never_closed_is_refused(text: str) -> None:
    assert code_of(text) == "unreadable_file"


@pytest.mark.parametrize("data", [b"", b"\n\n", b" , ,\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a"])
def test_a_file_without_content_has_no_header(data: bytes) -> None:
    assert code_of(data) == "no_header"


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert read("a,b\n").rows == []


# What a file is


@pytest.mark.parametrize(
    "data",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
        b"%PDF-1.7\n1 0 obj",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"GIF89a\x01\0",
        b"MZ\x90\0\x03\0\0\0",
        b"\x7fELF\x02\x01",
        b"\x1f\x8b\x08\0",
        b"Rar!\x1a\x07\x01\0",
        b"7z\xbc\xaf\x27\x1c",
        b"PK\x05\x06" + b"\0" * 18,
        b"{\\rtf1 a,b}",
        b"<html><table><tr><td>code</td></tr></table></html>",
        b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>',
    ],
)
def test_what_is_no_table_is_refused_by_its_content(data: bytes) -> None:
    assert code_of(data) == "unsupported_type"


@pytest.mark.parametrize("data", [b"a,b\n1,\0\n", bytes(range(256)), b"\0" * 100, "客,\0".encode()])
def test_binary_data_is_refused(data: bytes) -> None:
    assert code_of(data) == "unreadable_file"


def test_a_heading_that_begins_like_a_program_is_a_heading() -> None:
    assert read("MZ,b\n1,2\n").header == ["MZ", "b"]


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_table(b"x" * 101, filename="x.csv", max_bytes=100)
    assert caught.value.code == "too_large"


def test_a_header_of_thousands_of_columns_is_refused() -> None:
    assert code_of(",".join("abc" for _ in range(2000))) == "too_large"


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail_otherwise(data: bytes) -> None:
    try:
        assert read(data).header
    except UnreadableFile as error:
        assert error.code
