"""The month plan, and setting a target in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from collections_app.actions.retarget import set_target
from collections_app.web.forms.plans import TargetCellForm
from collections_app.web.pages.month_plan import PlanQuestion, open_customers, plan_page
from collections_app.web.pages.target_cell import entry_of, target_cell
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, say, submit


@require_safe
@vary_on_headers("HX-Request")
def month_plan(request: StaffRequest) -> HttpResponse:
    """The customers of a month that the person may see; for htmx without the frame."""
    page = plan_page(PlanQuestion.read(request, by=request.user), by=request.user)
    whole = not request.htmx or request.htmx.history_restore_request
    name = "web/plans/month.html" if whole else "web/plans/_swap.html"
    return render(request, name, {"page": page})


@require_POST
def target_set(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Set one target: back to the plan, or for htmx the row alone and what it changed elsewhere."""
    customer = get_object_or_404(open_customers(request.user), public_id=public_id)
    asked = PlanQuestion.read(request, by=request.user)
    form = TargetCellForm(request.POST, customer=customer, month=asked.month)

    def act(values: dict[str, Any]) -> str:
        by, seen = request.user, values.pop("seen")
        set_target(
            customer=customer, month=asked.month, expected=seen, by=by, on=asked.day,
            batch=form.cleaned_data["token"], **values,
        )  # fmt: skip
        return "/plan/"

    done = submit(request, form, act)
    if request.htmx:
        cell = target_cell(customer, asked, entry_of(form, is_saved=done is not None))
        page = plan_page(asked, by=request.user, limit=0)
        status = 200 if done else 409 if form.is_overtaken else 422
        return render(request, "web/plans/_cell.html", {"page": page, "line": cell}, status=status)
    if done:
        say(request, _("Saved: the target of %(name)s.") % {"name": customer.name})
        return redirect(f"{asked.path()}#row-{public_id}")
    return form_page(request, form, "web/form.html", {"back": asked.path()})
