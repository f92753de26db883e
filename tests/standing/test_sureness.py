"""How sure a share is: against figures worked out by hand, and nothing where too few speak."""

from __future__ import annotations

from decimal import Decimal

import pytest

from collections_app.standing.sureness import (
    FEWEST,
    Interval,
    Pairs,
    ratio_interval,
    share_interval,
)


def between(low: str, high: str) -> Interval:
    return Interval(Decimal(low), Decimal(high))


def pairs_of(*pairs: tuple[int, int]) -> Pairs:
    return Pairs(
        cases=len(pairs),
        whole=sum(x for x, _ in pairs),
        part=sum(y for _, y in pairs),
        whole_squares=sum(x * x for x, _ in pairs),
        part_squares=sum(y * y for _, y in pairs),
        products=sum(x * y for x, y in pairs),
    )


@pytest.mark.parametrize(
    ("number", "cases", "expected"),
    [
        (3, 5, between("0.2307", "0.8824")),
        (0, 10, between("0.0000", "0.2775")),
        (10, 10, between("0.7225", "1.0000")),
        (500, 1000, between("0.4691", "0.5309")),
    ],
)
def test_a_share_lies_where_wilson_says(number: int, cases: int, expected: Interval) -> None:
    assert share_interval(number, cases) == expected


def test_a_ratio_lies_about_itself_by_the_spread_of_its_cases() -> None:
    # r = 1, Σ(y − rx)² = 5,800, n/(n − 1) / 500² of it is 0.029; t of 4 is 2.776.
    found = ratio_interval(pairs_of((100, 50), (100, 80), (100, 100), (100, 120), (100, 150)))
    assert found == between("0.5273", "1.4727")


def test_cases_that_all_say_the_same_leave_no_doubt() -> None:
    assert ratio_interval(pairs_of(*[(10, 8)] * 6)) == between("0.8000", "0.8000")


def test_a_ratio_is_never_less_than_nothing() -> None:
    found = ratio_interval(pairs_of(*[(100, 0)] * 7, (100, 100)))
    assert found is not None
    assert found.low == 0


def test_amounts_of_fifteen_digits_are_exact() -> None:
    large = [(10**15, 5 * 10**14), (10**15, 8 * 10**14), (10**15, 10**15)]
    large += [(10**15, 12 * 10**14), (10**15, 15 * 10**14)]
    assert ratio_interval(pairs_of(*large)) == between("0.5273", "1.4727")


def test_too_few_cases_say_nothing() -> None:
    assert share_interval(FEWEST - 1, FEWEST - 1) is None
    assert ratio_interval(pairs_of(*[(1, 1)] * (FEWEST - 1))) is None
    assert ratio_interval(pairs_of(*[(0, 1)] * FEWEST)) is None
