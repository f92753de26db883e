"""Every part of the gap dashboard with many customers, against pages that only render."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from django.urls import reverse

from benchmarks.databases import empty_database, settle
from benchmarks.measure import Ratio, Report, Size
from benchmarks.multiplying import multiply
from benchmarks.pages import Measured, Page, measure
from collections_app.accounts.models import Person, Role
from collections_app.customers.models import Customer
from collections_app.standing.models import KeptAnswer
from collections_app.standing.tasks import keep_answers
from collections_app.upkeep.demo import make_demo
from collections_app.web.pages.gap_question import TABS, GapQuestion
from collections_app.web.pages.gaps import gap_page
from collections_app.web.requests import StaffRequest
from collections_app.web.views.gaps import PARTS

# In the midst of a month there is the most to sum up.
DAY: Final = date(2026, 6, 18)
# The demo is made of every hundredth customer, with its thirteen months, and copied.
COPIES, FEWER = 100, 10
TIMES: Final = 12
# A page that takes long is asked for less often.
SECONDS: Final = 6.0
AT_MOST: Final = 1.5
Found = dict[str, Measured]


def run(size: Size) -> Report:
    """With a tenth of the customers and with all: over the floor, and over the tenth."""
    base = max(1, size.at_one(size.customers) // COPIES)
    few, many = base * COPIES // FEWER, base * COPIES
    with empty_database():
        make_demo(customers=base, seed=1, on=DAY)
        pages = dict(_pages())
        multiply(first=1, last=COPIES // FEWER - 1)
        some, before = _summed_up(), _measure(pages, size)
        multiply(first=COPIES // FEWER, last=COPIES - 1)
        all_, after = _summed_up(), _measure(pages, size)
    report = Report()
    for count, found, seconds in ((few, before, some), (many, after, all_)):
        report.figures[f"seconds to sum all up once, {count:,}"] = seconds
        for label, one in found.items():
            report.add(one.report(f"{label}, {count:,}", at_most=AT_MOST))
    # Of each page only the floor with its template is aimed at.
    report.ratios = [ratio for ratio in report.ratios if ratio.at_most is not None]
    for label, one in after.items():
        report.ratios.append(
            Ratio(
                f"{label}, {many:,}, p95",
                one.page.p95,
                f"the same, {few:,}",
                before[label].page.p95,
                at_most=AT_MOST,
            )
        )
    return report


def _pages() -> Iterator[tuple[str, Page]]:
    """Each part as the head of all teams and as the manager of one; the month narrowed."""
    managers = Person.objects.filter(role=Role.MANAGER).select_related("team").order_by("pk")
    head, manager = managers[0], managers[1]
    for person, name in ((head, "head"), (manager, "manager")):
        yield f"{name}, month", _page(person, "")
        for tab in TABS:
            yield f"{name}, {tab}", _page(person, f"?tab={tab}", tab)
    rep = Person.objects.filter(role=Role.REP).order_by("pk")[0]
    assert manager.team is not None
    yield "head, month of a team", _page(head, f"?team={manager.team.public_id}")
    yield "head, month of a rep", _page(head, f"?rep={rep.public_id}")


def _page(person: Person, query: str, tab: str = "") -> Page:
    context: Callable[[StaffRequest], dict[str, Any]] = partial(_context, tab)
    name = f"web/gaps/{tab or 'dashboard'}.html"
    return Page(person, reverse("web:gap_dashboard") + query, name, context)


def _context(tab: str, request: StaffRequest) -> dict[str, Any]:
    asked = GapQuestion.read(request, by=request.user)
    if tab:
        visible = Customer.objects.visible_to(request.user)
        return {"page": PARTS[tab](asked, visible, by=request.user)}
    page = gap_page(asked, by=request.user)
    assert page.customers
    return {"page": page}


def _summed_up() -> float:
    """Work out all that is kept for dashboards, as the job does on a new day; in seconds."""
    KeptAnswer.objects.all().delete()
    settle()
    began = time.monotonic()
    keep_answers()
    return round(time.monotonic() - began, 1)


def _measure(pages: dict[str, Page], size: Size) -> Found:
    return {label: measure(page, times=_times(page, size)) for label, page in pages.items()}


def _times(page: Page, size: Size) -> int:
    began = time.monotonic()
    page.queries()
    once = (time.monotonic() - began) / 2
    return max(2, min(size.times(TIMES), int(SECONDS / max(once, 0.001))))
