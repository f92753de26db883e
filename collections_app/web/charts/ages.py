"""What is owed by age: one bar for all, and one for each rep on the scale of the largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from collections_app.standing.course import BUCKETS, Ages
from collections_app.web.charts.stacks import Part, stacked

# As the colours of ages are called.
TONES: Final = dict(zip(BUCKETS, ("not_due", "1_30", "31_60", "61_90", "over_90"), strict=True))


@dataclass(frozen=True, slots=True)
class AgeLine:
    """A row's figures and its bar."""

    row: Ages
    bar: tuple[Part, ...]


def age_lines(rows: Sequence[Ages]) -> list[AgeLine]:
    """The rows with their bars, all on one scale."""
    amounts = [[(TONES[name], getattr(row, name)) for name in BUCKETS] for row in rows]
    return [AgeLine(row, bar) for row, bar in zip(rows, stacked(amounts), strict=True)]
