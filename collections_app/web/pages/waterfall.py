"""The waterfall of rule 1: from the target to what is at risk; it adds up. Pure geometry."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from collections_app.standing.figures import Figures

# Along the width everything is in per cent, so that words keep their size on any screen; heights
# are in pixels. The tall picture is for wide boxes, the long one for phones.
TOP, BOTTOM, BAR = 26, 236, 8.0
ROW, THICK = 46, 14
LEAST_HEIGHT, LEAST_WIDTH = 1.5, 0.4


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: it runs from level ``start`` to level ``end``, both in minor units."""

    tone: str
    label: str
    amount: int
    start: int
    end: int
    sign: str = ""

    @property
    def figure(self) -> str:
        """The figure of rule 1 that the bar shows, by its name."""
        return "at_risk" if self.tone == "risk" else self.tone

    @property
    def sort(self) -> str:
        """How a list of customers shows first those behind most of it."""
        return f"-{self.figure}"


@dataclass(frozen=True, slots=True)
class Rect:
    """A part of a bar: ``x`` and ``width`` in per cent, ``y`` and ``height`` in pixels."""

    tone: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A step as drawn: its parts, where its figure and its label stand, the line to the next."""

    step: Step
    parts: tuple[Rect, ...]
    x: float
    y: float
    label_y: float
    lines: tuple[str, ...]
    link: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The steps, and both pictures of them; ``zero`` is where the tall one's base line lies."""

    steps: tuple[Step, ...]
    tall: tuple[Bar, ...]
    long: tuple[Bar, ...]
    zero: float
    long_height: int


def steps_of(figures: Figures, *, surplus_label: str) -> tuple[Step, ...]:
    """target, − committed, − unpromised, − measures, + surplus, = short, + lapsed, = at risk."""
    target = figures.target
    promised = target - figures.committed
    received = promised - figures.unpromised
    planned = received - figures.measures
    short, at_risk = figures.short, figures.at_risk
    return (
        Step("target", _("Target"), target, 0, target),
        Step("committed", _("Committed"), figures.committed, target, promised, "−"),
        Step("unpromised", _("Unpromised receipts"), figures.unpromised, promised, received, "−"),
        Step("measures", _("Measures"), figures.measures, received, planned, "−"),
        Step("surplus", surplus_label, figures.surplus, planned, short, "+"),
        Step("short", _("Short"), short, 0, short, "="),
        Step("lapsed", _("Lapsed"), figures.lapsed, short, at_risk, "+"),
        Step("risk", _("At risk"), at_risk, 0, at_risk, "="),
    )


def waterfall_of(figures: Figures, *, surplus_label: str) -> Waterfall | None:
    """The waterfall of these figures; None where there is nothing to draw."""
    steps = steps_of(figures, surplus_label=surplus_label)
    levels = [level for step in steps for level in (step.start, step.end)]
    low, high = min(levels), max(levels)
    if low == high:
        return None
    return Waterfall(
        steps=steps,
        tall=_tall(steps, figures.short, low, high),
        long=_long(steps, figures.short, low, high),
        zero=_height(0, low, high),
        long_height=ROW * len(steps),
    )


def _spans(step: Step, short: int) -> list[tuple[str, int, int]]:
    """The parts of a bar: what is at risk is made of what is short and of what has lapsed."""
    if step.tone == "risk":
        return [("short", 0, short), ("lapsed", short, step.end)]
    return [(step.tone, step.start, step.end)]


def _height(level: int, low: int, high: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * (level - low) / (high - low), 1)


def _tall(steps: tuple[Step, ...], short: int, low: int, high: int) -> tuple[Bar, ...]:
    slot = 100 / len(steps)
    bars = []
    for index, step in enumerate(steps):
        x = slot * index + (slot - BAR) / 2
        start, end = _height(step.start, low, high), _height(step.end, low, high)
        parts = tuple(
            _upright(tone, x, _height(first, low, high), _height(last, low, high))
            for tone, first, last in _spans(step, short)
            if first != last
        )
        bars.append(
            Bar(
                step=step,
                parts=parts,
                x=x + BAR / 2,
                y=min(start, end) - 9,
                label_y=BOTTOM + 22,
                lines=tuple(textwrap.wrap(step.label, 15)[:3]),
                link=(x + BAR, end, x + slot) if index + 1 < len(steps) else None,
            )
        )
    return tuple(bars)


def _upright(tone: str, x: float, start: float, end: float) -> Rect:
    return Rect(tone, x, min(start, end), BAR, max(abs(end - start), LEAST_HEIGHT))


def _long(steps: tuple[Step, ...], short: int, low: int, high: int) -> tuple[Bar, ...]:
    scale = 100 / (high - low)
    bars = []
    for index, step in enumerate(steps):
        y = ROW * index + 20
        parts = tuple(
            Rect(
                tone,
                (min(start, end) - low) * scale,
                y,
                max(abs(end - start) * scale, LEAST_WIDTH),
                THICK,
            )
            for tone, start, end in _spans(step, short)
            if start != end
        )
        bars.append(Bar(step, parts, 100, y - 6, y - 6, (step.label,)))
    return tuple(bars)


def adds_up(steps: tuple[Step, ...]) -> bool:
    """Whether each bar starts where the one before ended, totals apart."""
    return all(
        after.start == before.end for before, after in pairwise(steps) if after.sign in {"−", "+"}
    )
