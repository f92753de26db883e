"""Files of an organisation for benchmarks: even, plain and as large as asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from collections_app.imports.operations import run_import
from collections_app.imports.result import ImportResult

REPS = 10


def csv_of(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    """A file's bytes; no value may hold a comma."""
    lines = [",".join(map(str, row)) for row in rows]
    return "\n".join([header, *lines, ""]).encode()


def bring(kind: str, data: bytes, *, on: date, name: str = "bench.csv") -> ImportResult:
    """Import the file; every row of it must be good."""
    result = run_import(kind=kind, data=data, filename=name, by=None, on=on)
    assert result.saved, result.rejected[:3]
    return result


def bring_people_and_customers(customers: int, *, on: date) -> None:
    """Reps, and customers of theirs without any days of grace."""
    reps = [(f"rep{n}@kept.test", f"Rep {n}", "rep") for n in range(REPS)]
    bring("users", csv_of("email,name,role", reps), on=on)
    rows = [(f"K{n}", f"Customer {n}", reps[n % REPS][0], "C") for n in range(customers)]
    bring("customers", csv_of("code,name,owner_email,credit_rating", rows), on=on)
