"""A bar for each row of a table, all on one scale: what covers the target, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collections_app.standing.figures import Figures

LEAST: float = 0.8


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar, ``x`` and ``width`` in per cent of the longest."""

    tone: str
    x: str
    width: str


def _amounts(figures: Figures) -> tuple[tuple[str, int], ...]:
    """What has lapsed is shown apart from what else is committed: it is committed no more."""
    return (
        ("committed", figures.committed - figures.lapsed),
        ("unpromised", figures.unpromised),
        ("measures", figures.measures),
        ("lapsed", figures.lapsed),
        ("short", figures.short),
    )


def stacks_of(rows: Sequence[Figures]) -> list[tuple[Part, ...]]:
    """The bars of the rows; none of a row without any figure."""
    return stacked([_amounts(row) for row in rows])


def stacked(rows: Sequence[Sequence[tuple[str, int]]]) -> list[tuple[Part, ...]]:
    """A bar for each row of (tone, amount), on the scale of the longest; less than 0 is nothing."""
    amounts = [[(tone, max(amount, 0)) for tone, amount in row] for row in rows]
    longest = max((sum(amount for _, amount in row) for row in amounts), default=0) or 1
    return [_stack(row, longest) for row in amounts]


def _stack(row: Sequence[tuple[str, int]], longest: int) -> tuple[Part, ...]:
    parts, x = [], 0.0
    for tone, amount in row:
        if amount:
            width = max(100 * amount / longest, LEAST)
            parts.append(Part(tone, f"{x:.2f}%", f"{width:.2f}%"))
            x += 100 * amount / longest
    return tuple(parts)
