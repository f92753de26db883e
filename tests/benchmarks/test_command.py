"""``bin/bench`` as it is called, with next to no data."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from benchmarks.__main__ import BENCHMARKS, report
from benchmarks.measure import Size
from tests.emptying import send_everybody_away


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


@pytest.mark.parametrize("name", BENCHMARKS)
@pytest.mark.usefixtures("transactional_db")
def test_every_benchmark_runs_and_reports_ratios(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On clones of the tests' own database: servers of its own would take longer than all else."""
    # What somebody else is in is not cloned.
    send_everybody_away(wait=5_000)
    report([name], Size(1, 0.01), as_json=True)
    (said,) = json.loads(capsys.readouterr().out)["benchmarks"]
    assert said["name"] == name
    assert said["ratios"]
    assert all(ratio["ratio"] > 0 for ratio in said["ratios"])
