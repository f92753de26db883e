"""The register of reasons and concessions."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collections_app.web.pages.reasons import ReasonsQuestion, reasons_page, reasons_sheet
from collections_app.web.requests import StaffRequest
from collections_app.web.sheets import format_asked, sheet_response


@require_safe
def reasons(request: StaffRequest) -> HttpResponse:
    """What was asked for, what was conceded, by which reasons, and who repeats."""
    page = reasons_page(ReasonsQuestion.read(request, by=request.user), by=request.user)
    return render(request, "web/reasons/register.html", {"page": page})


@require_safe
def reasons_export(request: StaffRequest) -> FileResponse | StreamingHttpResponse:
    """One of the register's tables, whole: ``?table=requests`` (the default) or another."""
    asked = ReasonsQuestion.read(request, by=request.user)
    table = request.GET.get("table", "requests")
    name = _("concessions") if table == "requests" else f"{_('concessions')}-{table}"
    stem = f"{name}-{asked.from_month}-{asked.to_month}"
    sheet = reasons_sheet(asked, table, by=request.user)
    return sheet_response(sheet, kind=format_asked(request, default="csv"), stem=stem)
