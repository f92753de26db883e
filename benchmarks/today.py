"""*Today* of a rep with many customers, against pages that only render."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from benchmarks.databases import empty_database, settle
from benchmarks.measure import Report, Size
from benchmarks.pages import Page, measure
from benchmarks.portfolios import ALL_CUSTOMERS, fill
from collections_app.accounts.models import Person
from collections_app.web.pages.today import TodayQuestion, today_page
from collections_app.web.requests import StaffRequest

FEW, MANY = 10, 1_000
TIMES = 40
AT_MOST = 1.5


def run(size: Size) -> Report:
    """The rep with 200 of 500 customers; the queries with few customers and with many."""
    with empty_database():
        rep, _admin = fill(size.at_one(ALL_CUSTOMERS))
        settle()
        name = f"a rep's of {rep.customers.count()}"
        report = measure(_page(rep), times=size.times(TIMES)).report(name, at_most=AT_MOST)
    for customers in (size.at_one(FEW), size.at_one(MANY)):
        with empty_database():
            _rep, admin = fill(customers)
            settle()
            report.figures[f"queries with {customers} customers"] = _page(admin).queries()
    return report


def _page(person: Person) -> Page:
    return Page(person, reverse("web:today"), "web/today/list.html", _context)


def _context(request: StaffRequest) -> dict[str, Any]:
    page = today_page(TodayQuestion.read(request), by=request.user)
    assert page.rows
    return {"page": page}
