"""The jobs of the clock, for administrators."""

from __future__ import annotations

from celery import current_app
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError as BrokerError

from collections_app.accounts.operations import record
from collections_app.web.pages.jobs import jobs_page, scheduled_jobs
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import complain, once, said_by, say, token_of


@require_safe
def jobs(request: StaffRequest) -> HttpResponse:
    """Each job with its last run, and whether worker and scheduler live."""
    return render(request, "web/settings/jobs.html", {"page": jobs_page()})


@require_POST
def job_run(request: StaffRequest, job: str) -> HttpResponse:
    """Wake a job now. Beside the clock, which wakes it all the same."""
    entry = scheduled_jobs().get(job)
    if entry is None:
        raise Http404

    def act() -> str:
        record(actor=request.user, verb="run", subject_kind="job", subject_id=job)
        current_app.send_task(entry["task"], kwargs={"job": {"name": job}}, retry=False)
        return "/"

    try:
        once(person=request.user, token=token_of(request), said=said_by(request), act=act)
    except BrokerError:
        complain(request, _("The broker does not answer: nothing can be woken now."))
    else:
        say(request, _("The job is woken: its run stands here as soon as a worker has it."))
    return redirect("web:jobs")
