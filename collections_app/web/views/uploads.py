"""An upload: how far its check is, what it found, and deciding about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from collections_app.imports.jobs import cancel_job, confirm_job
from collections_app.imports.models import ImportJob
from collections_app.web.csv_files import csv_response
from collections_app.web.forms.imports import DecideForm
from collections_app.web.pages.imports import elapsed, job_page, rejected_file
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import say, submit


def _job(request: StaffRequest, public_id: UUID) -> ImportJob:
    visible = ImportJob.objects.visible_to(request.user).select_related("by", "record")
    return get_object_or_404(visible, public_id=public_id)


def _page(
    request: StaffRequest, job: ImportJob, form: DecideForm, *, status: int = 200
) -> HttpResponse:
    page = job_page(request, job, by=request.user, form=form)
    return render(request, "web/imports/job.html", {"page": page, "form": form}, status=status)


@require_safe
def import_job(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """An upload: its progress, what its check found, or what came of it."""
    job = _job(request, public_id)
    return _page(request, job, DecideForm(initial={"skip_bad_rows": job.rejected > 0}))


@require_safe
def import_progress(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """How far the work is, for htmx to ask again and again; once it ends, the page comes anew."""
    job = _job(request, public_id)
    if not request.htmx:
        return redirect("web:import_job", public_id=job.public_id)
    if not job.is_running:
        return HttpResponseClientRefresh()
    context = {"job": job, "seconds": elapsed(job.since)}
    return render(request, "web/imports/_progress.html", context)


@require_safe
def import_rejected(request: StaffRequest, public_id: UUID) -> HttpResponseBase:
    """The refused rows as a file to be mended and imported."""
    job = _job(request, public_id)
    stem = job.filename.rsplit(".", 1)[0][:100] or job.kind
    return csv_response(f"{stem} {_('rejected rows')}.csv", rejected_file(job))


@require_POST
def import_confirm(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Import what was checked; a second confirmation changes nothing."""
    return _decide(request, public_id, confirm_job)


@require_POST
def import_cancel(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Give the upload up; nothing of it was saved."""

    def cancel(*, skip_bad_rows: bool, **kwargs: Any) -> None:
        cancel_job(**kwargs)
        say(request, _("The upload is removed. Nothing was saved."))

    return _decide(request, public_id, cancel)


def _decide(request: StaffRequest, public_id: UUID, decide: Callable[..., None]) -> HttpResponse:
    job = _job(request, public_id)
    form = DecideForm(request.POST)

    def act(values: dict[str, Any]) -> str:
        decide(job=job, by=request.user, **values)
        return reverse("web:import_job", args=[job.public_id])

    answer = submit(request, form, act)
    if answer is not None:
        return answer
    return _page(request, _job(request, public_id), form, status=409 if form.is_overtaken else 422)
