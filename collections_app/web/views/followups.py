"""Acting on contacts with a customer: log one, take it back, hold, lift the hold."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.customers.holds import lift_hold, put_on_hold
from collections_app.customers.models import Hold
from collections_app.followups.models import FollowUp
from collections_app.followups.operations import log_follow_up, take_back_follow_up
from collections_app.organisation.queries import moment_on, work_calendar
from collections_app.web.acting import Done, act_page, scene_at, scene_of, take_back
from collections_app.web.forms.followups import FollowUpForm, HoldForm
from collections_app.web.pages.followups import chased, quick_days
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import sent_once


@require_http_methods(["GET", "POST"])
def followup_log(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Log a contact: what came of it, the reason given, when to go on."""
    scene = scene_of(request, public_id, tab="followups")
    form = FollowUpForm(request.POST or None, on=scene.day, contacts=scene.contacts)

    def write(values: dict[str, Any]) -> FollowUp:
        at = moment_on(values.pop("day"))
        return log_follow_up(
            customer=scene.customer, at=at, by=request.user, on=scene.day, **values
        )

    return act_page(
        request, scene, form, write=write, done=_logged, template="web/followups/log.html",
        days=quick_days(scene.day, work_calendar()), has_effect=False,
    )  # fmt: skip


@require_POST
@sent_once
def followup_take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Undo a follow-up entered today."""
    visible = FollowUp.objects.visible_to(request.user).select_related("customer__owner")
    follow_up = get_object_or_404(visible, public_id=public_id)
    scene = scene_at(request, follow_up.customer, tab="followups")

    def write() -> None:
        take_back_follow_up(follow_up=follow_up, by=request.user)

    return take_back(request, scene, write, _("The follow-up was taken back."))


@require_http_methods(["GET", "POST"])
def hold_put(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Leave the customer in peace until a day; what is not chased meanwhile is shown first."""
    scene = scene_of(request, public_id, tab="followups")
    form = HoldForm(request.POST or None)

    def write(values: dict[str, Any]) -> Hold:
        return put_on_hold(customer=scene.customer, by=request.user, on=scene.day, **values)

    def done(hold: Hold) -> Done:
        said = _("On hold until the end of %(day)s.") % {"day": _day(hold.ends_on)}
        return Done(said, reverse("web:hold_lift", args=[hold.public_id]))

    return act_page(
        request, scene, form, write=write, done=done, template="web/followups/hold.html",
        chased=chased(scene.customer), has_effect=False,
    )  # fmt: skip


@require_POST
def hold_lift(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Chase again from today."""
    visible = Hold.objects.visible_to(request.user).select_related("customer__owner")
    hold = get_object_or_404(visible, public_id=public_id)
    scene = scene_at(request, hold.customer, tab="followups")

    def write() -> None:
        lift_hold(hold=hold, by=request.user, on=scene.day)

    return take_back(request, scene, write, _("The hold is lifted."))


def _logged(made: FollowUp) -> Done:
    said = _("The follow-up is logged.")
    if made.next_on:
        said = _("The follow-up is logged. Next on %(day)s.") % {"day": _day(made.next_on)}
    return Done(said, reverse("web:followup_take_back", args=[made.public_id]))


def _day(day: date) -> str:
    return date_format(day)
