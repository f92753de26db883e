"""The verdicts of a month: by rep and week, and one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from collections_app.core.money import ratio
from collections_app.core.together import fetch_together
from collections_app.standing.questions import MonthVerdicts, MostMissing
from collections_app.standing.selection import Selection, is_first_page, sums_and_first
from collections_app.standing.verdicts_sql import (
    LIST,
    VERDICTS,
    most_missing_statement,
    weeks_statement,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A rep's instalments whose deadline fell in a week (its Monday), by verdict; minor units."""

    name: str
    public_id: UUID
    week: date
    kept: int
    kept_amount: int
    partially_kept: int
    partially_kept_amount: int
    broken: int
    broken_amount: int
    amount: int
    on_time: int

    @property
    def number(self) -> int:
        return self.kept + self.partially_kept + self.broken

    @property
    def by_amount(self) -> Decimal | None:
        """The kept rate by amount (rule 7)."""
        return ratio(self.on_time, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One instalment with its verdict; amounts in minor units."""

    customer: UUID
    code: str
    name: str
    owner_name: str
    reference: str
    due_on: date
    deadline_on: date
    amount: int
    on_time: int
    verdict: str

    @property
    def missing(self) -> int:
        return self.amount - self.on_time


@dataclass(frozen=True, slots=True)
class VerdictsAsked:
    """Which instalments are listed: of a week (its Monday) and a verdict, None for all."""

    week: date | None = None
    verdict: str | None = None
    limit: int | None = None
    offset: int = 0

    @property
    def is_first(self) -> bool:
        """Whether it is the first page, of all."""
        is_of_all = self.week is None and self.verdict is None
        return is_of_all and is_first_page(self.limit, self.offset)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A month's verdicts: by rep and week, a page of them, and how many are listed."""

    weeks: list[Week]
    rows: list[Judged]
    listed: int


def verdicts_of(chosen: Selection, asked: VerdictsAsked) -> Verdicts:
    """Instalments whose deadline fell in the month and had passed before ``chosen.on``.

    In ``chosen.currency``; most not in time first. One statement, of what is kept where it serves.
    """
    weeks, most = MonthVerdicts(chosen.month, chosen.on), MostMissing(chosen.month, chosen.on)
    rows, first, values = sums_and_first(chosen, weeks, most, is_first=asked.is_first)
    listed_rows = LIST if first is None else most_missing_statement(first)
    statements = {"weeks": weeks_statement(rows), "rows": listed_rows}
    values |= {"week": asked.week, "verdict": asked.verdict}
    values |= {"limit": asked.limit, "offset": asked.offset}
    found = fetch_together(statements, values)
    listed, by_week = _listed(asked, found), [_week(row) for row in found["weeks"]]
    return Verdicts(by_week, [_judged(row) for row in found["rows"]], listed)


def _listed(asked: VerdictsAsked, found: dict[str, list[dict[str, Any]]]) -> int:
    if asked.is_first:
        return sum(row[verdict] for row in found["weeks"] for verdict in VERDICTS)
    return found["rows"][0]["listed"] if found["rows"] else 0


def _week(row: dict[str, Any]) -> Week:
    days = {"week": date.fromisoformat(row["week"]), "public_id": UUID(row["public_id"])}
    return Week(**(row | days))


def _judged(row: dict[str, Any]) -> Judged:
    typed: dict[str, Any] = {
        "customer": UUID(row["customer"]),
        "due_on": date.fromisoformat(row["due_on"]),
        "deadline_on": date.fromisoformat(row["deadline_on"]),
    }
    row.pop("listed")
    return Judged(**(row | typed))
