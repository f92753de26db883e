"""``bin/bench`` as it is called, with next to no data."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in os.environ.items() if name != "KEPT_TEST_SERVICES"},
        capture_output=True,
        check=False,
        text=True,
    )


def test_a_name_that_names_none_is_wrong_usage() -> None:
    answer = bench("speed")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "there is no benchmark speed" in answer.stderr


@pytest.mark.parametrize("scale", ["0", "101", "much"])
def test_a_scale_out_of_bounds_is_wrong_usage(scale: str) -> None:
    assert bench("--scale", scale).returncode == 2


@pytest.mark.slow
def test_every_benchmark_runs_and_reports_ratios() -> None:
    answer = bench("--small", "--scale", "2", "--json")
    assert answer.returncode == 0, answer.stderr
    said = json.loads(answer.stdout)
    assert [one["name"] for one in said["benchmarks"]] == ["dashboard", "sweep", "import"]
    assert all(ratio["ratio"] > 0 for one in said["benchmarks"] for ratio in one["ratios"])
