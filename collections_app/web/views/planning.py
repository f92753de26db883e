"""Acting on a customer's month: target, agreement, having asked, measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.accounts.models import Person
from collections_app.accounts.queries import people_under
from collections_app.actions.retarget import set_target
from collections_app.core.months import month_text
from collections_app.customers.models import Evidence
from collections_app.customers.operations import keep_evidence
from collections_app.organisation.queries import work_calendar
from collections_app.planning import measures, operations
from collections_app.planning.models import DAYS_TO_ASK_AGAIN, Measure, MeasureStatus, MonthPlan
from collections_app.web.acting import Done, Scene, act_page, scene_at, scene_of, take_back
from collections_app.web.forms.planning import AgreeForm, AskForm, MeasureForm, TargetForm
from collections_app.web.pages.measures import (
    kind_to_start_with,
    measure_panel,
    uplift_to_start_with,
)
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import sent_once


@require_http_methods(["GET", "POST"])
def plan_target(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Set the month's target; after the lock with a reason."""
    scene = scene_of(request, public_id, tab="plan")
    plan = _plan_of(scene)
    target = plan.target if plan else None
    form = TargetForm(
        request.POST or None,
        currency=scene.currency,
        target=target,
        is_locked=plan is not None and scene.day > plan.locks_on,
    )

    def write(values: dict[str, Any]) -> MonthPlan:
        values["expected"] = values.pop("seen")
        return set_target(
            customer=scene.customer, month=scene.month, by=request.user, on=scene.day, **values
        )

    return act_page(request, scene, form, write=write, done=lambda _p: Done(_("Target saved.")))


@require_http_methods(["GET", "POST"])
def plan_agree(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put a joint agreement on record, with a file that shows it, if there is one."""
    scene = scene_of(request, public_id, tab="plan")
    plan = _plan_of(scene)
    form = AgreeForm(
        request.POST or None,
        request.FILES or None,
        currency=scene.currency,
        target=plan.target if plan else None,
        on=scene.day,
        contacts=scene.contacts,
    )

    def write(values: dict[str, Any]) -> MonthPlan:
        values["expected"] = values.pop("seen")
        with evidence_of(scene, values.pop("evidence"), request.user) as evidence:
            return operations.agree_plan(
                customer=scene.customer, month=scene.month, by=request.user, on=scene.day,
                evidence=evidence, **values,
            )  # fmt: skip

    done = Done(_("Agreement saved."))
    return act_page(request, scene, form, write=write, done=lambda _p: done)


@require_http_methods(["GET", "POST"])
def plan_ask(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put on record that the customer was asked, and what it answered."""
    scene = scene_of(request, public_id, tab="plan")
    again = work_calendar().after(scene.day, DAYS_TO_ASK_AGAIN)
    form = AskForm(request.POST or None, initial={"asked_on": scene.day, "ask_again_on": again})

    def write(values: dict[str, Any]) -> MonthPlan:
        return operations.record_ask(
            customer=scene.customer, month=scene.month, by=request.user, on=scene.day, **values
        )

    return act_page(request, scene, form, write=write, done=lambda _p: Done(_("Answer saved.")))


@require_http_methods(["GET", "POST"])
def measure_add(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Plan a measure; its expected uplift starts with what is still uncovered."""
    scene = scene_of(request, public_id, tab="plan")
    form = MeasureForm(
        request.POST or None,
        currency=scene.currency,
        people=_people(scene, request.user),
        initial={
            "kind": kind_to_start_with(request.GET.get("kind", "")),
            "expected_uplift": uplift_to_start_with(scene, request.GET.get("uplift", "")),
            "owner": str(scene.customer.owner.public_id),
        },
    )

    def write(values: dict[str, Any]) -> Measure:
        return measures.add_measure(
            customer=scene.customer, month=scene.month, by=request.user, on=scene.day, **values
        )

    def done(made: Measure) -> Done:
        return Done(_("Measure added."), reverse("web:measure_take_back", args=[made.public_id]))

    return act_page(request, scene, form, write=write, done=done, **_offers(scene))


@require_http_methods(["GET", "POST"])
def measure_change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Change a measure: where it stands, what it should bring, what it brought.

    One that is done may lead on to the promise that it brought.
    """
    measure = _measure_of(request, public_id)
    scene = scene_at(request, measure.plan.customer, tab="plan", month=measure.plan.month)
    people = _people(scene, request.user, measure.owner)
    form = MeasureForm(
        request.POST or None, currency=scene.currency, people=people, measure=measure
    )

    def write(values: dict[str, Any]) -> Measure:
        changes = {name: value for name, value in values.items() if not name.startswith("seen")}
        return measures.change_measure(
            measure=measure, by=request.user, on=scene.day,
            expected=form.expected(), seen=form.marks(), **changes,
        )  # fmt: skip

    def done(changed: Measure) -> Done:
        leads_on = "then" in request.POST and changed.status == MeasureStatus.DONE
        return Done(_("Measure saved."), onward=_promise_of(changed, scene) if leads_on else "")

    return act_page(request, scene, form, write=write, done=done)


@require_POST
@sent_once
def measure_take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Undo a measure just planned."""
    measure = _measure_of(request, public_id)
    scene = scene_at(request, measure.plan.customer, tab="plan", month=measure.plan.month)

    def write() -> None:
        measures.take_back_measure(measure=measure, by=request.user)

    return take_back(request, scene, write, _("The measure was taken back."))


def _offers(scene: Scene) -> dict[str, Any]:
    return {"panel": "web/acts/_offers.html", "offers": measure_panel(scene)}


def _promise_of(measure: Measure, scene: Scene) -> str:
    """The form of the promise that the measure brought."""
    path = reverse("web:promise_record", args=[scene.customer.public_id])
    return f"{path}?month={month_text(scene.month)}&measure={measure.public_id}"


@contextmanager
def evidence_of(scene: Scene, file: Any, by: Person) -> Iterator[Evidence | None]:
    """The uploaded file, if there is one, kept as evidence of an act; gone if the act fails."""
    if file is None:
        yield None
        return
    kept = keep_evidence(customer=scene.customer, filename=file.name or "", data=file.read(), by=by)
    try:
        yield kept
    except BaseException:
        # The row goes with the transaction; the file would stay, and nobody would know whose.
        default_storage.delete(kept.stored_as)
        raise


def _plan_of(scene: Scene) -> MonthPlan | None:
    return MonthPlan.objects.filter(customer=scene.customer, month=scene.month).first()


def _measure_of(request: StaffRequest, public_id: UUID) -> Measure:
    visible = Measure.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related("plan__customer__owner", "owner"), public_id=public_id
    )


def _people(scene: Scene, by: Person, also: Person | None = None) -> list[Person]:
    """Who may do a measure: whom the person sees, the customer's rep, who has it now."""
    found = list(people_under(by).filter(is_active=True).order_by("name")[:500])
    for person in (scene.customer.owner, also):
        if person is not None and person not in found:
            found.append(person)
    return found
