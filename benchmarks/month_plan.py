"""The month plan of a rep and of an administrator, against pages that only render."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from benchmarks.databases import empty_database, settle
from benchmarks.measure import Report, Size
from benchmarks.pages import Page, measure
from benchmarks.portfolios import ALL_CUSTOMERS, fill
from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from collections_app.web.pages.month_plan import PlanQuestion, plan_page
from collections_app.web.requests import StaffRequest

FEW, MANY = 10, 1_000
TIMES = 40
AT_MOST = 2


def run(size: Size) -> Report:
    """Of 500 customers, a page of the rep's 200 and one of all; the queries with few and many."""
    report = Report()
    with empty_database():
        rep, admin = fill(size.at_one(ALL_CUSTOMERS))
        settle()
        for person, label in ((rep, "a rep's"), (admin, "an administrator's")):
            name = f"{label} of {Customer.objects.visible_to(person).count()}"
            found = measure(_page(person), times=size.times(TIMES))
            report.add(found.report(name, at_most=AT_MOST))
    for customers in (size.at_one(FEW), size.at_one(MANY)):
        with empty_database():
            _rep, admin = fill(customers)
            settle()
            report.figures[f"queries with {customers} customers"] = _page(admin).queries()
    return report


def _page(person: Person) -> Page:
    return Page(person, reverse("web:month_plan"), "web/plans/month.html", _context)


def _context(request: StaffRequest) -> dict[str, Any]:
    page = plan_page(PlanQuestion.read(request, by=request.user), by=request.user)
    assert page.lines
    return {"page": page}
