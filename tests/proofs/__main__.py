"""``bin/prove NAME…``: run long proofs and print their figures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.proofs import chaos, jobs

FAILED, WRONG_USAGE = 1, 2


class Result(Protocol):
    """What a proof comes back with."""

    @property
    def passed(self) -> bool: ...
    def figures(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof: what it shows, how it is run, and for how long unless told.

    One ``of_chance`` takes a seed, and whether the mail server answers late.
    """

    shows: str
    run: Callable[..., Result]
    seconds: float = 60
    of_chance: bool = False


PROOFS = {
    "chaos": Proof(
        "0 lost, 0 owed twice, every double in doubt and at most 0.5 %, under kill -9 every 3 s",
        chaos.prove,
        seconds=180,
        of_chance=True,
    ),
    "jobs": Proof(
        "2 schedulers, 4 workers: a job once a period, a message once; the broker may go away",
        jobs.prove,
        seconds=600,
    ),
}


def main(words: Sequence[str]) -> int:
    """Run the proofs named; return 1 where one failed, 2 where a name names none."""
    parser = argparse.ArgumentParser(prog="bin/prove", description=__doc__, allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PROOFS))
    parser.add_argument("--seconds", type=float, help="how long it takes")
    parser.add_argument("--lapses", type=int, default=1000, help="promises that lapse (1000)")
    parser.add_argument("--seed", type=int, default=chaos.SEED, help="who is killed when (7)")
    parser.add_argument(
        "--late", action="store_true", help="the mail server answers some time after it has written"
    )
    parser.add_argument(
        "--control", action="store_true", help="take the protection out: the proof must then fail"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name not in PROOFS]
    if unknown:
        parser.error(f"there is no proof {', '.join(unknown)}: choose from {', '.join(PROOFS)}")
    if (options.seconds or 1) <= 0 or options.lapses <= 0:
        parser.error("--seconds and --lapses take numbers above 0")
    if not options.names:
        _say(_listed(as_json=options.json))
        return 0
    results = []
    for name in options.names:
        proof = PROOFS[name]
        outcome = proof.run(
            seconds=options.seconds or proof.seconds,
            lapses=options.lapses,
            control=options.control,
            **({"seed": options.seed, "late": options.late} if proof.of_chance else {}),
        )
        good = outcome.passed != options.control
        results.append({"name": name, "passed": good, "figures": outcome.figures()})
        if not options.json:
            _say(_table(name, outcome.figures(), good=good, control=options.control))
    if options.json:
        _say(json.dumps({"control": options.control, "proofs": results}))
    return 0 if all(result["passed"] for result in results) else FAILED


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _listed(*, as_json: bool) -> str:
    if as_json:
        return json.dumps({"available": {name: proof.shows for name, proof in PROOFS.items()}})
    return "\n".join(f"{name}: {proof.shows}" for name, proof in PROOFS.items())


def _table(name: str, figures: dict[str, Any], *, good: bool, control: bool) -> str:
    """A heading that says how it went, then a line for each figure."""
    width = max(map(len, figures))
    verdict = "passed" if good else "FAILED"
    if control:
        verdict = (
            "passed: without its protection it fails, as it must"
            if good
            else "FAILED: it passes without its protection, so it proves nothing"
        )
    lines = [f"  {key.replace('_', ' '):{width}}  {value:>8}" for key, value in figures.items()]
    return "\n".join([f"{name}: {verdict}", *lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
