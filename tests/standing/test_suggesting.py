"""The suggested rating: what the figures say, and the worst of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.standing.rates import KeptRate
from collections_app.standing.regularity import Regularity, RegularMonth
from collections_app.standing.suggesting import suggest

MONTH = date(2026, 10, 1)


def kept(on_time: int, amount: int = 10_000, *, number: int = 100, broken: int = 0) -> KeptRate:
    return KeptRate(
        currency="CNY", amount=amount, on_time=on_time, number=number, kept=0, broken=broken,
        renegotiated=0,
    )  # fmt: skip


def regular(received: int) -> Regularity:
    return Regularity((RegularMonth(MONTH, MONTH, 10_000, received),))


def rating(rate: KeptRate, regularity: Regularity | None = None) -> str | None:
    found = suggest(rate, regularity)
    return found.rating if found else None


@pytest.mark.parametrize(("number", "suggested"), [(5, None), (6, "A")])
def test_six_verdicts_are_needed(number: int, suggested: str | None) -> None:
    assert rating(kept(10_000, number=number)) == suggested


def test_nothing_is_suggested_without_a_promise() -> None:
    assert suggest(None, regular(10_000)) is None


@pytest.mark.parametrize(
    ("on_time", "suggested"),
    [(9_500, "A"), (9_499, "B"), (8_000, "B"), (7_999, "C"), (5_000, "C"), (4_999, "D")],
)
def test_the_kept_rate_says_a_rating(on_time: int, suggested: str) -> None:
    assert rating(kept(on_time)) == suggested


@pytest.mark.parametrize(
    ("broken", "suggested"), [(5, "A"), (6, "B"), (15, "B"), (16, "C"), (40, "C"), (41, "D")]
)
def test_the_share_broken_says_a_rating(broken: int, suggested: str) -> None:
    assert rating(kept(10_000, broken=broken)) == suggested


@pytest.mark.parametrize(
    ("received", "suggested"),
    [(9_000, "A"), (8_999, "B"), (7_000, "B"), (6_999, "C"), (4_000, "C"), (3_999, "D")],
)
def test_regularity_says_a_rating(received: int, suggested: str) -> None:
    assert rating(kept(10_000), regular(received)) == suggested


def test_the_worst_figure_decides_and_is_named() -> None:
    found = suggest(kept(9_900, broken=10), regular(10_000))
    assert found is not None
    assert [(g.figure, g.says) for g in found.grounds] == [
        ("kept", "A"), ("broken", "B"), ("regular", "A"),
    ]  # fmt: skip
    assert [g.figure for g in found.decisive] == ["broken"]


def test_a_figure_just_below_a_bound_does_not_read_as_the_bound() -> None:
    found = suggest(kept(94_999, 100_000, number=299, broken=15), None)
    assert found is not None
    assert [ground.shown for ground in found.grounds] == ["94.9", "5.1"]


@given(
    on_time=st.integers(0, 10_000),
    less=st.integers(0, 10_000),
    broken=st.integers(0, 100),
    received=st.none() | st.integers(0, 20_000),
)
def test_paying_less_in_time_never_betters_the_rating(
    on_time: int, less: int, broken: int, received: int | None
) -> None:
    regularity = None if received is None else regular(received)
    better = rating(kept(on_time, broken=broken), regularity)
    worse = rating(kept(min(on_time, less), broken=broken), regularity)
    assert better is not None
    assert worse is not None
    assert worse >= better
