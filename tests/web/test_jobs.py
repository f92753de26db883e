"""The jobs page, waking a job by hand, and the banner when something is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError as BrokerError

from collections_app.accounts.models import AuditEntry, Person
from collections_app.core.clock import now
from collections_app.jobs.models import JobRun
from collections_app.jobs.operations import beat
from collections_app.outbox.models import Message
from collections_app.outbox.watch import forget_ages
from tests.conftest import Cast
from tests.web.acting import send, text_of

SEND = "collections_app.web.views.jobs.current_app.send_task"


@pytest.fixture(autouse=True)
def _look_anew() -> Iterator[None]:
    forget_ages()
    yield
    forget_ages()


def page(client: Client, person: Person) -> str:
    client.force_login(person)
    return text_of(client.get("/settings/jobs/"))


def swept(minutes_ago: int, **more: Any) -> None:
    at = now() - timedelta(minutes=minutes_ago)
    facts = {"outcome": "done", "finished_at": at + timedelta(seconds=2)} | more
    JobRun.objects.create(name="sweep", period=f"p{minutes_ago}", started_at=at, **facts)


def due(minutes_ago: int) -> None:
    Message.objects.create(
        key="k", message_id="<k@kept.test>", kind="lapsed", to_address="a@b.test", language="en",
        due_at=now() - timedelta(minutes=minutes_ago),
    )  # fmt: skip


def test_each_job_tells_its_last_run_and_how_it_ended(cast: Cast, client: Client) -> None:
    swept(9, outcome="failed", error="OperationalError: gone")
    swept(20)
    text = page(client, cast.admin)
    assert "Sweep: what lapses, and what is to be said failed" in text
    assert "OperationalError: gone" in text
    assert "Opening next month's plans never" in text.replace("&#x27;", "'")


def test_a_run_that_died_is_not_taken_for_one_under_way(cast: Cast, client: Client) -> None:
    swept(9, outcome="", finished_at=None)
    assert "what is to be said failed" in page(client, cast.admin)


def test_worker_and_scheduler_show_whether_they_live(cast: Cast, client: Client) -> None:
    beat("worker")
    beat("scheduler", at=now() - timedelta(minutes=3))
    text = page(client, cast.admin)
    assert "Worker running" in text
    assert "Scheduler does not answer" in text


def test_the_page_takes_no_more_queries_for_more_runs(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    numbers = []
    for minutes in (1, 2):
        swept(minutes)
        with CaptureQueriesContext(connection) as queries:
            client.get("/settings/jobs/")
        numbers.append(len(queries))
    assert numbers[1] <= numbers[0] <= 12


def test_a_job_is_woken_by_hand_and_on_record(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(SEND, lambda task, **options: sent.append((task, options["kwargs"])))
    client.force_login(cast.admin)
    send(client, "/settings/jobs/sweep/run/")
    assert sent == [("reminders.sweep_now", {"job": {"name": "sweep"}})]
    entry = AuditEntry.objects.get(subject_kind="job")
    assert (entry.actor, entry.subject_id) == (cast.admin, "sweep")
    assert send(client, "/settings/jobs/heartbeat/run/").status_code == 404


def test_without_a_broker_nothing_is_woken_and_the_page_says_so(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: Any, **_options: Any) -> None:
        raise BrokerError

    monkeypatch.setattr(SEND, gone)
    client.force_login(cast.admin)
    answer = send(client, "/settings/jobs/sweep/run/")
    assert "The broker does not answer" in text_of(client.get(answer["Location"]))
    assert not AuditEntry.objects.filter(subject_kind="job").exists()


@pytest.mark.parametrize(
    ("minutes", "is_late"), [({"sweep": 9, "mail": 9}, False), ({"sweep": 11}, True),
                             ({"mail": 11}, True), ({}, False)],
)  # fmt: skip
def test_a_banner_tells_managers_and_administrators_what_is_late(
    cast: Cast, client: Client, minutes: dict[str, int], is_late: bool
) -> None:
    if "sweep" in minutes:
        swept(minutes["sweep"])
    if "mail" in minutes:
        due(minutes["mail"])
    for person, told in (
        (cast.east_manager, is_late),
        (cast.admin, is_late),
        (cast.finance, False),
    ):
        client.force_login(person)
        assert ("k-late-note" in client.get("/settings/").content.decode()) is told


def test_how_late_things_are_is_asked_once_in_half_a_minute(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/settings/")
        asked.append(sum("jobs_jobrun" in query["sql"] for query in queries))
    assert asked == [1, 0]
