"""A line of the log says for which request or task it was written."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery import shared_task
from celery.app.trace import build_tracer
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from collections_app.celery import app
from collections_app.core.logs import JsonFormatter, NamesFilter, named
from collections_app.jobs.log_names import WOKEN_BY, stamp_request
from collections_app.jobs.models import JobRun
from collections_app.web.middleware import RequestIdMiddleware

logger = logging.getLogger("collections_app.tests")


class Lines:
    """What was logged, as machines read it."""

    def __init__(self, written: StringIO) -> None:
        self._written = written

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._written.getvalue().splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.all[-1]


@pytest.fixture
def lines() -> Iterator[Lines]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(NamesFilter())
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield Lines(written)
    logging.getLogger().removeHandler(handler)


@shared_task(name="tests.says")
def says(word: str, **_later_args: Any) -> None:
    if word == "fails":
        raise ZeroDivisionError
    logger.warning(word)


def run(word: str, *, job: str = "", **headers: str) -> None:
    """As a worker does with what it received."""
    kwargs = {"word": word} | ({"job": {"name": job, "every": 300}} if job else {})
    request = {"id": "task-1", "task": says.name, "is_eager": False, "called_directly": False}
    tracer = build_tracer(says.name, says, app=app)
    tracer("task-1", [], kwargs, {**request, **headers})


def test_a_line_of_a_request_has_the_id_of_its_answer(lines: Lines) -> None:
    def answer(_request: HttpRequest) -> HttpResponse:
        logger.warning("looked")
        return HttpResponse()

    response = RequestIdMiddleware(answer)(RequestFactory().get("/"))
    logger.warning("outside")
    assert [line.get("request_id") for line in lines.all] == [response["X-Request-ID"], None]


def test_a_refused_request_is_logged_with_its_id(client: Client, lines: Lines) -> None:
    answer = client.get("/accounts/none-such/", headers={"X-Request-ID": "proxy-0123456789"})
    assert answer.status_code in (302, 404)
    client.post("/readyz", headers={"X-Request-ID": "proxy-0123456789"})
    assert {line["request_id"] for line in lines.all} == {"proxy-0123456789"}


def test_a_line_of_a_task_has_its_id_and_its_name(lines: Lines) -> None:
    run("said")
    logger.warning("outside")
    assert (lines.all[0]["task"], lines.all[0]["task_id"]) == ("tests.says", "task-1")
    assert "task_id" not in lines.last


def test_a_line_of_a_job_has_the_key_of_its_run(db: None, lines: Lines) -> None:
    run("said", job="sweep")
    assert (lines.last["job"], lines.last["job_run"]) == ("sweep", str(JobRun.objects.get().pk))


def test_what_a_worker_says_of_a_failure_has_the_tasks_id(lines: Lines) -> None:
    run("fails")
    assert (lines.last["logger"], lines.last["task_id"]) == ("celery.app.trace", "task-1")
    assert "ZeroDivisionError" in lines.last["exception"]


def test_a_task_that_a_request_woke_has_the_requests_id(lines: Lines) -> None:
    headers: dict[str, Any] = {}
    with named(request_id="proxy-0123456789"):
        stamp_request(headers=headers)
    assert set(headers) == {WOKEN_BY}
    run("said", **headers)
    assert lines.last["request_id"] == "proxy-0123456789"


def test_a_text_of_several_lines_is_one_line(lines: Lines) -> None:
    logger.warning('a "name"\n{"level": "forged"}')
    assert [line["message"] for line in lines.all] == ['a "name"\n{"level": "forged"}']


def test_the_lines_of_all_servers_are_written_by_one_handler() -> None:
    config: dict[str, Any] = settings.LOGGING
    assert list(config["handlers"]) == ["stderr"]
    assert not [name for name, of in config["loggers"].items() if of.get("handlers")]


def test_a_line_to_read_names_what_it_is_for() -> None:
    record = logging.LogRecord("n", logging.INFO, "p", 1, "done", None, None)
    config: dict[str, Any] = settings.LOGGING
    form = logging.Formatter(config["formatters"]["text"]["format"])
    with named(request_id="proxy-0123456789"):
        NamesFilter().filter(record)
    assert form.format(record).endswith("INFO n [proxy-0123456789] done")
