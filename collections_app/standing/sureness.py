"""How sure a share is, from how many cases it was seen in. Pure.

Both intervals are of 95 %. Of fewer than ``FEWEST`` cases nothing is said: any interval would be as
wide as what can happen at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

FEWEST: Final = 5
_FOUR: Final = Decimal("0.0001")
# The 97.5 % point of the normal distribution.
_Z: Final = Decimal("1.959964")
# That of Student's t with 4, 5, … 30 degrees of freedom; beyond, the last is a little wide.
_T: Final = tuple(
    map(
        Decimal,
        """2.776 2.571 2.447 2.365 2.306 2.262 2.228 2.201 2.179 2.160 2.145 2.131 2.120 2.110
        2.101 2.093 2.086 2.080 2.074 2.069 2.064 2.060 2.056 2.052 2.048 2.045 2.042""".split(),
    )
)


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both to four decimals."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What cases were to bring and what they brought, summed: ``whole`` and ``part`` in minor
    units, the squares of each and their products in minor units squared.
    """

    cases: int
    whole: int
    part: int
    whole_squares: int
    part_squares: int
    products: int


def share_interval(number: int, cases: int) -> Interval | None:
    """Where the share of which ``number`` of ``cases`` is a sample lies: Wilson's score interval
    ("Probable Inference", Journal of the American Statistical Association 22, 1927), which holds
    for few cases and near 0 and 1, too. None for too few cases.
    """
    if cases < FEWEST:
        return None
    share, square = Decimal(number) / cases, _Z * _Z
    middle = share + square / (2 * cases)
    half = _Z * (share * (1 - share) / cases + square / (4 * cases * cases)).sqrt()
    scale = 1 + square / cases
    return _between((middle - half) / scale, (middle + half) / scale, most=Decimal(1))


def ratio_interval(pairs: Pairs) -> Interval | None:
    """Where ``part / whole`` lies, each case being a pair that was drawn: the ratio estimator with
    its large-sample variance, n / (n − 1) × Σ (part − ratio × whole)² / (Σ whole)², by Student's t
    (Cochran, "Sampling Techniques", 3rd edition, 1977, sections 2.11 and 6.4). None for too few
    cases, or where nothing was to come.
    """
    cases, whole = pairs.cases, pairs.whole
    if cases < FEWEST or whole <= 0:
        return None
    ratio = Fraction(pairs.part, whole)
    squares = pairs.part_squares - 2 * ratio * pairs.products + ratio * ratio * pairs.whole_squares
    variance = Fraction(cases, cases - 1) * squares / (whole * whole)
    half = _T[min(cases - FEWEST, len(_T) - 1)] * _decimal(variance).sqrt()
    return _between(_decimal(ratio) - half, _decimal(ratio) + half)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _between(low: Decimal, high: Decimal, *, most: Decimal | None = None) -> Interval:
    top = high if most is None else min(high, most)
    return Interval(max(low, Decimal(0)).quantize(_FOUR), top.quantize(_FOUR))
