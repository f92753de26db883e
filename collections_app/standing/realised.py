"""Rule 7: what done measures brought of what they were to bring, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from collections_app.core.money import ratio
from collections_app.core.months import first_of
from collections_app.core.rows import fetch_rows, identified
from collections_app.core.together import fetch_together
from collections_app.standing.questions import DoneMeasures, LatestMeasures
from collections_app.standing.rates import Customers, Window, months_of
from collections_app.standing.realised_sql import (
    LIST,
    REALISED,
    groups_statement,
    latest_statement,
)
from collections_app.standing.selection import Selection, is_first_page, sums_and_first
from collections_app.standing.sureness import Interval, Pairs, ratio_interval, share_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedSums:
    """Done measures of one currency, in minor units; ``untold`` ones do not say what they brought.

    ``done``, ``expected`` and ``realised`` are of those that do.
    """

    done: int
    untold: int
    expected: int
    realised: int

    @property
    def rate(self) -> Decimal | None:
        """The realised rate: what they brought / what they were to bring, to four decimals."""
        return ratio(self.realised, self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedRate(RealisedSums):
    """What done measures of one kind brought."""

    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedGroup(RealisedSums):
    """Of a kind, rep (e-mail), rating (blank: unrated) or of all; ``met`` of them brought at least
    what was expected. The squares and products are in minor units squared.
    """

    key: str
    name: str
    public_id: UUID | None
    met: int
    expected_squares: int
    realised_squares: int
    products: int

    @property
    def met_share(self) -> Decimal | None:
        return ratio(self.met, self.done)

    @property
    def met_between(self) -> Interval | None:
        """The interval of ``met_share``; None for too few cases."""
        return share_interval(self.met, self.done)

    @property
    def rate_between(self) -> Interval | None:
        """The interval of ``rate``; None for too few cases."""
        return ratio_interval(
            Pairs(
                cases=self.done,
                whole=self.expected,
                part=self.realised,
                whole_squares=self.expected_squares,
                part_squares=self.realised_squares,
                products=self.products,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneMeasure(RealisedSums):
    """One done measure of a customer's month; ``realised`` counts 0 where it is ``untold``."""

    public_id: UUID
    code: str
    name: str
    owner_name: str
    rating: str
    kind: str
    description: str
    month: date


@dataclass(frozen=True, slots=True)
class Realised:
    """Done measures by kind, rep and rating, and a page of them; ``total`` is None without any."""

    total: RealisedGroup | None
    kinds: list[RealisedGroup]
    reps: list[RealisedGroup]
    ratings: list[RealisedGroup]
    rows: list[DoneMeasure]
    listed: int


def realised_rates(*, window: Window, on: date, customers: Customers = None) -> list[RealisedRate]:
    """Realised / expected uplift by kind, over measures of the window's months done by ``on``."""
    rows = fetch_rows(REALISED, months_of(window, on, customers))
    return [RealisedRate(**row) for row in rows]


def realised_of(
    chosen: Selection, *, kind: str = "", limit: int | None = None, offset: int = 0
) -> Realised:
    """What measures of the twelve months before ``chosen.on``, done by then, brought.

    In ``chosen.currency``; a measure belongs to the rep and rating of its month. The latest months
    are listed first. One statement, of what is kept where that serves.
    """
    month = first_of(chosen.on)
    sums, latest = DoneMeasures(month, chosen.on), LatestMeasures(month, chosen.on)
    rows, first, values = sums_and_first(
        chosen, sums, latest, is_first=is_first_page(limit, offset)
    )
    listed = LIST if first is None else latest_statement(first)
    statements = {"groups": groups_statement(rows), "rows": listed}
    values |= {"kind": kind or None, "limit": limit, "offset": offset}
    return _realised(fetch_together(statements, values))


def _realised(found: dict[str, list[dict[str, Any]]]) -> Realised:
    groups: dict[str, list[RealisedGroup]] = {"kind": [], "rep": [], "rating": [], "all": []}
    for row in found["groups"]:
        groups[row.pop("grouped_by")].append(RealisedGroup(**identified(row)))
    for of in groups.values():
        of.sort(key=lambda g: (g.rate is None, -(g.rate or 0), g.key))
    groups["rating"].sort(key=lambda g: (not g.key, g.key))
    total = next((g for g in groups["all"] if g.done or g.untold), None)
    rows = [_measure(row) for row in found["rows"]]
    listed = total.done + total.untold if total else 0
    return Realised(total, groups["kind"], groups["rep"], groups["rating"], rows, listed)


def _measure(row: dict[str, Any]) -> DoneMeasure:
    is_told = row["realised"] is not None
    return DoneMeasure(
        **(
            row
            | {
                "public_id": UUID(row["public_id"]),
                "month": date.fromisoformat(row["month"]),
                "done": int(is_told),
                "untold": int(not is_told),
                "rating": row["rating"] or "",
                "realised": row["realised"] or 0,
            }
        )
    )
