"""Imports: what was read in, how files look, and uploading one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collections_app.accounts.models import ImportRecord
from collections_app.imports.guide import columns_guide, headings_of, kind_name
from collections_app.imports.jobs import open_job
from collections_app.imports.kinds import KINDS
from collections_app.imports.models import ImportJob
from collections_app.imports.operations import kinds_for
from collections_app.organisation.queries import organisation, today
from collections_app.web.csv_files import csv_response
from collections_app.web.forms.imports import UploadForm
from collections_app.web.pages.imports import history_page
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, submit


@require_safe
def imports(request: StaffRequest) -> HttpResponse:
    """Uploads under way and what was imported, as far as the person may see it."""
    page = history_page(request, by=request.user)
    return render(request, "web/imports/history.html", {"page": page})


@require_http_methods(["GET", "POST"])
def import_upload(request: StaffRequest) -> HttpResponse:
    """Upload a file to be checked; nothing of it is saved yet."""
    kinds = kinds_for(request.user)
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        kinds=kinds,
        today=today(),
        initial={"kind": request.GET.get("kind", "payments")},
    )

    def act(values: dict[str, Any]) -> str:
        file = values.pop("file")
        job = open_job(data=file.read(), filename=file.name, by=request.user, **values)
        return reverse("web:import_job", args=[job.public_id])

    crumbs = [(reverse("web:imports"), _("Import"))]
    context = {"back": reverse("web:imports"), "crumbs": crumbs, "kinds": kinds}
    return submit(request, form, act) or form_page(
        request, form, "web/imports/upload.html", context
    )


@require_safe
def import_columns(request: StaffRequest) -> HttpResponse:
    """What the columns of each kind of file mean, for the kinds that the person may import."""
    language = get_language() or "en"
    kinds = [
        (kind, kind_name(kind), columns_guide(kind, language=language))
        for kind in kinds_for(request.user)
    ]
    return render(request, "web/imports/columns.html", {"kinds": kinds})


@require_safe
def import_template(request: StaffRequest, kind: str) -> HttpResponseBase:
    """A file with the headings of the kind, in the reader's language, to be filled in."""
    if kind not in KINDS:
        raise Http404
    headings = headings_of(kind, language=get_language() or "en")
    return csv_response(f"{kind_name(kind)}.csv", [headings])


@require_safe
def import_record(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """One import: what the file was and what came of it."""
    visible = ImportRecord.objects.visible_to(request.user).select_related("by")
    record = get_object_or_404(visible, public_id=public_id)
    context = {
        "record": record,
        "kind": kind_name(record.kind),
        "zone": organisation().time_zone,
        "job": ImportJob.objects.visible_to(request.user).filter(record=record).first(),
    }
    return render(request, "web/imports/record.html", context)
