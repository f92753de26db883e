"""A periodic job runs once a period, however many schedulers there are."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from collections_app.jobs.models import Heartbeat, JobRun
from collections_app.jobs.operations import beat, once
from collections_app.jobs.queries import heartbeat_is_fresh, last_heartbeat


def test_a_job_runs_once_a_period(db: None) -> None:
    ran = []
    for period in ("2013-07-30", "2013-07-30", "2013-07-31"):
        with once("sweep", period) as mine:
            ran.append(mine)
    assert ran == [True, False, True]


def test_a_run_that_raises_is_taken_up_by_the_next(db: None) -> None:
    with pytest.raises(ZeroDivisionError), once("sweep", "2013-07-30"):
        raise ZeroDivisionError
    assert not JobRun.objects.exists()
    with once("sweep", "2013-07-30") as mine:
        assert mine


@pytest.mark.django_db(transaction=True)
def test_while_one_runs_the_other_is_told_no_and_does_not_wait() -> None:
    answers: list[bool] = []

    def other() -> None:
        try:
            with once("sweep", "2013-07-30") as mine:
                answers.append(mine)
        finally:
            connections.close_all()

    with once("sweep", "2013-07-30") as mine:
        assert mine
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=10)
        assert answers == [False]


def test_a_late_heartbeat_does_not_go_back(db: None) -> None:
    beat("worker")
    latest = last_heartbeat("worker")
    assert latest is not None
    beat("worker", at=latest.replace(year=2013))
    assert last_heartbeat("worker") == latest
    assert Heartbeat.objects.count() == 1
    assert heartbeat_is_fresh("worker", within_seconds=45)


def test_nobodys_heartbeat_is_fresh(db: None) -> None:
    assert connection.vendor == "postgresql"
    assert not heartbeat_is_fresh("worker", within_seconds=45)
