"""What the benchmarks print: ratios the right way round, and whether they are aimed at."""

from __future__ import annotations

import pytest

from benchmarks.measure import Ratio, Size, Times, side_by_side


def test_a_bound_above_is_on_time_over_time() -> None:
    ratio = Ratio("page", 30.0, "floor", 20.0, at_most=1.25)
    assert (ratio.ratio, ratio.target, ratio.reached) == (1.5, "≤ 1.25 ×", False)


def test_a_bound_below_is_on_speed_over_speed() -> None:
    ratio = Ratio("import", 30.0, "copy", 20.0, at_least=0.6)
    assert (round(ratio.ratio, 2), ratio.target, ratio.reached) == (0.67, "≥ 0.6 ×", True)


def test_without_a_bound_nothing_is_reached_or_missed() -> None:
    ratio = Ratio("page", 30.0, "floor", 20.0)
    assert (ratio.target, ratio.reached) == ("", None)


def test_a_ratio_as_json_has_both_times_and_the_target() -> None:
    assert Ratio("page", 2.0, "floor", 1.0, at_most=3).as_json() == {
        "job": "page",
        "floor": "floor",
        "milliseconds": 2.0,
        "floor_milliseconds": 1.0,
        "ratio": 2.0,
        "target": "≤ 3 ×",
        "reached": True,
    }


def test_percentiles_of_a_hundred_and_one() -> None:
    times = Times(tuple(map(float, range(101))))
    assert (times.p50, times.p95) == (50.0, 95.0)


def test_works_run_in_turn_after_one_run_that_does_not_count() -> None:
    ran: list[str] = []
    taken = side_by_side(lambda: ran.append("a"), lambda: ran.append("b"), times=2)
    assert ran == ["a", "b"] * 3
    assert [len(times.each) for times in taken] == [2, 2]


@pytest.mark.parametrize(("base", "scaled"), [(1.0, 600), (0.05, 30), (0.0001, 3)])
def test_a_size_scales_what_there_is_at_one(base: float, scaled: int) -> None:
    assert Size(3, base).scaled(200) == scaled
