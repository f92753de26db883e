"""Importing payments, standing refreshed, against COPY of the same rows."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from io import BytesIO

import xlsxwriter
from django.db import connection

from benchmarks.databases import empty_database, settle, taken_back
from benchmarks.files import bring, bring_people_and_customers, csv_of
from benchmarks.measure import Ratio, Report, Size, side_by_side
from collections_app.accounts.models import ImportRecord
from collections_app.ledger.models import Payment
from collections_app.reminders.sweep import sweep

ROWS, CUSTOMERS, PROMISES = 10_000, 1_000, 2
# As many as one file may hold.
MOST_ROWS = 100_000
TODAY = date(2025, 6, 10)
FROM = TODAY - timedelta(days=60)
TIMES = 3
HEADER = "reference,customer_code,received_on,amount"
FLOOR = "typed COPY into the indexed table"


def run(size: Size) -> Report:
    """A file of CSV and one of XLSX; the ratio is of rows a second."""
    rows = min(size.scaled(ROWS), MOST_ROWS)
    customers = size.at_one(CUSTOMERS)
    payments = [
        (f"R{n}", f"K{n % customers}", FROM + timedelta(days=n % 60), f"{1 + n % 90}.{n % 100:02d}")
        for n in range(rows)
    ]
    with empty_database():
        _fill(customers)
        settle()
        data = csv_of(HEADER, payments)
        copied = _as_copy(data)
        csv, xlsx, copy = side_by_side(
            partial(_import, data, "payments.csv"),
            partial(_import, _workbook(payments), "payments.xlsx"),
            partial(_copy, copied, rows),
            times=size.times(TIMES),
        )
    return Report(
        [
            Ratio("payments from CSV", csv.p50, FLOOR, copy.p50, at_least=0.6),
            Ratio("payments from XLSX", xlsx.p50, FLOOR, copy.p50, at_least=0.4),
        ],
        {
            "rows": rows,
            "customers": customers,
            "CSV rows a second": round(rows / csv.p50 * 1000),
            "XLSX rows a second": round(rows / xlsx.p50 * 1000),
            "COPY rows a second": round(rows / copy.p50 * 1000),
        },
    )


def _fill(customers: int) -> None:
    bring_people_and_customers(customers, on=TODAY)
    rows = [
        (f"P{n}-{k}", f"K{n}", FROM, TODAY + timedelta(days=10 * k - 10), "100.00")
        for n in range(customers)
        for k in range(PROMISES)
    ]
    header = "reference,customer_code,made_on,due_on,amount"
    bring("commitments", csv_of(header, rows), on=TODAY)
    sweep(on=TODAY, notify=False)


def _import(data: bytes, name: str) -> None:
    with taken_back():
        bring("payments", data, on=TODAY, name=name)


def _as_copy(data: bytes) -> bytes:
    """What an import of the file puts into the table, as COPY gives and takes it."""
    record = ImportRecord.objects.create(kind="payments", filename="floor.csv", sha256="0" * 64)
    copied = BytesIO()
    with taken_back():
        bring("payments", data, on=TODAY)
        # The import's own record is taken back with it.
        Payment.objects.update(import_record=record)
        with connection.cursor() as cursor, cursor.copy(f"COPY {_table()} TO STDOUT") as out:
            for block in out:
                copied.write(block)
    return copied.getvalue()


def _copy(data: bytes, rows: int) -> None:
    with taken_back(), connection.cursor() as cursor:
        with cursor.copy(f"COPY {_table()} FROM STDIN") as into:
            into.write(data)
        assert cursor.rowcount == rows


def _table() -> str:
    return Payment._meta.db_table


def _workbook(payments: list[tuple[str, str, date, str]]) -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER.split(","))
        for place, (reference, code, on, amount) in enumerate(payments, 1):
            sheet.write_string(place, 0, reference)
            sheet.write_string(place, 1, code)
            sheet.write_datetime(place, 2, on, day)
            sheet.write_number(place, 3, float(amount))
    return file.getvalue()
