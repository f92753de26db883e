"""A short run of the proof that each job runs once a period, and that the broker may go away."""

from __future__ import annotations

import pytest

from tests.migrated import migrated_folder
from tests.proofs.jobs import Run, missed_periods, prove

SECONDS, LAPSES = 24, 60


# One test: two workers that shared several out would each run the proof.
def test_whatever_runs_beside_it_no_job_runs_twice_in_a_period(
    subtests: pytest.Subtests,
) -> None:
    outcome = prove(seconds=SECONDS, lapses=LAPSES, migrated=migrated_folder())
    with subtests.test("each job ran once a period"):
        assert outcome.jobs >= 6
        assert outcome.ran_twice == 0
    with subtests.test("each message was owed and sent once"):
        assert (outcome.notices, outcome.owed_twice) == (LAPSES, 0)
        assert (outcome.unsent, outcome.doubled) == (0, 0)
    with subtests.test("pages stayed up without a broker"):
        assert outcome.pages > 0
        assert outcome.pages_failed == 0
    with subtests.test("all was caught up within a minute of its return"):
        assert outcome.caught_up <= 60


def test_a_period_in_which_nothing_ran_is_counted_unless_the_broker_was_away() -> None:
    ran = [Run(at=n * 10.0, job="sweep", every=10, number=n) for n in (1, 2, 4, 5, 8)]
    assert missed_periods(ran, 5, 95, (65, 75)) == (6, 1)
