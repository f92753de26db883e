"""Kept rates and what measures brought, and the same as a file."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collections_app.web.pages.rates import RatesQuestion, export_sheet, rates_page
from collections_app.web.requests import StaffRequest
from collections_app.web.sheets import format_asked, sheet_response


@require_safe
def rates(request: StaffRequest) -> HttpResponse:
    """Whose word is kept, over a window, narrowed to what the person may see."""
    page = rates_page(RatesQuestion.read(request, by=request.user), by=request.user)
    return render(request, "web/rates/rates.html", {"page": page})


@require_safe
def rates_export(request: StaffRequest) -> FileResponse | StreamingHttpResponse:
    """One of the tables, whole: ``?by=customer`` (the default), rep, rating or measure."""
    asked = RatesQuestion.read(request, by=request.user)
    what = request.GET.get("by", "customer")
    sheet = export_sheet(asked, what, by=request.user)
    kind = format_asked(request, default="csv")
    return sheet_response(sheet, kind=kind, stem=f"rates-{what}-{asked.day.isoformat()}")
