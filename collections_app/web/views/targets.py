"""Targets of many customers in one go, taken back in one go; and having asked, row by row."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from collections_app.core.months import month_text
from collections_app.core.refusals import Refused
from collections_app.planning.batches import take_back_targets
from collections_app.planning.operations import record_ask
from collections_app.standing.operations import refresh_touched
from collections_app.web.forms.blocks import Block, read_block, read_form
from collections_app.web.forms.plans import AskCellForm
from collections_app.web.pages.month_plan import PlanQuestion, open_customers, plan_page
from collections_app.web.pages.proposals import KINDS
from collections_app.web.pages.target_block import BlockResult, apply_block, result_of_undo
from collections_app.web.pages.target_cell import ask_cell, ask_entry_of, cells_of
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import complain, form_page, once, said_by, say, submit, token_of

JSON = "application/json"


@require_POST
def targets_set(request: StaffRequest) -> HttpResponse:
    """Set a block of targets: the grid is told of each cell, a form goes back to where it was."""
    asked = PlanQuestion.read(request, by=request.user)
    is_grid = request.content_type == JSON
    try:
        block = read_block(request.body) if is_grid else read_form(request.POST)
        result = _set(request, block, asked)
    except Refused as refusal:
        if is_grid:
            return JsonResponse({"sentence": str(refusal), "code": refusal.code}, status=422)
        complain(request, str(refusal))
        return redirect(asked.path())
    if is_grid:
        return _told(request, result, asked)
    undo = reverse("web:targets_take_back", args=[block.batch])
    _say(request, result, undo if result.saved else "")
    return redirect(_more_proposals(request, asked) if "only" in request.POST else asked.path())


def _more_proposals(request: StaffRequest, asked: PlanQuestion) -> str:
    """The page of proposals one of which was accepted, of the same kind as it was."""
    query = asked.path().removeprefix(reverse("web:month_plan"))
    kept = {"kind": KINDS, "planned": ("yes",)}
    same = {name: request.POST[name] for name in kept if request.POST.get(name) in kept[name]}
    return f"{reverse('web:proposals')}{query}{'&' if same else ''}{urlencode(same)}"


@require_POST
def targets_take_back(request: StaffRequest, batch: UUID) -> HttpResponse:
    """Take back what one set in one go; the grid is told of each cell."""
    asked = PlanQuestion.read(request, by=request.user)
    found: list[BlockResult] = []

    def act() -> str:
        taken = take_back_targets(batch=batch, by=request.user)
        refresh_touched()
        found.append(result_of_undo(taken))
        month = taken.month or asked.month
        return f"{reverse('web:month_plan')}?month={month_text(month)}"

    is_grid = request.content_type == JSON
    # The grid takes back a step once and shows what it did; a form sent twice acts once.
    token = batch if is_grid else token_of(request)
    onward = act() if is_grid else _once(request, token, said_by(request), act)
    if is_grid:
        return _told(request, found[0], asked)
    if found:
        _say(request, found[0], "")
    return redirect(onward)


@require_POST
def ask_set(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put on record that a customer was asked today: for htmx its row, else back to the plan."""
    customer = get_object_or_404(open_customers(request.user), public_id=public_id)
    asked = PlanQuestion.read(request, by=request.user)
    form = AskCellForm(request.POST, customer=customer, month=asked.month, on=asked.day)

    def act(values: dict[str, Any]) -> str:
        record_ask(
            customer=customer, month=asked.month, asked_on=asked.day, by=request.user,
            on=asked.day, expected=values.pop("seen"), **values,
        )  # fmt: skip
        refresh_touched()
        return "/plan/"

    done = submit(request, form, act)
    if request.htmx:
        line = ask_cell(customer, asked, ask_entry_of(form, is_saved=done is not None))
        page = plan_page(asked, by=request.user, limit=0)
        status = 200 if done else 409 if form.is_overtaken else 422
        return render(request, "web/plans/_cell.html", {"page": page, "line": line}, status=status)
    if done:
        say(request, _("Saved: what %(name)s answered.") % {"name": customer.name})
        return redirect(f"{asked.path()}#row-{public_id}")
    return form_page(request, form, "web/form.html", {"back": asked.path()})


def _once(request: StaffRequest, token: UUID, said: str, act: Any) -> str:
    return once(person=request.user, token=token, said=said, act=act)


def _set(request: StaffRequest, block: Block, asked: PlanQuestion) -> BlockResult:
    """Apply the block once; sent again it only tells how things stand."""
    found: list[BlockResult] = []

    def act() -> str:
        found[:] = [apply_block(block, asked=asked, by=request.user)]
        refresh_touched()
        return reverse("web:month_plan")

    body = request.body if request.content_type == JSON else b""
    said = hashlib.sha256(said_by(request).encode() + body).hexdigest()
    _once(request, block.token, said, act)
    if not found:
        found.append(apply_block(block, asked=asked, by=request.user, is_repeated=True))
    return found[0]


def _told(request: StaffRequest, result: BlockResult, asked: PlanQuestion) -> JsonResponse:
    """What the grid is told: each line's outcome, and the parts of the page that changed."""
    page = plan_page(asked, by=request.user, limit=0)
    entries = result.entries()
    rows = cells_of(entries, asked) if entries else []
    context = {"page": page, "result": result, "labels": page.labels, "query": page.query}
    parts = {
        name: render_to_string(f"web/plans/_{name}.html", {**context, "rows": rows}, request)
        for name in ("rows", "chips", "totals", "result")
    }
    lines = [
        {"line": line.number, "status": line.status, "code": line.reason_code,
         "customer": str(line.customer.public_id) if line.customer else None,
         "sentence": line.sentence}
        for line in result.lines
    ]  # fmt: skip
    return JsonResponse({"lines": lines, "saved": result.saved, "parts": parts})


def _say(request: StaffRequest, result: BlockResult, undo: str) -> None:
    if result.saved or not result.problems:
        words = (
            ngettext("%(count)s target taken back.", "%(count)s targets taken back.", result.saved)
            if result.is_back
            else ngettext("%(count)s target saved.", "%(count)s targets saved.", result.saved)
        )
        say(request, words % {"count": result.saved}, undo=undo)
    for line in result.told[:3]:
        name = line.customer.name if line.customer else line.code
        complain(request, f"{name}: {line.sentence}")
    if len(result.problems) > 3:
        more = len(result.problems) - 3
        complain(
            request,
            ngettext("%(count)s more was not saved.", "%(count)s more were not saved.", more)
            % {"count": more},
        )
