"""The heat map: a rep in each row, a week in each column, how promises were kept in each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from collections_app.core.money import ratio
from collections_app.core.months import last_of
from collections_app.standing.verdicts import Week
from collections_app.standing.verdicts_sql import VERDICTS
from collections_app.web.charts.stacks import Part, stacked

# Below which share of what was promised a cell is of the next darker step.
STEPS: Final = (Decimal("0.95"), Decimal("0.8"), Decimal("0.6"), Decimal("0.4"))
TONES: Final = ("kept", "partially_kept", "broken")


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A rep's week in figures; ``step`` is 0 (all kept) to 4 (hardly any), None without any."""

    week: date | None
    numbers: tuple[int, int, int]
    amount: int
    on_time: int
    bar: tuple[Part, ...]

    @property
    def number(self) -> int:
        return sum(self.numbers)

    @property
    def share(self) -> Decimal | None:
        return ratio(self.on_time, self.amount)

    @property
    def step(self) -> int | None:
        share = self.share
        return None if share is None else sum(share < limit for limit in STEPS)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A rep's weeks, and all of them together."""

    name: str
    public_id: UUID | None
    cells: list[HeatCell]
    total: HeatCell


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows of reps, and of all of them last; ``weeks`` begin on Mondays."""

    weeks: list[tuple[date, date]]
    rows: list[HeatRow]
    total: HeatRow


def weeks_of(month: date) -> list[tuple[date, date]]:
    """The weeks of the month by their Mondays, with the last day of each that lies in it."""
    monday = month - timedelta(days=month.weekday())
    weeks = []
    while monday <= last_of(month):
        weeks.append((monday, min(monday + timedelta(days=6), last_of(month))))
        monday += timedelta(days=7)
    return weeks


def heat_of(rows: Sequence[Week], month: date) -> HeatMap:
    """The map; the rep with the least kept first."""
    weeks = weeks_of(month)
    by_rep: dict[tuple[str, UUID], list[Week]] = defaultdict(list)
    for row in rows:
        by_rep[row.name, row.public_id].append(row)
    lines = [_row(name, id_, of, weeks) for (name, id_), of in by_rep.items()]
    lines.sort(key=lambda line: (line.total.share or Decimal(0), line.name))
    return HeatMap(weeks, lines, _row("", None, list(rows), weeks))


def _row(
    name: str, public_id: UUID | None, of: list[Week], weeks: list[tuple[date, date]]
) -> HeatRow:
    cells = [_cell(monday, [w for w in of if w.week == monday]) for monday, _ in weeks]
    return HeatRow(name, public_id, cells, _cell(None, of))


def _cell(week: date | None, of: list[Week]) -> HeatCell:
    kept, part, broken = (sum(getattr(w, verdict) for w in of) for verdict in VERDICTS)
    amounts = [sum(getattr(w, f"{verdict}_amount") for w in of) for verdict in VERDICTS]
    (bar,) = stacked([list(zip(TONES, amounts, strict=True))])
    return HeatCell(
        week, (kept, part, broken), sum(w.amount for w in of), sum(w.on_time for w in of), bar
    )
