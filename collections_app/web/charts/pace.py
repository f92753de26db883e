"""The pace line: what fell due and what was received, added up day by day. Pure geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final

from collections_app.core.months import days_between, last_of
from collections_app.standing.course import Day

# The picture is drawn on this ground and stretched to the width that there is.
WIDTH, HEIGHT = 1000, 200
LABELLED: Final = (1, 5, 10, 15, 20, 25)


@dataclass(frozen=True, slots=True)
class Point:
    """A day in four figures: of itself, and added up; ``received_by`` is None for days to come."""

    day: date
    due: int
    received: int
    due_by: int
    received_by: int | None


@dataclass(frozen=True, slots=True)
class PaceLine:
    """Two paths on the ground, the level of the target, and where what stands, in per cent."""

    points: tuple[Point, ...]
    due: str
    received: str
    area: str
    target_y: str
    today_x: str
    labels: tuple[tuple[str, int], ...]
    levels: tuple[tuple[str, int], ...]


def points_of(days: Sequence[Day], month: date, *, on: date) -> tuple[Point, ...]:
    """Every day of the month, whether anything fell due on it or not."""
    known: Mapping[date, Day] = {day.day: day for day in days}
    all_days = days_between(month, last_of(month))
    due = [known[day].due if day in known else 0 for day in all_days]
    received = [known[day].received if day in known else 0 for day in all_days]
    sums = zip(all_days, due, received, accumulate(due), accumulate(received), strict=True)
    return tuple(
        Point(day, d, r, due_by, received_by if day <= on else None)
        for day, d, r, due_by, received_by in sums
    )


def pace_of(days: Sequence[Day], month: date, *, on: date, target: int) -> PaceLine | None:
    """The picture; None where nothing falls due, came or is to come."""
    points = points_of(days, month, on=on)
    top = max(target, *(p.due_by for p in points), *(p.received_by or 0 for p in points))
    if top <= 0:
        return None
    room = WIDTH / len(points)
    past = [p.received_by for p in points if p.received_by is not None]
    received = _steps(past, room, top)
    area = f"{received}V{HEIGHT}H0Z" if past else ""
    return PaceLine(
        points=points,
        due=_steps([p.due_by for p in points], room, top),
        received=received,
        area=area,
        target_y=f"{_y(target, top) / HEIGHT * 100:.2f}%",
        today_x=f"{len(past) * room / WIDTH * 100:.2f}%" if 0 < len(past) < len(points) else "",
        labels=tuple(
            (f"{(n - 0.5) * room / WIDTH * 100:.2f}%", n) for n in (*LABELLED, len(points))
        ),
        levels=tuple((f"{100 - share:.0f}%", top * share // 100) for share in (0, 50, 100)),
    )


def _y(amount: int, top: int) -> float:
    return HEIGHT - HEIGHT * amount / top


def _steps(amounts: Sequence[int], room: float, top: int) -> str:
    """A path that holds each day's level until the next day."""
    path = f"M0 {HEIGHT}" if amounts else ""
    for number, amount in enumerate(amounts):
        path += f"V{_y(amount, top):.1f}H{(number + 1) * room:.1f}"
    return path
