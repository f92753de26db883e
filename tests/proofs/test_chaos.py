"""A short run of the proof that no kill loses a lapse or owes it twice."""

from __future__ import annotations

import pytest

from tests.proofs.chaos import Outcome, prove

KILLS, REPS = 6, 120


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return prove(kills=KILLS, reps=REPS)


def test_every_lapse_is_owed_once(outcome: Outcome) -> None:
    assert outcome.notices == outcome.owed


def test_none_is_lost(outcome: Outcome) -> None:
    assert outcome.lost == 0


def test_every_second_copy_was_known_to_be_in_doubt(outcome: Outcome) -> None:
    assert outcome.unexplained == 0
