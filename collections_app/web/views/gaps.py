"""The manager's dashboard, and where a person starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from collections_app.accounts.models import Role
from collections_app.core.months import month_text
from collections_app.customers.models import Customer
from collections_app.web.pages.forecast import forecast_tab
from collections_app.web.pages.gap_export import gap_sheet
from collections_app.web.pages.gap_measures import measures_tab
from collections_app.web.pages.gap_quality import quality_tab
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gap_report import month_report
from collections_app.web.pages.gap_tabs import GapTab, ageing_tab, promises_tab
from collections_app.web.pages.gaps import gap_page
from collections_app.web.pages.trends import trends_tab
from collections_app.web.requests import StaffRequest
from collections_app.web.sheets import format_asked, sheet_response

START_PAGES = {
    Role.REP: "web:today",
    Role.MANAGER: "web:gap_dashboard",
    Role.ADMIN: "web:gap_dashboard",
    Role.FINANCE: "web:imports",
}

# What stands beside the month, by the name of its tab and template.
PARTS: Final[dict[str, Callable[..., GapTab]]] = {
    "promises": promises_tab,
    "ageing": ageing_tab,
    "forecast": forecast_tab,
    "measures": measures_tab,
    "quality": quality_tab,
    "trends": trends_tab,
}


@require_safe
def start(request: StaffRequest) -> HttpResponse:
    """Send a person to their start page."""
    return redirect(START_PAGES[Role(request.user.role)])


@require_safe
@vary_on_headers("HX-Request")
def gap_dashboard(request: StaffRequest) -> HttpResponse:
    """The figures of a month, narrowed to what the person may see.

    The whole page, or for htmx its list of customers alone.
    """
    asked = GapQuestion.read(request, by=request.user)
    if asked.tab:
        visible = Customer.objects.visible_to(request.user)
        tab = PARTS[asked.tab](asked, visible, by=request.user)
        return render(request, f"web/gaps/{asked.tab}.html", {"page": tab})
    page = gap_page(asked, by=request.user)
    whole = not request.htmx or request.htmx.history_restore_request
    name = "web/gaps/dashboard.html" if whole else "web/gaps/_customers.html"
    return render(request, name, {"page": page})


@require_safe
def gap_report(request: StaffRequest) -> HttpResponse:
    """The month on one page, to be printed: narrowed and dated as the dashboard is."""
    report = month_report(GapQuestion.read(request, by=request.user), by=request.user)
    return render(request, "web/gaps/report.html", {"report": report, "page": report.page})


@require_safe
def gap_export(request: StaffRequest) -> FileResponse | StreamingHttpResponse:
    """One of the dashboard's tables, whole: ``?table=customers&format=xlsx`` and what it asks."""
    asked = GapQuestion.read(request, by=request.user)
    table = request.GET.get("table", "customers")
    sheet = gap_sheet(asked, table, by=request.user)
    stem = f"gaps-{table}-{month_text(asked.month)}-{asked.day.isoformat()}"
    return sheet_response(sheet, kind=format_asked(request), stem=stem)
