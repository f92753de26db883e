"""Where a rate lies, and how sure that is: a dot on a line, all of a table on one scale. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from collections_app.standing.realised import RealisedGroup

LEAST, MOST = Decimal("1.25"), Decimal(3)
WHOLE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Span:
    """In per cent of the picture's width: the dot, the line about it, and where 100 % lies.

    ``x`` and ``width`` are None where there are too few cases for a line.
    """

    dot: str
    x: str | None
    width: str | None
    whole: str


def spans_of(rows: Sequence[RealisedGroup]) -> list[Span | None]:
    """The pictures of the rows; None for one without a rate."""
    ends = [row.rate_between.high if row.rate_between else row.rate for row in rows]
    scale = min(max([LEAST, *(end for end in ends if end is not None)]), MOST)
    return [_span(row, scale) for row in rows]


def _span(row: RealisedGroup, scale: Decimal) -> Span | None:
    if row.rate is None:
        return None
    between = row.rate_between
    dot, whole = _at(row.rate, scale), _at(WHOLE, scale)
    if between is None:
        return Span(f"{dot}%", None, None, f"{whole}%")
    low, high = _at(between.low, scale), _at(between.high, scale)
    return Span(f"{dot}%", f"{low}%", f"{max(high - low, Decimal('0.5'))}%", f"{whole}%")


def _at(value: Decimal, scale: Decimal) -> Decimal:
    """Beyond the scale is at its end."""
    return (100 * min(max(value, Decimal(0)), scale) / scale).quantize(Decimal("0.1"))
