"""How the month of a selection runs by day, and what its customers owe by age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from collections_app.core.rows import identified
from collections_app.core.together import fetch_together
from collections_app.standing.course_sql import ages_statement, days_statement
from collections_app.standing.figures import parameters_of
from collections_app.standing.questions import MonthAges, MonthDays
from collections_app.standing.selection import Selection, rows_of

BUCKETS: Final = ("not_due", "d1_30", "d31_60", "d61_90", "over_90")


@dataclass(frozen=True, slots=True)
class Day:
    """What fell due on a day, and what was received on it, in minor units."""

    day: date
    due: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """What is open by days past due, in minor units (rule 10); ``customers`` owe anything."""

    name: str
    public_id: UUID | None
    customers: int
    not_due: int
    d1_30: int
    d31_60: int
    d61_90: int
    over_90: int

    @property
    def open(self) -> int:
        return self.not_due + self.overdue

    @property
    def overdue(self) -> int:
        return self.d1_30 + self.d31_60 + self.d61_90 + self.over_90


def values_of(chosen: Selection) -> dict[str, Any]:
    """The parameters of statements about instalments of the selection."""
    values = parameters_of(chosen.month, on=chosen.on, customers=chosen.ids, owners=chosen.owners)
    return values | {"rating": chosen.rating, "currency": chosen.currency}


def days_rows(chosen: Selection) -> tuple[str, dict[str, Any]]:
    """The statement of the days of the month, in ``chosen.currency``, and its parameters."""
    rows, values = rows_of("days", MonthDays(chosen.month, chosen.on), chosen)
    return days_statement(rows), values


def days_from(rows: Iterable[dict[str, Any]]) -> list[Day]:
    """The days of ``days_rows`` as they are fetched together with others."""
    return [Day(date.fromisoformat(r["day"]), r["due"], r["received"]) for r in rows]


def ages_of(chosen: Selection) -> list[Ages]:
    """What is open by age of each rep's customers, most overdue first; in ``chosen.currency``."""
    rows, values = rows_of("ages", MonthAges(chosen.month, chosen.on), chosen)
    found = fetch_together({"ages": ages_statement(rows)}, values)["ages"]
    return [Ages(**identified(row)) for row in found]


def total_ages(rows: Iterable[Ages]) -> Ages:
    """The sums over all reps."""
    found = list(rows)
    sums = {name: sum(getattr(row, name) for row in found) for name in ("customers", *BUCKETS)}
    return Ages(name="", public_id=None, **sums)
