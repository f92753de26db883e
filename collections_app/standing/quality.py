"""The quality of work: of how many customers the month is planned, agreed jointly and asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from collections_app.core.money import ratio
from collections_app.core.rows import fetch_rows
from collections_app.standing.quality_sql import NAMES, work_statement
from collections_app.standing.questions import MonthWork
from collections_app.standing.selection import Selection, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Of one rep or team, or of all: numbers of customers, amounts in minor units.

    ``wanted`` have a target in the month or owe anything, and each other number is of these.
    ``uncovered`` have an amount that no promise, measure or money stands behind; of ``cut`` the
    target was lowered after it was locked.
    """

    name: str
    public_id: UUID | None
    wanted: int
    planned: int
    joint: int
    asked: int
    committed: int
    uncovered: int
    uncovered_amount: int
    cut: int
    cut_amount: int

    def share(self, name: str) -> Decimal | None:
        """The share of those wanted, to four decimals; None without any."""
        return ratio(getattr(self, name), self.wanted)


@dataclass(frozen=True, slots=True)
class Works:
    """All together, by team and by rep, by name."""

    total: Work
    teams: list[Work]
    reps: list[Work]


def work_of(chosen: Selection) -> Works:
    """The work on the month of the selection, in ``chosen.currency``: one statement.

    And those that read the facts of customers whose money bounced since.
    """
    rows, values = rows_of("work", MonthWork(chosen.month, chosen.on), chosen)
    found = fetch_rows(work_statement(rows), values)
    teams: dict[tuple[str, UUID | None], list[dict[str, Any]]] = {}
    for row in found:
        teams.setdefault((row["team_name"] or "", row["team_public_id"]), []).append(row)
    return Works(
        total=_sum("", None, found),
        teams=[_sum(*team, rows) for team, rows in sorted(teams.items(), key=lambda t: t[0][0])],
        reps=[_sum(row["name"], row["public_id"], [row]) for row in found],
    )


def _sum(name: str, public_id: UUID | None, rows: Iterable[dict[str, Any]]) -> Work:
    of = list(rows)
    return Work(name=name, public_id=public_id, **{n: sum(row[n] for row in of) for n in NAMES})
