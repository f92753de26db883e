"""``bin/prove`` as it is called: what there is, and how a proof went."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from tests.proofs import __main__ as command
from tests.proofs.chaos import Outcome

WELL = Outcome(
    answers_late=True,
    owed=100,
    notices=100,
    owed_twice=0,
    lost=0,
    doubled=2,
    in_doubt=3,
    unexplained=0,
    kills=9,
    kills_under_way=9,
    seconds=1.0,
)
LOST = dataclasses.replace(WELL, lost=1)


def let_it_come_to(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = command.Proof("shows", lambda **_options: outcome)
    monkeypatch.setattr(command, "PROOFS", {"chaos": proof})


@pytest.mark.parametrize(
    "change",
    [
        {"notices": 99},
        {"owed_twice": 1},
        {"lost": 1},
        {"unexplained": 1},
        {"doubled": 3},
        {"answers_late": False},
    ],
    ids=str,
)
def test_each_promise_broken_fails_the_proof(change: dict[str, Any]) -> None:
    assert WELL.passed
    assert not dataclasses.replace(WELL, **change).passed


def test_without_a_name_the_proofs_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    assert capsys.readouterr().out.startswith("chaos: 0 lost")


def test_a_name_that_names_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["order"])
    assert end.value.code == 2
    assert "there is no proof order" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outcome", "words", "status"),
    [(WELL, [], 0), (LOST, [], 1), (WELL, ["--control"], 1), (LOST, ["--control"], 0)],
    ids=["passes", "fails", "control passes", "control fails"],
)
def test_the_status_says_whether_it_went_as_it_must(
    outcome: Outcome,
    words: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    let_it_come_to(outcome, monkeypatch)
    assert command.main(["chaos", "--json", *words]) == status
    said = json.loads(capsys.readouterr().out)
    assert said["proofs"][0]["passed"] is (status == 0)
    assert said["proofs"][0]["figures"]["lost"] == outcome.lost


def test_people_get_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    let_it_come_to(LOST, monkeypatch)
    assert command.main(["chaos"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "chaos: FAILED"
    assert "  lost                    1" in lines
