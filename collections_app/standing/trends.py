"""Twelve months of a selection in a few figures, over all, by team and by rep (rules 1, 2 and 7).

Each month stands as of its own end, or the day asked for where that is earlier, and belongs to who
owned the customer then: what its dashboard says as of that day. Only verdicts are of the day asked
for, since a promise of a month's last days is judged after it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from collections_app.core.money import ratio
from collections_app.core.months import add_months, last_of
from collections_app.core.rows import fetch_rows
from collections_app.ledger.models import Reversal
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.standing.allocation import allocate
from collections_app.standing.course import values_of
from collections_app.standing.figures import differing_customers
from collections_app.standing.gaps import Selection
from collections_app.standing.loading import load_facts
from collections_app.standing.queries import chunks, ids_of
from collections_app.standing.trends_sql import KEPT, MONTHS

COUNT: Final = 12
# By this working day of a month what is to come should have a source.
EARLY: Final = 5
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
    rows = _figures(chosen, months) + _verdicts(chosen, months)
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
    kind = row.get("kind")
    if kind == "early":
        return TrendMonth(early_target=row["target"], covered=row["covered"])
    names = ("target", "original_target", "committed", "received", "wanted", "joint", "asked")
    return TrendMonth(**{name: row[name] for name in (names if kind else ("judged", "on_time"))})


def _figures(chosen: Selection, months: Sequence[date]) -> list[dict[str, Any]]:
    calendar = work_calendar()
    points = [("month", month, min(last_of(month), chosen.on)) for month in months]
    early = [("early", month, calendar.nth_of_month(month, EARLY)) for month in months]
    points += [point for point in early if point[2] <= chosen.on]
    ids = None if chosen.customers is None else ids_of(chosen.customers)
    return fetch_rows(
        MONTHS,
        {
            "customers": ids,
            "owners": None if chosen.owners is None else sorted(chosen.owners),
            "rating": chosen.rating,
            "currency": chosen.currency,
            "kinds": [kind for kind, _month, _day in points],
            "months": [month for _kind, month, _day in points],
            "month_ends": [last_of(month) for _kind, month, _day in points],
            "days": [day for _kind, _month, day in points],
        }
        | _anew(sorted({day for _kind, _month, day in points}), ids),
    )


def _verdicts(chosen: Selection, months: Sequence[date]) -> list[dict[str, Any]]:
    window = {"since": months[0], "until": last_of(months[-1]), "zone": organisation().time_zone}
    return fetch_rows(KEPT, values_of(chosen) | window)


def _anew(days: Sequence[date], ids: Collection[int] | None) -> dict[str, list[Any]]:
    """What on each of the days is not as what is kept says: whose, and what it is instead."""
    differing = _differing(days)
    if ids is not None:
        differing = {day: found & set(ids) for day, found in differing.items()}
    parts = []
    for chunk in chunks(sorted(set().union(*differing.values()))):
        for customer, facts in load_facts(chunk).items():
            for day in (day for day in days if customer in differing[day]):
                parts += [(day, part) for part in allocate(facts, on=day)]
    pairs = [(day, customer) for day in days for customer in sorted(differing[day])]
    return {
        "anew_days": [day for day, _customer in pairs],
        "anew_customers": [customer for _day, customer in pairs],
        "new_points": [day for day, _part in parts],
        "new_instalments": [part.instalment for _day, part in parts],
        "new_days": [part.received_on for _day, part in parts],
        "new_amounts": [part.amount for _day, part in parts],
    }


def _differing(days: Sequence[date]) -> dict[date, set[int]]:
    """``differing_customers`` of each day; days that what is kept has passed cost one statement."""
    kept = organisation().standing_on
    if kept is None or days[-1] > kept:
        return {day: differing_customers(day) for day in days}
    found = list(
        Reversal.objects.filter(received_on__gt=days[0], received_on__lte=kept).values_list(
            "received_on", "customer_id"
        )
    )
    return {day: {id_ for received_on, id_ in found if received_on > day} for day in days}
