"""The register of reasons and concessions."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collections_app.web.csv_files import csv_response
from collections_app.web.pages.reasons import ReasonsQuestion, reasons_page, reasons_rows
from collections_app.web.requests import StaffRequest


@require_safe
def reasons(request: StaffRequest) -> HttpResponse:
    """What was asked for, what was conceded, by which reasons, and who repeats."""
    page = reasons_page(ReasonsQuestion.read(request, by=request.user), by=request.user)
    return render(request, "web/reasons/register.html", {"page": page})


@require_safe
def reasons_export(request: StaffRequest) -> HttpResponse | StreamingHttpResponse:
    """The requests that the register shows, all of them, as CSV."""
    asked = ReasonsQuestion.read(request, by=request.user)
    name = f"{_('concessions')}-{asked.from_month}-{asked.to_month}.csv"
    return csv_response(name, reasons_rows(asked, by=request.user))
