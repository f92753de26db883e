"""Times taken side by side, and the ratios that come of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Size:
    """How much data: ``base`` is 1 but for a run that only shows that all runs.

    ``customers`` are those of the benchmarks that ask for a number of them.
    """

    scale: int
    base: float = 1.0
    customers: int = 100_000

    def at_one(self, count: int) -> int:
        """So many of something, at 1 ×."""
        return max(1, round(count * self.base))

    def times(self, count: int) -> int:
        """So many runs of what is measured."""
        return max(2, round(count * self.base))

    def scaled(self, count: int) -> int:
        """So many of something, at the scale asked for."""
        return self.at_one(count) * self.scale


@dataclass(frozen=True, slots=True)
class Times:
    """How long each run of one work took, in milliseconds."""

    each: tuple[float, ...]

    @property
    def p50(self) -> float:
        return median(self.each)

    @property
    def p95(self) -> float:
        return quantiles(self.each, n=20, method="inclusive")[-1]


def side_by_side(*works: Work, times: int) -> list[Times]:
    """Run the works in turn, so that what disturbs the machine disturbs them all alike.

    Each has run once before, unmeasured, and no garbage is collected while one is measured.
    """
    for work in works:
        work()
    taken: list[list[float]] = [[] for _ in works]
    # What is there already is no garbage, and to look through it each time takes the most time.
    gc.freeze()
    try:
        for _ in range(times):
            for own, work in zip(taken, works, strict=True):
                own.append(_milliseconds(work))
    finally:
        gc.unfreeze()
    return [Times(tuple(own)) for own in taken]


def _milliseconds(work: Work) -> float:
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        work()
        return (time.perf_counter() - began) * 1000
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class Ratio:
    """One job against its floor, in milliseconds each, and what is aimed at.

    ``at_most`` bounds time over the floor's time; ``at_least`` bounds speed over the floor's
    speed, where the ratio is turned over.
    """

    job: str
    took: float
    floor: str
    floor_took: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float:
        if self.at_least is not None:
            return self.floor_took / self.took
        return self.took / self.floor_took

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g} ×"
        return "" if self.at_most is None else f"≤ {self.at_most:g} ×"

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.at_least is not None:
            return self.ratio >= self.at_least
        return None if self.at_most is None else self.ratio <= self.at_most

    def as_json(self) -> dict[str, Any]:
        return {
            "job": self.job,
            "floor": self.floor,
            "milliseconds": round(self.took, 3),
            "floor_milliseconds": round(self.floor_took, 3),
            "ratio": round(self.ratio, 3),
            "target": self.target or None,
            "reached": self.reached,
        }


@dataclass(slots=True)
class Report:
    """What one benchmark found; ``figures`` are counts and sizes that belong to the ratios."""

    ratios: list[Ratio] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        """Take over what another part of the same benchmark found."""
        self.ratios += other.ratios
        self.figures |= other.figures

    def as_json(self) -> dict[str, Any]:
        return {"ratios": [ratio.as_json() for ratio in self.ratios], "figures": self.figures}
