"""A short run of the proof that each job runs once a period, and that the broker may go away."""

from __future__ import annotations

import pytest

from tests.proofs.jobs import JobsOutcome, Run, missed_periods, prove

SECONDS, LAPSES = 40, 60


@pytest.fixture(scope="module")
def outcome() -> JobsOutcome:
    return prove(seconds=SECONDS, lapses=LAPSES)


def test_no_job_runs_twice_in_a_period(outcome: JobsOutcome) -> None:
    assert outcome.jobs >= 6
    assert outcome.ran_twice == 0


def test_each_message_is_owed_and_sent_once(outcome: JobsOutcome) -> None:
    assert (outcome.notices, outcome.owed_twice) == (LAPSES, 0)
    assert (outcome.unsent, outcome.doubled) == (0, 0)


def test_pages_stay_up_without_a_broker(outcome: JobsOutcome) -> None:
    assert outcome.pages > 0
    assert outcome.pages_failed == 0


def test_all_is_caught_up_within_a_minute_of_its_return(outcome: JobsOutcome) -> None:
    assert outcome.caught_up <= 60


def test_a_period_in_which_nothing_ran_is_counted_unless_the_broker_was_away() -> None:
    ran = [Run(at=n * 10.0, job="sweep", every=10, number=n) for n in (1, 2, 4, 5, 8)]
    assert missed_periods(ran, 5, 95, (65, 75)) == (6, 1)
