"""Bad files through the command: refused or taken row by row, and never a trace of Python."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils.translation import override

from collections_app.imports.messages import SENTENCES
from collections_app.ledger.models import Payment
from tests.conftest import Cast
from tests.imports.files import command, customers_of, take

H = "reference,customer_code,received_on,amount"
FULL = H + ",currency,invoice_number,reverses,note"
TRACES = ("Traceback", "Error(", "NoneType", "Exception", 'File "', "%(", "<class", "object at 0x")


@pytest.fixture
def run(
    tmp_path: Path, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Writes the file, imports it as payments, and gives exit status and answer."""
    customers_of(cast)

    def run(content: bytes, *words: str, kind: str = "payments") -> tuple[int, dict[str, Any]]:
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        capsys.readouterr()
        status = command(kind, path, "--json", *words)
        out, err = capsys.readouterr()
        for trace in TRACES:
            assert trace not in out + err
        answer = json.loads(out)
        assert isinstance(answer, dict)
        return status, answer

    return run


Run = Callable[..., tuple[int, dict[str, Any]]]


def csv(*lines: str, head: str = H) -> bytes:
    return "\n".join([head, *lines]).encode()


def workbook(*rows: list[object], **formats: Any) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"nan_inf_to_errors": True, **formats})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


FILES: dict[str, tuple[bytes, str]] = {
    "nothing at all": (b"", "no_header"),
    "blank lines alone": (b"\n\n  \n", "no_header"),
    "binary": (bytes(range(256)) * 8, "unreadable_file"),
    "a NUL byte": (csv("P1,C1,2013-07-01,1\0"), "unreadable_file"),
    "NULs alone": (b"\0" * 100, "unreadable_file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "unsupported_type"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "unsupported_type"),
    "a page": (b"<html><table><tr><td>1</td></tr></table></html>", "unsupported_type"),
    "a program": (b"\x7fELF" + b"\0" * 60, "unsupported_type"),
    "half a workbook": (workbook([*H.split(",")])[:300], "unreadable_file"),
    "an open quotation mark": (csv('P1,C1,2013-07-01,"1', "P2,C1,2013-07-01,2"), "unreadable_file"),
    "a column twice": (csv("P1,P1,C1,2013-07-01,1", head="ref," + H), "duplicate_columns"),
    "a column missing": (csv("P1,C1,1", head="reference,customer_code,amount"), "missing_columns"),
    "no headings": (b"P1,C1,2013-07-01,1\nP2,C1,2013-07-01,2\n", "missing_columns"),
    "another table": (b"email,name,role\na@kept.test,A,rep\n", "missing_columns"),
    "Latin-1": (csv("P1,C1,2013-07-01,1,Müller", head=H + ",note").decode().encode("latin-1"),
                "unknown_encoding"),
    "broken UTF-16": (b"\xff\xfe" + H.encode("utf-16-le") + b"\x00\xd8", "unreadable_file"),
    "too many columns": (csv(head=",".join(f"c{n}" for n in range(600))), "too_large"),
    "too many rows": (csv(*["P,C1,2013-07-01,1"] * 100_001), "too_large"),
    "too many bytes": (csv("P1,C1,2013-07-01,1") + b"\n" * 11_000_000, "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(run: Run, name: str) -> None:
    content, code = FILES[name]
    status, answer = run(content)
    assert status == 1
    assert set(answer) == {"error"}
    assert answer["error"]["code"] == code
    assert answer["error"]["message"].endswith(".")
    assert not Payment.objects.exists()


def test_a_missing_column_is_named(run: Run) -> None:
    _, answer = run(csv("P1,C1,1", head="reference,customer_code,amount"))
    assert "received_on" in answer["error"]["message"]


def test_a_file_in_another_encoding_than_told_is_refused(run: Run) -> None:
    status, answer = run(csv("P1,C1,2013-07-01,1,收款", head=H + ",note"), "--encoding", "ascii")
    assert (status, answer["error"]["code"]) == (1, "wrong_encoding")


# The row as a spreadsheet numbers it, the column and the value refused, and why.
Fault = tuple[int, str | None, str | None, str]
ROWS: dict[str, tuple[bytes, list[Fault]]] = {
    "a cell too few": (csv("P1,C1,2013-07-01"), [(2, None, None, "wrong_column_count")]),
    "a cell too many": (csv("P1,C1,2013-07-01,1,2"), [(2, None, None, "wrong_column_count")]),
    "an unquoted comma": (csv("P1,C1,2013-07-01,1,000"), [(2, None, None, "wrong_column_count")]),
    "a date of two readings": (
        csv("P1,C1,03/04/2013,1"), [(2, "received_on", "03/04/2013", "ambiguous_date")]),
    "a column of both orders": (
        csv("P1,C1,25/03/2013,1", "P2,C1,03/25/2013,1", "P3,C1,03/04/2013,1"),
        [(4, "received_on", "03/04/2013", "ambiguous_date")]),
    "a day that is none": (
        csv("P1,C1,2013-02-30,1"), [(2, "received_on", "2013-02-30", "invalid_date")]),
    "a year long gone": (
        csv("P1,C1,1213-07-01,1"), [(2, "received_on", "1213-07-01", "out_of_range")]),
    "an amount of two readings": (
        csv("P1,C1,2013-07-01,1.234"), [(2, "amount", "1.234", "ambiguous_amount")]),
    "an amount that is none": (
        csv('P1,C1,2013-07-01,"12,3,4"'), [(2, "amount", "12,3,4", "invalid_amount")]),
    "infinite money": (csv("P1,C1,2013-07-01,inf"), [(2, "amount", "inf", "invalid_amount")]),
    "no money": (csv("P1,C1,2013-07-01,0.00"), [(2, "amount", "0.00", "out_of_range")]),
    "all the money there is": (
        csv("P1,C1,2013-07-01," + "9" * 30), [(2, "amount", "9" * 30, "out_of_range")]),
    "a third decimal": (
        csv("P1,C1,2013-07-01,1234.567"), [(2, "amount", "1234.567", "too_many_decimals")]),
    "another sign": (
        csv("P1,C1,2013-07-01,€5"), [(2, "amount", "€5", "currency_mismatch")]),
    "another currency": (
        csv("P1,C1,2013-07-01,5,USD,,,", head=FULL), [(2, "currency", "USD", "currency_mismatch")]),
    "no currency": (
        csv("P1,C1,2013-07-01,5,XYZ,,,", head=FULL), [(2, "currency", "XYZ", "invalid_currency")]),
    "an unknown customer": (
        csv("P1,C9,2013-07-01,1"), [(2, "customer_code", "C9", "unknown_customer")]),
    "an unknown invoice": (
        csv("P1,C1,2013-07-01,1,,I9,,", head=FULL),
        [(2, "invoice_number", "I9", "unknown_invoice")]),
    "a reversal of nothing": (
        csv("P1,C1,2013-07-01,-1,,,P9,", head=FULL), [(2, "reverses", "P9", "unknown_payment")]),
    "a reversal that names nothing": (
        csv("P1,C1,2013-07-01,-1"), [(2, "amount", "-1", "reversal_without_original")]),
    "a row of totals": (csv(",合计,,100"), [(2, None, None, "totals_row")]),
    "no key": (csv(",C1,2013-07-01,1"), [(2, "reference", "", "required")]),
    "a key too long": (
        csv("P" * 65 + ",C1,2013-07-01,1"), [(2, "reference", "P" * 65, "too_long")]),
    "a note too long": (
        csv("P1,C1,2013-07-01,1,,,," + "n" * 501, head=FULL), [(2, "note", "n" * 501, "too_long")]),
    "a bell in a key": (
        csv("P\a1,C1,2013-07-01,1"), [(2, "reference", "P�1", "control_characters")]),
    "a key that turns its direction": (
        csv("P\u202e1,C1,2013-07-01,1"), [(2, "reference", "P\u202e1", "control_characters")]),
    "a key twice": (
        csv("P1,C1,2013-07-01,1", "P1,C1,2013-07-01,2"),
        [(3, "reference", "P1", "duplicate_in_file")]),
    "blank rows count": (
        csv("", ",,,", "P1,C1,2013-07-01,x"), [(4, "amount", "x", "invalid_amount")]),
    "every cell empty but one": (
        csv("P1,,,"), [(2, name, "", "required") for name in H.split(",")[1:]]),
    "an error in a workbook": (
        workbook([*H.split(",")], ["P1", "C1", "2013-07-01", float("nan")]),
        [(2, "amount", "#NUM!", "error_cell")]),
    "a truth as an amount": (
        workbook([*H.split(",")], ["P1", "C1", "2013-07-01", True]),
        [(2, "amount", "True", "invalid_amount")]),
    "a serial number of no day": (
        workbook([*H.split(",")], ["P1", "C1", 5, 1]), [(2, "received_on", "5", "invalid_date")]),
    "a key with digits lost": (
        workbook([*H.split(",")], [1234567890123456789, "C1", "2013-07-01", 1]),
        [(2, "reference", "1.234567890123457e+18", "invalid_code")]),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_named_with_its_cell_and_its_reason(run: Run, name: str) -> None:
    content, faults = ROWS[name]
    status, answer = run(content)
    found = [(r["row"], r["column"], r["value"], r["code"]) for r in answer["rejected"]]
    assert (status, found) == (1, faults)
    assert all(r["code"] in SENTENCES and r["message"].endswith(".") for r in answer["rejected"])
    assert (answer["saved"], answer["import_id"]) == (False, None)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("name", [name for name, (csv_, _) in ROWS.items() if csv_[:2] != b"PK"])
def test_a_good_row_beside_a_bad_one_is_saved_where_bad_ones_are_skipped(
    run: Run, name: str
) -> None:
    content, faults = ROWS[name]
    width = content.split(b"\n")[0].count(b",") + 1
    good = ",".join(["GOOD", "C1", "2013-07-31", "5", *[""] * (width - 4)])
    status, answer = run(content + f"\n{good}\n".encode(), "--skip-bad-rows")
    assert (status, answer["saved"]) == (1, True)
    assert Payment.objects.filter(reference="GOOD", amount=500).exists()
    rejected = len({row for row, *_ in faults})
    assert answer["rows"] == answer["created"] + rejected


GOOD_FILES: dict[str, bytes] = {
    "GB 18030": csv("P1,C1,2013年7月1日,￥1万", head="回款单号,客户编号,回款日期,回款金额")
    .decode().encode("gb18030"),
    "UTF-16": csv("P1,C1,2013-07-01,10000").decode().encode("utf-16"),
    "UTF-16 without a mark": csv("P1,C1,2013-07-01,10000").decode().encode("utf-16-be"),
    "a byte order mark": b"\xef\xbb\xbf" + csv("P1,C1,2013-07-01,10000"),
    "semicolons": b"reference;customer_code;received_on;amount\nP1;C1;2013-07-01;10.000,00\n",
    "tabs": b"amount\treference\tcustomer_code\treceived_on\n10000\tP1\tC1\t2013/7/1\n",
    "Macintosh line ends": csv("P1,C1,2013-07-01,10000").replace(b"\n", b"\r"),
    "full-width digits": csv("P1,C1,２０１３-07-01,１００００"),
    "a column that settles its dates": csv("P1,C1,01/07/2013,10000", "P2,C1,25/07/2013,1"),
    "blank columns at the end": csv("P1,C1,2013-07-01,10000,,,"),
    "a serial number": workbook([*H.split(",")], ["P1", "C1", 41456, 10000]),
    "quotation marks": csv('"P1","C1","2013-07-01","10,000.00"'),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD_FILES)
def test_what_can_only_be_meant_one_way_is_taken(run: Run, name: str) -> None:
    status, answer = run(GOOD_FILES[name])
    assert (status, answer.get("rejected")) == (0, [])
    payment = Payment.objects.get(reference="P1")
    assert (payment.amount, str(payment.received_on)) == (1_000_000, "2013-07-01")


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("users", "email,name,role"),
        ("customers", "code,name,owner_email"),
        ("invoices", "number,customer_code,issued_on,due_on,amount"),
        ("payments", H),
        ("adjustments", "number,customer_code,on,amount,kind"),
        ("plans", "customer_code,month,target"),
        ("measures", "customer_code,month,kind,expected_uplift"),
        ("commitments", "reference,customer_code,made_on,due_on,amount"),
    ],
)
def test_no_kind_falls_over_a_cell_of_any_kind(run: Run, kind: str, line: str) -> None:
    """Whatever stands in any one column, or in all: an answer that adds up, never a failure."""
    columns = line.split(",")
    good = {"customer_code": "C1", "owner_email": "bo@kept.test", "month": "2013-08"}
    row = [good.get(name, "2013-07-05" if name.endswith("on") else "5") for name in columns]
    for cell in ("", "x", "\a", "-1", "9" * 400, "=1/0", "#REF!", "合计", "\u202e"):
        rows = [[*row[:place], cell, *row[place + 1 :]] for place in range(len(row))]
        content = csv(*(",".join(r) for r in [*rows, [cell] * len(row), row]), head=line)
        for words in ((), ("--skip-bad-rows",)):
            status, answer = run(content, *words, kind=kind)
            assert status in (0, 1)
            rejected = {r["row"] for r in answer["rejected"]}
            counted = sum(answer[name] for name in ("created", "updated", "unchanged"))
            assert counted + len(rejected) == answer["rows"]


def test_an_answer_comes_in_chinese_too(cast: Cast) -> None:
    customers_of(cast)
    with override("zh-hans"):
        result = take("payments", csv("P1,C9,2013-07-01,1"))
        assert "C9" in result.rejected[0].error.message
        assert not result.rejected[0].error.message.isascii()
