"""Small multiples of twelve months: money beside the target, and shares. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from collections_app.standing.trends import Trend, TrendMonth

TALL: Final = 72
LOW: Final = 28
# What is there, however little, is seen.
LEAST: Final = 2.0
LINE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar or a level: ``x`` and ``width`` in per cent across, ``y`` and ``height`` in pixels."""

    tone: str
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """A month's marks and the room they have."""

    x: str
    width: str
    middle: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class TrendPanel:
    """One figure over the months; ``latest`` is its last share, None for money or where none is."""

    key: str
    label: Any
    height: int
    latest: Decimal | None
    columns: tuple[Column, ...]


SHARES: Final = (
    ("kept_rate", _("Kept by amount")),
    ("coverage", _("Coverage on the 5th working day")),
    ("joint_share", _("Agreed jointly")),
    ("asked_share", _("Asked")),
)


def top_of(trends: Sequence[Trend]) -> int:
    """The scale that lets all of these be compared: their largest amount, in minor units."""
    return max((_most(month) for trend in trends for month in trend.months), default=0) or 1


def panels_of(trend: Trend, top: int) -> tuple[TrendPanel, ...]:
    """The pictures of one rep, team or all, money on the scale ``top``, shares from 0 to 1."""
    money = [_money(month, top) for month in trend.months]
    found = [TrendPanel("money", _("Committed and received"), TALL, None, _columns(money))]
    for key, label in SHARES:
        shares = [getattr(month, key) for month in trend.months]
        marks = [[("share", 0.16, 0.68, float(share or 0), False)] for share in shares]
        latest = next((share for share in reversed(shares) if share is not None), None)
        found.append(TrendPanel(key, label, LOW, latest, _columns(marks, LOW)))
    return tuple(found)


_Spec = tuple[str, float, float, float, bool]


def _most(month: TrendMonth) -> int:
    return max(month.target, month.original_target, month.committed, month.received)


def _money(month: TrendMonth, top: int) -> list[_Spec]:
    """Two bars, the level of the target over both, and that of the original where it differs."""
    marks: list[_Spec] = [
        ("committed", 0.14, 0.34, month.committed / top, False),
        ("received", 0.52, 0.34, month.received / top, False),
        ("level", 0.04, 0.92, month.target / top, True),
    ]
    if month.original_target != month.target:
        marks.append(("original", 0.04, 0.92, month.original_target / top, True))
    return marks


def _columns(specs: Sequence[Sequence[_Spec]], height: int = TALL) -> tuple[Column, ...]:
    room = 100 / max(len(specs), 1)
    return tuple(
        Column(
            x=f"{place * room:.2f}%",
            width=f"{room:.2f}%",
            middle=f"{(place + 0.5) * room:.2f}%",
            marks=tuple(_mark(spec, place, room, height) for spec in marks if spec[3] > 0),
        )
        for place, marks in enumerate(specs)
    )


def _mark(spec: _Spec, place: int, room: float, height: int) -> Mark:
    tone, left, wide, share, is_level = spec
    top = height - share * height
    tall = LINE if is_level else max(share * height, LEAST)
    return Mark(
        tone=tone,
        x=f"{(place + left) * room:.2f}%",
        width=f"{wide * room:.2f}%",
        y=f"{min(max(top - LINE / 2, 0), height - LINE) if is_level else height - tall:.1f}",
        height=f"{tall:.1f}",
    )
