"""Kept rates and what measures brought, and the same as a file."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collections_app.web.csv_files import csv_response
from collections_app.web.pages.rates import RatesQuestion, export_rows, rates_page
from collections_app.web.requests import StaffRequest


@require_safe
def rates(request: StaffRequest) -> HttpResponse:
    """Whose word is kept, over a window, narrowed to what the person may see."""
    page = rates_page(RatesQuestion.read(request, by=request.user), by=request.user)
    return render(request, "web/rates/rates.html", {"page": page})


@require_safe
def rates_export(request: StaffRequest) -> HttpResponse | StreamingHttpResponse:
    """One of the tables as CSV, whole: ``?by=customer`` (the default), rep, rating or measure."""
    asked = RatesQuestion.read(request, by=request.user)
    what = request.GET.get("by", "customer")
    rows = list(export_rows(asked, what, by=request.user))
    return csv_response(f"rates-{what}-{asked.day.isoformat()}.csv", rows)
