"""Geometry of the pictures of twelve months: bars in per cent across, pixels down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from collections_app.standing.year import YearMonth

HEIGHT: Final = 56
# A share of the room of one month that its bar takes, and what is left free before it.
WIDE, FREE = 0.68, 0.16
# What is there, however little, is seen.
LEAST_HEIGHT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One month's bar: ``x``, ``width`` and ``middle`` in per cent, ``y`` and ``height`` in px."""

    month: date
    x: str
    width: str
    middle: str
    y: str
    height: str
    is_full: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure over the months, on the scale that all panels share."""

    label: Any
    tone: str
    total: int
    bars: list[Bar]


def columns(shares: Sequence[tuple[date, Fraction]]) -> list[Bar]:
    """A bar for each month, as high as its share of 0 to 1."""
    count = max(len(shares), 1)
    room = 100 / count
    return [_bar(month, n, room, share) for n, (month, share) in enumerate(shares)]


def panels(year: Sequence[YearMonth]) -> list[Panel]:
    """Target, committed and received, each a row of bars; the highest bar of all is full."""
    rows: list[tuple[Any, str, list[int]]] = [
        (_("Target"), "target", [m.target or 0 for m in year]),
        (_("Committed"), "committed", [m.committed for m in year]),
        (_("Received"), "received", [m.received for m in year]),
    ]
    most = max((max(values, default=0) for _l, _t, values in rows), default=0) or 1
    months = [m.month for m in year]
    return [
        Panel(
            label, tone, sum(values),
            columns([(m, Fraction(max(v, 0), most)) for m, v in zip(months, values, strict=True)]),
        )
        for label, tone, values in rows
    ]  # fmt: skip


def _bar(month: date, number: int, room: float, share: Fraction) -> Bar:
    height = float(share) * HEIGHT
    if share:
        height = max(height, LEAST_HEIGHT)
    return Bar(
        month=month,
        x=f"{(number + FREE) * room:.2f}%",
        width=f"{WIDE * room:.2f}%",
        middle=f"{(number + 0.5) * room:.2f}%",
        y=f"{HEIGHT - height:.1f}",
        height=f"{height:.1f}",
        is_full=share >= 1,
    )
