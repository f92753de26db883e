"""A short run of the proof that no kill loses a lapse or owes it twice."""

from __future__ import annotations

import pytest

from tests.migrated import migrated_folder
from tests.proofs.chaos import Outcome, prove

SECONDS, LAPSES = 15, 120


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return prove(seconds=SECONDS, lapses=LAPSES, migrated=migrated_folder())


def test_every_lapse_is_owed_once(outcome: Outcome) -> None:
    assert (outcome.notices, outcome.owed_twice) == (LAPSES, 0)


def test_none_is_lost(outcome: Outcome) -> None:
    assert outcome.lost == 0


def test_every_second_copy_was_known_to_be_in_doubt(outcome: Outcome) -> None:
    assert outcome.unexplained == 0


def test_something_died_while_there_was_mail_to_send(outcome: Outcome) -> None:
    assert outcome.kills_under_way > 0
