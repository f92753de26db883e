"""A page of a signed-in person, against pages that only render."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from unittest.mock import patch

from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import floors
from benchmarks.floors import Ready
from benchmarks.measure import Ratio, Report, Times, side_by_side
from collections_app.accounts.models import Person
from collections_app.web.access import ACCESS, ALL, Door
from collections_app.web.requests import StaffRequest

READY, FRAME = "the same template, all data ready, SELECT 1", "the frame of a page, SELECT 1"
# What the table of access does not name is shut; the floors are held against it like any page.
FLOORS = dict.fromkeys(("floor_ready", "floor_frame"), Door(read=ALL))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of one person: its address, its template, and what works out its context."""

    person: Person
    address: str
    template: str
    context: Callable[[StaffRequest], dict[str, Any]]

    def queries(self) -> int:
        """How many statements the page takes once all has been seen."""
        client = _signed_in(self.person)
        _get(client, self.address)
        with CaptureQueriesContext(connection) as queries:
            _get(client, self.address)
        return len(queries)


@dataclass(frozen=True, slots=True)
class Measured:
    """The times of a page and of its floors, and its weight in bytes."""

    page: Times
    ready: Times
    frame: Times
    queries: int
    raw: int
    gzip: int

    def report(self, label: str, *, at_most: float) -> Report:
        """Both floors at p95 and p50; what is aimed at is over the first, at p95."""
        pairs = ((READY, self.ready, at_most), (FRAME, self.frame, None))
        ratios = [
            Ratio(f"{label}, {name}", took, floor, least, at_most if name == "p95" else None)
            for floor, times, at_most in pairs
            for name, took, least in (
                ("p95", self.page.p95, times.p95),
                ("p50", self.page.p50, times.p50),
            )
        ]
        figures: dict[str, float] = {
            f"{label}, queries": self.queries,
            f"{label}, kB raw": round(self.raw / 1000, 1),
            f"{label}, kB gzip": round(self.gzip / 1000, 1),
        }
        return Report(ratios, figures)


def measure(page: Page, *, times: int) -> Measured:
    """The page beside the same template with its data ready, and beside the bare frame."""
    client = _signed_in(page.person)
    request = cast(StaffRequest, RequestFactory().get(page.address))
    request.user = page.person
    floors.ready = Ready(page.template, page.context(request))
    with patch.dict(ACCESS, FLOORS), override_settings(ROOT_URLCONF="benchmarks.urls"):
        addresses = (page.address, reverse("floor_ready"), reverse("floor_frame"))
        works = [partial(_get, client, one) for one in addresses]
        own, ready, frame = side_by_side(*works, times=times)
    content = _get(client, page.address)
    packed = gzip.compress(content, 6)
    return Measured(own, ready, frame, page.queries(), len(content), len(packed))


def _signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _get(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return bytes(answer.content)
