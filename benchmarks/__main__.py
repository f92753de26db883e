"""``bin/bench [NAME…]``: run benchmarks and print their ratios. It judges nothing."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import django
from django.core.management import call_command
from django.test import override_settings

from benchmarks.measure import Ratio, Report, Size
from tests.scratch import scratch_environment, scratch_folder, scratch_services

# By name, the module that holds ``run(size) -> Report``; loaded once there is a database.
BENCHMARKS = {
    "dashboard": "benchmarks.dashboard",
    "dashboards": "benchmarks.dashboards",
    "month_plan": "benchmarks.month_plan",
    "customer": "benchmarks.customer",
    "today": "benchmarks.today",
    "sweep": "benchmarks.sweep",
    "import": "benchmarks.imports",
    "paint": "benchmarks.paint",
}
# The demo has at most 100 times the customers that it has at 1 ×.
MOST_SCALE = 100
# Fewer customers cannot be had a tenth of, whose demo is a hundredth.
MANY, LEAST = 100_000, 100
SMALL = 0.02
HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


@dataclass(frozen=True, slots=True)
class Run:
    """One benchmark's report, and how long it took with all that it needed."""

    name: str
    report: Report
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "seconds": round(self.seconds, 1), **self.report.as_json()}


def main(words: Sequence[str]) -> int:
    """Run what is named, else all; exit status 2 where a name names none."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--scale", type=int, default=5, metavar="N", help="times the data (5)")
    parser.add_argument(
        "--customers", type=int, default=MANY, metavar="N", help=f"of dashboards ({MANY:,})"
    )
    parser.add_argument(
        "--small", action="store_true", help="with next to no data, to see that it runs"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}: {', '.join(BENCHMARKS)}")
    if not 1 <= options.scale <= MOST_SCALE:
        parser.error(f"--scale takes a number from 1 to {MOST_SCALE}")
    if options.customers < LEAST:
        parser.error(f"--customers takes a number from {LEAST}")
    size = Size(options.scale, SMALL if options.small else 1.0, options.customers)
    with _database():
        report(options.names or BENCHMARKS, size, as_json=options.json)
    return 0


def report(names: Iterable[str], size: Size, *, as_json: bool) -> None:
    """Run the benchmarks on the database that Django is set up on, and print what they found."""
    runs = []
    for name in dict.fromkeys(names):
        print(f"{name} …", file=sys.stderr, flush=True)
        runs.append(_run(name, size))
        if not as_json:
            print(_table(runs[-1]), flush=True)
    if as_json:
        answer = {"scale": size.scale, "benchmarks": [run.as_json() for run in runs]}
        print(json.dumps(answer, ensure_ascii=False))


@contextmanager
def _database() -> Iterator[None]:
    """Servers of this run alone, the schema made, and Django set up on them."""
    with scratch_folder("bench") as folder:
        # Durable, as the product's own are: what is measured is to be what is run.
        services = scratch_services(folder, durable=True)
        try:
            os.environ |= scratch_environment(folder, services)
            os.environ |= {"KEPT_PLAIN_STATIC": "1", "LOG_LEVEL": "WARNING"}
            os.environ["DJANGO_SETTINGS_MODULE"] = "collections_app.settings"
            django.setup()
            call_command("migrate", verbosity=0)
            call_command("compile_texts")
            # Nobody signs in by password here, and hashing them is slow on purpose.
            with override_settings(PASSWORD_HASHERS=[HASHER]):
                yield
        finally:
            services.leave()


def _run(name: str, size: Size) -> Run:
    began = time.monotonic()
    report: Report = importlib.import_module(BENCHMARKS[name]).run(size)
    return Run(name, report, time.monotonic() - began)


def _table(run: Run) -> str:
    """The ratios with what is aimed at beside them, then the counts that belong to them."""
    head = (run.name, "ms", "against", "ms", "ratio", "target", "")
    rows = [head, *(_row(ratio) for ratio in run.report.ratios)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    right = (1, 3, 4)
    lines = [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    counts = ", ".join(f"{name}: {value:,}" for name, value in run.report.figures.items())
    return "\n".join([*lines, counts, ""])


def _row(ratio: Ratio) -> tuple[str, ...]:
    verdict = {True: "reached", False: "not reached", None: ""}[ratio.reached]
    took, floor = f"{ratio.took:,.1f}", f"{ratio.floor_took:,.1f}"
    return (ratio.job, took, ratio.floor, floor, f"{ratio.ratio:.2f}", ratio.target, verdict)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
