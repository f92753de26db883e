"""What the clock wakes runs once a period, on record; what somebody wakes runs at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import shared_task

from collections_app.core.clock import now
from collections_app.jobs.models import JobOutcome, JobRun
from collections_app.jobs.operations import forget_runs, run_once
from collections_app.jobs.schedules import Aligned, period_of
from collections_app.jobs.stamps import SENT_AT, stamp_job

pytestmark = pytest.mark.django_db
JOB = {"name": "count", "every": 300}
AT = datetime(2026, 11, 30, 12, 1, tzinfo=UTC)
ran: list[str] = []


@shared_task(name="tests.count")
def count(word: str = "ran", **_later_args: Any) -> None:
    if word == "fails":
        raise ZeroDivisionError("by zero")
    ran.append(word)


@pytest.fixture(autouse=True)
def _none_ran() -> None:
    ran.clear()


def wake(at: datetime, *, word: str = "ran", redelivered: bool = False) -> None:
    """As a worker does with what the scheduler sent at the instant."""
    info = {"redelivered": redelivered}
    count.push_request(called_directly=False, delivery_info=info, **{SENT_AT: at.isoformat()})
    try:
        count(word=word, job=JOB)
    finally:
        count.pop_request()


def test_two_schedulers_wake_a_job_and_it_runs_once_a_period() -> None:
    for at in (AT, AT + timedelta(seconds=2), AT + timedelta(minutes=5)):
        wake(at)
    assert ran == ["ran", "ran"]
    assert list(JobRun.objects.values_list("name", "outcome")) == [("count", "done")] * 2
    assert not JobRun.objects.filter(finished_at=None).exists()


def test_one_woken_because_there_is_work_runs_without_a_record() -> None:
    count()
    count()
    assert ran == ["ran", "ran"]
    assert not JobRun.objects.exists()


def test_one_run_by_hand_is_on_record_and_keeps_no_period_from_running() -> None:
    count(job={"name": "count"})
    wake(AT)
    assert len(ran) == JobRun.objects.count() == 2


def test_a_failure_is_on_record_in_words() -> None:
    with pytest.raises(ZeroDivisionError):
        wake(AT, word="fails")
    run = JobRun.objects.get()
    assert (run.outcome, run.error) == (JobOutcome.FAILED, "ZeroDivisionError: by zero")
    wake(AT + timedelta(minutes=5))
    assert ran == ["ran"]


def test_one_whose_worker_died_is_taken_up_when_it_is_delivered_again() -> None:
    JobRun.objects.create(name="count", period=period_of(AT, 300))
    wake(AT)
    assert ran == []
    wake(AT, redelivered=True)
    assert ran == ["ran"]


def test_one_that_died_long_ago_is_taken_up_by_anybody() -> None:
    JobRun.objects.create(name="count", period="p", started_at=now() - timedelta(minutes=3))
    assert run_once("count", "p", lambda: None)


def test_a_finished_run_is_not_run_again_when_it_is_delivered_again() -> None:
    wake(AT)
    wake(AT, redelivered=True)
    assert ran == ["ran"]


def test_what_wakes_a_job_says_when_it_was_sent() -> None:
    headers: dict[str, Any] = {}
    stamp_job(headers=headers, body=((), {}, {}))
    assert headers == {}
    stamp_job(headers=headers, body=((), {"job": JOB}, {}))
    assert set(headers) == {SENT_AT}


def test_runs_of_long_ago_are_forgotten_sooner_where_there_are_many() -> None:
    for name, days in (("often", 2), ("often", 0), ("daily", 2), ("daily", 100)):
        at = now() - timedelta(days=days)
        JobRun.objects.create(name=name, period=str(days), started_at=at)
    assert forget_runs(often=["often"]) == 2
    assert set(JobRun.objects.values_list("name", "period")) == {("often", "0"), ("daily", "2")}


@pytest.mark.parametrize(
    ("last", "is_due", "wait"), [("11:59:59", True, 240), ("12:00:01", False, 240)]
)
def test_a_job_is_due_once_in_each_period_of_the_clock(
    last: str, is_due: bool, wait: float
) -> None:
    times = Aligned(timedelta(minutes=5), nowfun=lambda: AT)
    former = datetime.fromisoformat(f"2026-11-30T{last}+00:00")
    assert times.is_due(former) == (is_due, wait)
    assert times.remaining_estimate(former) == timedelta(seconds=0 if is_due else wait)
