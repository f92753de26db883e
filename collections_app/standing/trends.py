"""Twelve months of a selection in a few figures, over all, by team and by rep (rules 1, 2 and 7).

Each month stands as of its own end, or the day asked for where that is earlier, and belongs to who
owned the customer then: what its dashboard says as of that day. Only verdicts are of the day asked
for, since a promise of a month's last days is judged after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from collections_app.core.money import ratio
from collections_app.core.months import add_months, last_of
from collections_app.core.rows import fetch_rows
from collections_app.standing.points import COUNT
from collections_app.standing.questions import AnyQuestion, YearMonths, YearVerdicts
from collections_app.standing.selection import Selection, keep_for, rows_of
from collections_app.standing.trends_sql import months_statement, verdicts_statement

Key = tuple[str, UUID | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendMonth:
    """A month in sums: amounts in minor units, and numbers of customers.

    ``covered`` and ``early_target`` are of the fifth working day, 0 until it has come; ``on_time``
    of ``judged`` came by the deadlines of the month; ``joint`` and ``asked`` are of ``wanted``.
    """

    target: int = 0
    original_target: int = 0
    committed: int = 0
    received: int = 0
    early_target: int = 0
    covered: int = 0
    judged: int = 0
    on_time: int = 0
    wanted: int = 0
    joint: int = 0
    asked: int = 0

    def __add__(self, other: TrendMonth) -> TrendMonth:
        names = [field.name for field in fields(self)]
        return TrendMonth(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def kept_rate(self) -> Decimal | None:
        return ratio(self.on_time, self.judged)

    @property
    def coverage(self) -> Decimal | None:
        """That of the fifth working day; None before it, and without a target."""
        found = ratio(self.covered, self.early_target) if self.early_target > 0 else None
        return None if found is None else min(Decimal("1.0000"), found)

    @property
    def joint_share(self) -> Decimal | None:
        return ratio(self.joint, self.wanted)

    @property
    def asked_share(self) -> Decimal | None:
        return ratio(self.asked, self.wanted)


NOTHING: Final = TrendMonth()


@dataclass(frozen=True, slots=True)
class Trend:
    """The months of one rep or team, or of all, the earliest first."""

    name: str
    public_id: UUID | None
    months: tuple[TrendMonth, ...]

    @property
    def size(self) -> int:
        """What orders them: the money of the year, asked for or come."""
        return sum(max(month.target, month.received) for month in self.months)


@dataclass(frozen=True, slots=True)
class Trends:
    """The months told of, with the day that each stands on; teams and reps, the largest first."""

    months: tuple[date, ...]
    days: tuple[date, ...]
    total: Trend
    teams: list[Trend]
    reps: list[Trend]


def trends_of(chosen: Selection) -> Trends:
    """The twelve months up to ``chosen.month``, in ``chosen.currency``: two statements.

    And those that read the facts of customers whose money bounced since.
    """
    months = [add_months(chosen.month, n) for n in range(1 - COUNT, 1)]
    figures = YearMonths.of(chosen.month, chosen.on)
    verdicts = YearVerdicts(chosen.month, chosen.on)
    keep_for(chosen, figures, verdicts)
    rows = _rows(chosen, figures, months_statement) + _rows(chosen, verdicts, verdicts_statement)
    total = _trend("", None, months, rows)
    return Trends(
        months=tuple(months),
        days=tuple(min(last_of(month), chosen.on) for month in months),
        total=total,
        teams=_by(months, rows, lambda row: (row["team_name"] or "", row["team_public_id"])),
        reps=_by(months, rows, lambda row: (row["name"], row["public_id"])),
    )


def _by(
    months: Sequence[date], rows: list[dict[str, Any]], key: Callable[[dict[str, Any]], Key]
) -> list[Trend]:
    groups: dict[Key, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    found = [_trend(name, id_, months, group) for (name, id_), group in groups.items()]
    return sorted(found, key=lambda trend: (-trend.size, trend.name, str(trend.public_id)))


def _trend(
    name: str, public_id: UUID | None, months: Sequence[date], rows: Iterable[dict[str, Any]]
) -> Trend:
    sums = dict.fromkeys(months, NOTHING)
    for row in rows:
        sums[row["month"]] += _sums(row)
    return Trend(name, public_id, tuple(sums.values()))


def _sums(row: dict[str, Any]) -> TrendMonth:
    kind = row["kind"]
    if kind == "early":
        return TrendMonth(early_target=row["target"], covered=row["covered"])
    names = ("target", "original_target", "committed", "received", "wanted", "joint", "asked")
    return TrendMonth(
        **{name: row[name] for name in (("judged", "on_time") if kind == "kept" else names)}
    )


def _rows(
    chosen: Selection, question: AnyQuestion, statement: Callable[[str], str]
) -> list[dict[str, Any]]:
    rows, values = rows_of("year", question, chosen)
    return fetch_rows(statement(rows), values)
