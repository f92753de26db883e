"""Proposing targets, and agreeing on them in bulk."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from collections_app.core.refusals import Refused
from collections_app.standing.operations import refresh_touched
from collections_app.web.forms.plans import AgreeManyForm
from collections_app.web.pages.agreeing import AgreePage, AgreeRow, agree_each, agree_rows
from collections_app.web.pages.month_plan import PlanQuestion
from collections_app.web.pages.proposals import KINDS, proposal_page
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, once, said_by, say


@require_safe
def proposals(request: StaffRequest) -> HttpResponse:
    """What targets to set for the customers of the plan, each with its reason."""
    asked = PlanQuestion.read(request, by=request.user)
    kind = request.GET.get("kind", "")
    page = proposal_page(
        asked,
        by=request.user,
        kind=kind if kind in KINDS else KINDS[0],
        takes_planned=request.GET.get("planned") == "yes",
    )
    return render(request, "web/plans/proposals.html", {"page": page})


@require_http_methods(["GET", "POST"])
def agree_many(request: StaffRequest) -> HttpResponse:
    """Show the customers chosen, or put their agreements on record; the refused are shown again."""
    asked = PlanQuestion.read(request, by=request.user)
    rows = agree_rows(request.POST, asked, by=request.user)
    form = AgreeManyForm(
        request.POST if "sent" in request.POST else None, initial={"agreed_on": asked.day}
    )
    if form.is_valid():
        rows = _agree(request, form, rows, asked)
        if not rows:
            return redirect(asked.path())
    action = f"{request.path}{asked.path().removeprefix(reverse('web:month_plan'))}"
    page = AgreePage(rows, asked.month, asked.path(), action)
    return form_page(request, form, "web/plans/agree.html", {"page": page})


def _agree(
    request: StaffRequest, form: AgreeManyForm, rows: list[AgreeRow], asked: PlanQuestion
) -> list[AgreeRow]:
    """Agree with each once; return who is refused."""
    refused: list[AgreeRow] = []

    def act() -> str:
        refused[:] = agree_each(rows, form.values(), asked, by=request.user)
        refresh_touched()
        done = len(rows) - len(refused)
        words = ngettext("%(count)s agreement saved.", "%(count)s agreements saved.", done)
        if done:
            say(request, words % {"count": done})
        return reverse("web:month_plan")

    try:
        token = form.cleaned_data["token"]
        once(person=request.user, token=token, said=said_by(request), act=act)
    except Refused as refusal:
        form.refuse(refusal)
        form.carry(token=str(uuid4()))
        return rows
    if refused:
        words = ngettext(
            "%(count)s customer could not be agreed with: its row says why.",
            "%(count)s customers could not be agreed with: their rows say why.",
            len(refused),
        )
        form.add_error(None, words % {"count": len(refused)})
        form.carry(token=str(uuid4()))
    return refused
