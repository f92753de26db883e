"""The gap dashboard of a manager, against pages that only render."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import floors
from benchmarks.databases import empty_database, settle
from benchmarks.measure import Ratio, Report, Size, Times, side_by_side
from collections_app.accounts.models import Person, Role
from collections_app.upkeep.demo import make_demo
from collections_app.web.access import ACCESS, ALL, Door
from collections_app.web.pages.gaps import GapQuestion, gap_page

CUSTOMERS = 200
TIMES = 60
READY, FRAME = "the same template, all data ready, SELECT 1", "the frame of a page, SELECT 1"


@dataclass(frozen=True, slots=True)
class _Measured:
    page: Times
    ready: Times
    frame: Times
    queries: int


def run(size: Size) -> Report:
    """At 1 × and at the scale asked for, which is to cost no more, and no query more."""
    few = _measure(size, size.at_one(CUSTOMERS))
    many = _measure(size, size.scaled(CUSTOMERS)) if size.scale > 1 else few
    report = Report()
    for times, one in ((1, few), (size.scale, many)):
        label = f"dashboard at {times} ×"
        report.ratios += [
            Ratio(f"{label}, p95", one.page.p95, READY, one.ready.p95, at_most=1.25),
            Ratio(f"{label}, p50", one.page.p50, READY, one.ready.p50),
            Ratio(f"{label}, p95", one.page.p95, FRAME, one.frame.p95),
            Ratio(f"{label}, p50", one.page.p50, FRAME, one.frame.p50),
        ]
        report.figures[f"queries at {times} ×"] = one.queries
        if times == size.scale:
            break
    if size.scale > 1:
        name, floor = f"dashboard at {size.scale} ×, p95", "dashboard at 1 ×, p95"
        report.ratios.append(Ratio(name, many.page.p95, floor, few.page.p95, at_most=1.2))
    return report


# What the table of access does not name is shut; the floors are held against it like any page.
FLOORS = dict.fromkeys(("floor_ready", "floor_frame"), Door(read=ALL))


@patch.dict(ACCESS, FLOORS)
@override_settings(ROOT_URLCONF="benchmarks.urls")
def _measure(size: Size, customers: int) -> _Measured:
    with empty_database():
        make_demo(customers=customers, seed=1)
        settle()
        client = Client()
        manager = Person.objects.filter(role=Role.MANAGER).order_by("pk")[0]
        client.force_login(manager)
        address = reverse("web:gap_dashboard")
        request = RequestFactory().get(address)
        request.user = manager
        floors.ready = gap_page(GapQuestion.read(request, by=manager), by=manager)
        assert floors.ready.customers
        addresses = (address, reverse("floor_ready"), reverse("floor_frame"))
        works = [partial(_get, client, one) for one in addresses]
        page, ready, frame = side_by_side(*works, times=size.times(TIMES))
        with CaptureQueriesContext(connection) as queries:
            _get(client, address)
        return _Measured(page, ready, frame, len(queries))


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
