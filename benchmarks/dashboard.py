"""The gap dashboard of a manager, against pages that only render."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from benchmarks.databases import empty_database, settle
from benchmarks.measure import Ratio, Report, Size
from benchmarks.pages import Measured, Page, measure
from collections_app.accounts.models import Person, Role
from collections_app.upkeep.demo import make_demo
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gaps import gap_page
from collections_app.web.requests import StaffRequest

CUSTOMERS = 200
TIMES = 60


def run(size: Size) -> Report:
    """At 1 × and at the scale asked for, which is to cost no more, and no query more."""
    few = _measure(size, size.at_one(CUSTOMERS))
    report = few.report("dashboard at 1 ×", at_most=1.25)
    if size.scale > 1:
        many = _measure(size, size.scaled(CUSTOMERS))
        report.add(many.report(f"dashboard at {size.scale} ×", at_most=1.25))
        name, floor = f"dashboard at {size.scale} ×, p95", "dashboard at 1 ×, p95"
        report.ratios.append(Ratio(name, many.page.p95, floor, few.page.p95, at_most=1.2))
    return report


def _measure(size: Size, customers: int) -> Measured:
    with empty_database():
        make_demo(customers=customers, seed=1)
        settle()
        manager = Person.objects.filter(role=Role.MANAGER).order_by("pk")[0]
        address = reverse("web:gap_dashboard")
        page = Page(manager, address, "web/gaps/dashboard.html", _context)
        return measure(page, times=size.times(TIMES))


def _context(request: StaffRequest) -> dict[str, Any]:
    page = gap_page(GapQuestion.read(request, by=request.user), by=request.user)
    assert page.customers
    return {"page": page}
