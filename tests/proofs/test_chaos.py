"""A short run of the proof that no kill loses a lapse or owes it twice."""

from __future__ import annotations

import pytest

from tests.migrated import migrated_folder
from tests.proofs.chaos import prove

SECONDS, LAPSES = 20, 120


# One test: two workers that shared several out would each run the proof.
def test_whatever_is_killed_each_lapse_is_owed_once_and_none_is_lost(
    subtests: pytest.Subtests,
) -> None:
    outcome = prove(seconds=SECONDS, lapses=LAPSES, late=True, migrated=migrated_folder())
    with subtests.test("every lapse is owed once"):
        assert (outcome.notices, outcome.owed_twice) == (LAPSES, 0)
    with subtests.test("none is lost"):
        assert outcome.lost == 0
    with subtests.test("every second copy was known to be in doubt"):
        assert outcome.unexplained == 0
    with subtests.test("something died while there was mail to send"):
        assert outcome.kills_under_way > 0
