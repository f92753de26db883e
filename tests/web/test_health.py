"""Whether the process lives, and whether the installation can do its work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from collections_app.core.clock import now
from collections_app.jobs.operations import beat


@pytest.fixture
def _broker_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is another program; tests without one say what it would."""
    from collections_app.web.views import health

    monkeypatch.setitem(health.CHECKS, "broker", lambda: True)


def test_health_asks_no_database(client: Client) -> None:
    # Without the db fixture any query fails the test.
    assert client.get("/healthz").status_code == 200


@pytest.mark.usefixtures("_broker_that_answers")
def test_given_fresh_heartbeats_when_asked_then_ready(db: None, client: Client) -> None:
    beat("worker")
    beat("scheduler")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "checks": {"database": True, "broker": True, "worker": True, "scheduler": True},
    }


@pytest.mark.usefixtures("_broker_that_answers")
def test_given_an_old_heartbeat_when_asked_then_the_answer_names_it(
    db: None, client: Client
) -> None:
    beat("worker")
    beat("scheduler", at=now() - timedelta(seconds=50))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": True,
        "broker": True,
        "worker": True,
        "scheduler": False,
    }


def test_given_no_broker_when_asked_then_not_ready(
    db: None, client: Client, settings: pytest.FixtureRequest
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["broker"]) == (503, False)
