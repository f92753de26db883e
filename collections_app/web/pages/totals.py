"""Sums of figures: from reps to teams, and to one total per currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from collections_app.standing.figures import Figures, GroupFigures
from collections_app.standing.figures_sql import AMOUNTS

ADDED = (*AMOUNTS, "customers")

Key = tuple[str, UUID | None]


def add_up(groups: Iterable[GroupFigures]) -> dict[str, GroupFigures]:
    """One total per currency (``H`` too: a surplus fills no other's shortage)."""
    return {total.currency: total for total in regroup(groups, key=lambda _group: ("all", None))}


def regroup(
    groups: Iterable[GroupFigures], *, key: Callable[[GroupFigures], Key]
) -> list[GroupFigures]:
    """Sum the groups by name and id, apart by currency; largest at risk first, then by name."""
    sums: dict[tuple[str, UUID | None, str], dict[str, int]] = {}
    for group in groups:
        name, public_id = key(group)
        found = sums.setdefault((name, public_id, group.currency), dict.fromkeys(ADDED, 0))
        for column in ADDED:
            found[column] += getattr(group, column)
    rows = [
        GroupFigures(key=name, name=name, public_id=public_id, currency=currency, **columns)
        for (name, public_id, currency), columns in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.at_risk, row.name))


def amounts_of(figures: Iterable[Figures]) -> list[int]:
    """Every amount that tables of figures show."""
    return [
        amount
        for row in figures
        for amount in (row.target, row.committed, row.measures, row.received, row.lapsed, row.short)
    ]
