"""Mail to customers: how it leaves, stopping it, and letting it go again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.accounts.models import Person, Role
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer, Stop
from collections_app.customers.reminding import set_reminder_mode
from collections_app.customers.stops import StopRefused, lift_stop, stop_mail, stops_in_force
from collections_app.reminders.foretelling import would_go
from collections_app.web.acting import Done, act_page, scene_of, take_back
from collections_app.web.forms.reminding import ReminderForm, StopForm, StopsForm
from collections_app.web.pages.policies import teams_to_set
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import (
    complain,
    form_page,
    once,
    said_by,
    say,
    sent_once,
    submit,
    token_of,
)

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_METHODS)
def reminder_mode(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """How mail to the customer leaves; what would go at once is shown before it is confirmed."""
    scene = scene_of(request, public_id, tab="contacts")
    form = ReminderForm(request.POST or None, customer=scene.customer)
    template = "web/reminding/mode.html"
    if request.method == "POST" and form.is_valid() and form.wants_look:
        would = would_go(scene.customer, on=scene.day)
        form.carry(looked_at=form.cleaned_data["mode"])
        return form_page(request, form, template, {"scene": scene, "would": would, "is_look": True})

    def write(values: dict[str, Any]) -> Customer:
        return set_reminder_mode(customer=scene.customer, by=request.user, **values)

    return act_page(
        request, scene, form, write=write, done=lambda _held: Done(_("Saved.")),
        template=template, has_effect=False,
    )  # fmt: skip


@require_http_methods(FORM_METHODS)
def mail_stop(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Stop mail to one customer."""
    scene = scene_of(request, public_id, tab="contacts")

    def write(values: dict[str, Any]) -> Stop:
        return stop_mail(by=request.user, customer=scene.customer, **values)

    return act_page(
        request, scene, StopForm(request.POST or None), write=write,
        done=lambda _stop: Done(_("No mail goes to the customer.")), has_effect=False,
    )  # fmt: skip


@require_POST
@sent_once
def mail_go(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Let mail to one customer go again."""
    scene = scene_of(request, public_id, tab="contacts")

    def write() -> None:
        stop = stops_in_force().filter(customer=scene.customer).first()
        if stop is None:
            raise StopRefused(_("This stop has been lifted already."), code="already_ended")
        lift_stop(stop=stop, by=request.user)

    return take_back(request, scene, write, _("Mail goes to the customer again."))


@require_http_methods(FORM_METHODS)
def mail_stops(request: StaffRequest) -> HttpResponse:
    """Stop mail to the customers of a team, or to all; and let it go again."""
    if request.POST.get("lift"):
        return _lift(request)
    form = StopsForm(
        request.POST or None,
        teams=teams_to_set(request.user),
        may_stop_all=request.user.role == Role.ADMIN,
    )

    def act(values: dict[str, Any]) -> str:
        stop_mail(by=request.user, **values)
        say(request, _("The mail is stopped."))
        return reverse("web:mail_stops")

    context = {
        "stops": _stops_of(request.user),
        "part": "web/reminding/_stops.html",
        "crumbs": [(reverse("web:settings"), _("Settings"))],
        "back": reverse("web:settings"),
    }
    answer = submit(request, form, act)
    return answer or form_page(request, form, "web/settings/form.html", context)


def _stops_of(person: Person) -> QuerySet[Stop]:
    """Those of teams that the person sets policies for; all but customers', for administrators."""
    stops = stops_in_force().filter(customer__isnull=True).order_by("entered_at")
    if person.role == Role.ADMIN:
        return stops
    return stops.filter(team__in=teams_to_set(person))


def _lift(request: StaffRequest) -> HttpResponse:
    def act() -> str:
        try:
            id_ = UUID(request.POST.get("lift", ""))
        except ValueError:
            id_ = None
        stop = _stops_of(request.user).filter(public_id=id_).first() if id_ else None
        if stop is None:
            raise StopRefused(_("This stop has been lifted already."), code="already_ended")
        lift_stop(stop=stop, by=request.user)
        return reverse("web:mail_stops")

    try:
        once(person=request.user, token=token_of(request), said=said_by(request), act=act)
    except Refused as refusal:
        complain(request, str(refusal))
    else:
        say(request, _("The mail goes again."))
    return redirect("web:mail_stops")
