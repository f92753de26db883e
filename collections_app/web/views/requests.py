"""Asking for concessions and lower targets; deciding."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.actions import decide
from collections_app.actions.ask_for import (
    Wish,
    ask_for_concession,
    ask_for_target_cut,
    withdraw_request,
)
from collections_app.actions.conceding import owed_of
from collections_app.commitments.models import Commitment
from collections_app.followups.models import Request, RequestState
from collections_app.followups.snoozing import set_aside
from collections_app.planning.models import MonthPlan
from collections_app.standing.operations import refresh_touched
from collections_app.standing.queries import standing_day
from collections_app.web.acting import Done, Scene, act_page, scene_of, take_back
from collections_app.web.forms.requests import ConcessionForm, DecideForm, TargetCutForm
from collections_app.web.in_place import todo_asked
from collections_app.web.pages.requests import RequestScene, record_of, request_page
from collections_app.web.requests import StaffRequest, id_asked

ASK = "web/requests/ask.html"


@require_http_methods(["GET", "POST"])
def concession_ask(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Ask the manager for a concession, on a promise (``?commitment=``) or on the month."""
    commitment = _commitment_asked(request, public_id)
    scene = scene_of(request, public_id, tab="commitments" if commitment else "plan")
    stands = owed_of(commitment, on=scene.day).amount if commitment else _target_of(scene)
    form = ConcessionForm(
        request.POST or None, currency=scene.currency, now_stands=stands, on=scene.day,
        initial={"amount": stands if commitment else None},
    )  # fmt: skip

    def write(values: dict[str, Any]) -> Request:
        return ask_for_concession(
            customer=scene.customer, month=scene.month, by=request.user, on=scene.day,
            wish=Wish(commitment=commitment, **values),
        )  # fmt: skip

    return act_page(
        request, scene, form, write=write, done=_asked, template=ASK,
        foresee=lambda values: _foresee(write(values), request, scene),
        about=commitment, stands=stands, record=record_of(scene.customer, on=scene.day),
        waits=_waiting(scene, commitment),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def target_cut_ask(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Ask the manager for a lower target of a locked month; ``?target=`` is carried over."""
    scene = scene_of(request, public_id, tab="plan")
    stands = _target_of(scene)
    carried = {name: request.GET.get(name, "")[:500] for name in ("target", "note")}
    form = TargetCutForm(
        request.POST or None, currency=scene.currency, now_stands=stands, initial=carried
    )

    def write(values: dict[str, Any]) -> Request:
        return ask_for_target_cut(
            customer=scene.customer, month=scene.month, by=request.user, on=scene.day, **values
        )

    return act_page(
        request, scene, form, write=write, done=_asked, template=ASK,
        foresee=lambda values: _foresee(write(values), request, scene),
        stands=stands, record=record_of(scene.customer, on=scene.day), waits=_waiting(scene, None),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def request_detail(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """A request with the customer's record; whoever may decide it does so here."""
    row, day = _request_of(request, public_id), standing_day()
    page = request_page(row, by=request.user, on=day)
    scene = RequestScene(row.customer, row.month, day, "plan", todo_asked(request))
    if page.is_news and request.method == "GET":
        set_aside(request=row, by=request.user)
    form = DecideForm(request.POST or None, currency=scene.currency, now_stands=page.present)

    def write(values: dict[str, Any]) -> Request:
        word, by = values["word"], request.user
        if values["decision"] == "refuse":
            return decide.refuse(request=row, by=by, on=day, word=word)
        return decide.approve(request=row, by=by, on=day, word=word, seen=values["seen"])

    return act_page(
        request, scene, form, write=write, done=_decided, template="web/requests/detail.html",
        foresee=lambda values: write({**values, "decision": "approve"}), page=page,
    )  # fmt: skip


@require_POST
def request_withdraw(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take back a request that nobody has decided."""
    row = _request_of(request, public_id)
    scene = Scene(row.customer, row.month, standing_day(), "plan")

    def write() -> None:
        withdraw_request(request=row, by=request.user, on=scene.day)

    return take_back(request, scene, write, _("The request is withdrawn."))


@require_POST
def request_seen(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Set a decision aside as seen; ``?back=1`` takes that back."""
    row, is_back = _request_of(request, public_id), "back" in request.GET
    scene = RequestScene(row.customer, row.month, standing_day(), "plan", todo_asked(request))

    def write() -> None:
        set_aside(request=row, by=request.user, seen=not is_back)

    if is_back:
        return take_back(request, scene, write, _("It is back on the list."))
    undo = f"{reverse('web:request_seen', args=[row.public_id])}?back=1"
    return take_back(request, scene, write, _("Seen."), undo=undo)


def _foresee(made: Request, request: StaffRequest, scene: Scene) -> None:
    """What approving would do to what was just asked for; the page undoes both."""
    decide.carry_out(made, by=request.user, on=scene.day)
    refresh_touched()


def _asked(made: Request) -> Done:
    said = _("The request is sent. Until it is decided nothing changes.")
    return Done(said, reverse("web:request_withdraw", args=[made.public_id]))


def _decided(made: Request) -> Done:
    names = {"customer": made.customer.name, "kind": made.get_kind_display()}
    if made.state == RequestState.APPROVED:
        return Done(_("Approved: %(kind)s, %(customer)s.") % names)
    return Done(_("Refused: %(kind)s, %(customer)s. Nothing changes.") % names)


def _commitment_asked(request: StaffRequest, customer_id: UUID) -> Commitment | None:
    """The customer's promise that the query names, if any; 404 for another's."""
    public_id = id_asked(request, "commitment")
    if public_id is None:
        return None
    visible = Commitment.objects.visible_to(request.user)
    found = visible.filter(public_id=public_id, customer__public_id=customer_id).first()
    if found is None:
        raise Http404
    return found


def _waiting(scene: Scene, commitment: Commitment | None) -> Request | None:
    """The request about the same promise or target that waits already, if one does."""
    rows = Request.objects.waiting().filter(customer=scene.customer, commitment=commitment)
    return rows.first() if commitment else rows.filter(month=scene.month).first()


def _target_of(scene: Scene) -> int | None:
    plans = MonthPlan.objects.filter(customer=scene.customer, month=scene.month)
    return plans.values_list("target", flat=True).first()


def _request_of(request: StaffRequest, public_id: UUID) -> Request:
    rows = Request.objects.visible_to(request.user).select_related(
        "customer__owner", "asked_by", "decided_by", "commitment", "made", "target_change"
    )
    return get_object_or_404(rows, public_id=public_id)
