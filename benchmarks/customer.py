"""The page of a customer with five years of facts, each tab against pages that only render."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from benchmarks.databases import empty_database, settle
from benchmarks.long_customer import make_long_customer
from benchmarks.measure import Report, Size
from benchmarks.pages import Page, measure
from collections_app.accounts.models import Person, Role
from collections_app.customers.models import Customer
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.queries import standing_day
from collections_app.upkeep.demo import make_demo
from collections_app.web.pages.customer import TABS, CustomerQuestion, Rights, customer_page
from collections_app.web.requests import StaffRequest

# Beside the customers of the demo.
OTHERS = 100
FEW_MONTHS, MONTHS = 1, 60
TIMES = 40
AT_MOST = 2


def run(size: Size) -> Report:
    """Every tab with five years of facts, and how many queries it takes with one month of them."""
    report = Report()
    with empty_database():
        customer = _fill(size.at_one(OTHERS), months=size.at_one(MONTHS))
        settle()
        for tab in TABS:
            found = measure(_page(customer, tab), times=size.times(TIMES))
            report.add(found.report(f"tab {tab}", at_most=AT_MOST))
    with empty_database():
        customer = _fill(1, months=FEW_MONTHS)
        settle()
        for tab in TABS:
            name = f"tab {tab}, queries with {FEW_MONTHS} month"
            report.figures[name] = _page(customer, tab).queries()
    return report


def _fill(others: int, *, months: int) -> Customer:
    # Late in a month of the past, when most of its money and promises are there.
    make_demo(customers=others, seed=1, on=date(2025, 6, 26))
    rep = Person.objects.filter(role=Role.REP).order_by("pk")[0]
    customer = make_long_customer(rep, months=months, on=standing_day())
    assert not differing_from_computed()
    return customer


def _page(customer: Customer, tab: str) -> Page:
    def context(request: StaffRequest) -> dict[str, Any]:
        asked = CustomerQuestion.read(request)
        return {"page": customer_page(customer, asked, rights=Rights(may_act=True))}

    address = reverse("web:customer_detail", args=[customer.public_id])
    return Page(customer.owner, f"{address}?tab={tab}", "web/customers/detail.html", context)
