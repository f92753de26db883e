"""What counts from a day on: rating a customer, agreeing a regular payment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.customers import terms
from collections_app.customers.models import Customer
from collections_app.web.acting import Done, Scene, act_page, scene_of, take_back
from collections_app.web.forms.seen import ConfirmForm
from collections_app.web.forms.terms import RatingForm, RegularForm
from collections_app.web.pages.record import conduct_of, policy_lines
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import sent_once


@require_http_methods(["GET", "POST"])
def customer_rating(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Rate a customer from today on, with what its behaviour suggests and why beside it."""
    scene = scene_of(request, public_id, tab="record")
    conduct = conduct_of(scene.customer, on=scene.day)
    suggested = conduct.suggestion.rating if conduct.suggestion else ""
    form = RatingForm(request.POST or None, customer=scene.customer, suggested=suggested)

    def write(values: dict[str, Any]) -> Customer:
        return terms.change_rating(customer=scene.customer, by=request.user, on=scene.day, **values)

    def done(held: Customer) -> Done:
        said = _("Rated %(rating)s from today on.") % {"rating": held.rating or _("unrated")}
        return Done(said, _undo(scene, "rating"))

    return act_page(
        request, scene, form, write=write, done=done, template="web/terms/rating.html",
        has_effect=False, conduct=conduct,
        policies=policy_lines(scene.customer.owner.team_id, on=scene.day),
    )  # fmt: skip


@require_POST
@sent_once
def rating_take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Set a rating of today back to what it was."""
    scene = scene_of(request, public_id, tab="record")

    def write() -> None:
        terms.take_back_rating(customer=scene.customer, by=request.user, on=scene.day)

    return take_back(request, scene, write, _("The rating is what it was before."))


@require_http_methods(["GET", "POST"])
def regular_agree(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Agree a regular payment, or another day or amount of it."""
    scene = scene_of(request, public_id, tab="record")
    contact = scene.contacts[0].name if scene.contacts else ""
    form = RegularForm(request.POST or None, customer=scene.customer, contact=contact, on=scene.day)

    def write(values: dict[str, Any]) -> Customer:
        return terms.agree_regular_payment(
            customer=scene.customer, by=request.user, on=scene.day, **values
        )

    def done(_held: Customer) -> Done:
        return Done(_("The regular payment is on record."), _undo(scene, "regular"))

    return act_page(request, scene, form, write=write, done=done, has_effect=False)


@require_http_methods(["GET", "POST"])
def regular_end(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """End the regular payment; the months before keep their score."""
    scene = scene_of(request, public_id, tab="record")
    form = ConfirmForm(
        request.POST or None,
        title=gettext_lazy("End the regular payment"),
        save_label=gettext_lazy("End it"),
    )

    def write(_values: dict[str, Any]) -> Customer:
        held = scene.customer
        seen = (held.regular_amount, held.regular_day)
        return terms.end_regular_payment(
            customer=held, expected=seen, by=request.user, on=scene.day
        )

    def done(_held: Customer) -> Done:
        return Done(_("The regular payment has ended."), _undo(scene, "regular"))

    return act_page(
        request, scene, form, write=write, done=done, template="web/terms/end.html",
        has_effect=False, conduct=conduct_of(scene.customer, on=scene.day),
    )  # fmt: skip


@require_POST
@sent_once
def regular_take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Undo an agreement, or its end, of today."""
    scene = scene_of(request, public_id, tab="record")

    def write() -> None:
        terms.take_back_regular(customer=scene.customer, by=request.user, on=scene.day)

    return take_back(request, scene, write, _("The regular payment is what it was before."))


def _undo(scene: Scene, what: str) -> str:
    return reverse(f"web:{what}_take_back", args=[scene.customer.public_id])
