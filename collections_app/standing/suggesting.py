"""The credit rating that a customer's behaviour suggests, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from collections_app.organisation.models import Rating
from collections_app.standing.rates import KeptRate
from collections_app.standing.regularity import Regularity

# So many instalments must have had a verdict before anything is suggested.
FEWEST_VERDICTS: Final = 6
KEPT, BROKEN, REGULAR = "kept", "broken", "regular"
# What is needed for each rating; who falls short of C is D. Broken promises: at most so many.
LEAST: Final = {
    KEPT: ((Rating.A, 95), (Rating.B, 80), (Rating.C, 50)),
    REGULAR: ((Rating.A, 90), (Rating.B, 70), (Rating.C, 40)),
}
MOST: Final = {BROKEN: ((Rating.A, 5), (Rating.B, 15), (Rating.C, 40))}


@dataclass(frozen=True, slots=True)
class Ground:
    """One figure (per cent, exact), and the rating that it alone would give."""

    figure: str
    percent: Fraction
    says: Rating

    @property
    def needs(self) -> dict[str, int]:
        """What A, B and C need, in per cent: at least, or of what is broken at most."""
        return {str(rating): need for rating, need in (LEAST | MOST)[self.figure]}

    @property
    def shown(self) -> str:
        """The figure to one decimal, never looking better: 94.99 does not read as 95."""
        tenths = ceil(self.percent * 10) if self.figure in MOST else int(self.percent * 10)
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The worst of what the figures say; ``verdicts`` instalments are behind it."""

    rating: Rating
    grounds: tuple[Ground, ...]
    verdicts: int

    @property
    def decisive(self) -> tuple[Ground, ...]:
        """The figures that say no better than what is suggested."""
        return tuple(g for g in self.grounds if g.says == self.rating)


def suggest(kept: KeptRate | None, regularity: Regularity | None) -> Suggestion | None:
    """Suggest a rating from the kept rate by amount, the share broken, and the regularity.

    None with fewer than six verdicts. Each figure says a rating; the worst of them is suggested,
    so that no single good habit hides a bad one.
    """
    if kept is None or kept.number < FEWEST_VERDICTS or not kept.amount:
        return None
    grounds = [
        _at_least(KEPT, Fraction(kept.on_time, kept.amount)),
        _at_most(BROKEN, Fraction(kept.broken, kept.number)),
    ]
    if regularity is not None:
        grounds.append(_at_least(REGULAR, regularity.share))
    worst = max(ground.says for ground in grounds)
    return Suggestion(Rating(worst), tuple(grounds), kept.number)


def _at_least(figure: str, share: Fraction) -> Ground:
    percent = share * 100
    says = next((r for r, least in LEAST[figure] if percent >= least), Rating.D)
    return Ground(figure, percent, says)


def _at_most(figure: str, share: Fraction) -> Ground:
    percent = share * 100
    says = next((r for r, most in MOST[figure] if percent <= most), Rating.D)
    return Ground(figure, percent, says)
