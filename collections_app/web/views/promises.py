"""Acting on promises: record, renegotiate, cancel, take back."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.actions.promise import (
    Terms,
    cancel_promise,
    record_promise,
    renegotiate,
    take_back_promise,
)
from collections_app.commitments.models import Commitment, Instalment
from collections_app.customers.models import Evidence
from collections_app.planning.models import Measure
from collections_app.web.acting import Done, Scene, act_page, scene_at, scene_of, take_back
from collections_app.web.forms.promises import PRESET_NAMES, CancelForm, PromiseForm
from collections_app.web.forms.promises import RenegotiateForm as Renegotiate
from collections_app.web.pages.terms import cut, gap_to_fill, rest_of, with_rows
from collections_app.web.pages.warnings import promise_warnings
from collections_app.web.requests import StaffRequest, day_asked, id_asked
from collections_app.web.submitting import sent_once
from collections_app.web.views.planning import evidence_of

TEMPLATE = "web/acts/promise.html"


@require_http_methods(["GET", "POST"])
def promise_record(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Record a promise in instalments: by a preset or freely, with its sum against the gap."""
    scene = scene_of(request, public_id, tab="commitments")
    total = _brought(request, scene) or gap_to_fill(scene.figures)
    due_on = day_asked(request, "due")
    start = cut("segments", total, scene) if total else []
    if total and due_on and due_on >= scene.day:
        start = [(due_on, total)]
    form = _form(PromiseForm, request, scene, start, total)
    answer = _rearranged(request, form, scene)
    if answer is not None:
        return answer

    def write(values: dict[str, Any]) -> Commitment:
        with evidence_of(scene, values["evidence"], request.user) as kept:
            return record_promise(
                customer=scene.customer, terms=_terms(values, kept), by=request.user, on=scene.day
            )

    return act_page(
        request, scene, form, write=write, done=_recorded, template=TEMPLATE,
        warn=partial(promise_warnings, scene=scene), presets=PRESET_NAMES,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def promise_renegotiate(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put other terms in the place of a promise; old against new, the reason, who asked."""
    former = _commitment_of(request, public_id)
    scene = scene_at(request, former.customer, tab="commitments")
    parts = rest_of(former, scene.day)
    form = _form(Renegotiate, request, scene, parts, sum(a for _d, a in parts) or None)
    old = Instalment.objects.filter(commitment=former).order_by("position")
    answer = _rearranged(request, form, scene, former=former, former_parts=old)
    if answer is not None:
        return answer

    def write(values: dict[str, Any]) -> Commitment:
        reason, asked_by = values.pop("reason"), values.pop("asked_by")
        with evidence_of(scene, values["evidence"], request.user) as kept:
            return renegotiate(
                commitment=former, terms=_terms(values, kept), reason=reason, asked_by=asked_by,
                by=request.user, on=scene.day,
            )  # fmt: skip

    return act_page(
        request, scene, form, write=write, done=_recorded, template=TEMPLATE,
        warn=partial(promise_warnings, scene=scene), presets=PRESET_NAMES, former=former,
        former_parts=old,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def promise_cancel(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """End a promise, with a reason; what that does to the month is shown first."""
    commitment = _commitment_of(request, public_id)
    scene = scene_at(request, commitment.customer, tab="commitments")
    form = CancelForm(request.POST or None)

    def write(values: dict[str, Any]) -> Commitment:
        return cancel_promise(commitment=commitment, by=request.user, on=scene.day, **values)

    def done(ended: Commitment) -> Done:
        return Done(_("Promise %(reference)s is cancelled.") % {"reference": ended.reference})

    return act_page(request, scene, form, write=write, done=done, former=commitment)


@require_POST
@sent_once
def promise_take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Undo a promise entered today."""
    commitment = _commitment_of(request, public_id)
    scene = scene_at(request, commitment.customer, tab="commitments")

    def write() -> None:
        take_back_promise(commitment=commitment, by=request.user)

    return take_back(request, scene, write, _("The promise was taken back."))


def _recorded(made: Commitment) -> Done:
    said = _("Promise %(reference)s is recorded.") % {"reference": made.reference}
    return Done(said, reverse("web:promise_take_back", args=[made.public_id]))


def _brought(request: StaffRequest, scene: Scene) -> int | None:
    """What the measure of the URL is said to have brought, if it is done."""
    if (id_ := id_asked(request, "measure")) is None:
        return None
    measures = Measure.objects.filter(plan__customer=scene.customer, status="done", public_id=id_)
    return measures.values_list("realised_uplift", flat=True).first()


def _form(
    kind: type[PromiseForm],
    request: StaffRequest,
    scene: Scene,
    parts: list[tuple[date, int]],
    total: int | None,
) -> PromiseForm:
    measures = Measure.objects.filter(plan__customer=scene.customer, plan__month=scene.month)
    return kind(
        request.POST or None,
        request.FILES or None,
        currency=scene.currency,
        on=scene.day,
        instalments=parts,
        total=total,
        measures=list(measures.exclude(status="dropped").order_by("pk")),
        initial={
            "promised_by": scene.contacts[0].name if scene.contacts else "",
            "measure": request.GET.get("measure", ""),
        },
    )


def _rearranged(
    request: StaffRequest, form: PromiseForm, scene: Scene, **more: Any
) -> HttpResponse | None:
    """The rows anew by a preset, or with one more: nothing is saved, nothing typed is lost."""
    # htmx sends the button that was pressed last along with every later look at the effect.
    if "preset" not in request.POST or request.POST.get("preview"):
        return None
    form = with_rows(form, request.POST["preset"], scene)
    context = {"form": form, "scene": scene, "presets": PRESET_NAMES, **more}
    if request.htmx:
        response = render(request, "web/acts/_rows.html", context)
        response["HX-Trigger-After-Swap"] = "rows-changed"
        return response
    return render(request, TEMPLATE, {**context, "figures": scene.figures})


def _terms(values: dict[str, Any], evidence: Evidence | None) -> Terms:
    return Terms(
        made_on=values["made_on"],
        instalments=values["instalments"],
        promised_by=values["promised_by"],
        channel=values["channel"],
        note=values["note"],
        measure=values["measure"],
        evidence=evidence,
    )


def _commitment_of(request: StaffRequest, public_id: UUID) -> Commitment:
    visible = Commitment.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("customer__owner"), public_id=public_id)
