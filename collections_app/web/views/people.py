"""People, for administrators: who may sign in, as what, and in which team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collections_app.accounts.models import Person
from collections_app.accounts.operations import change_person, person_facts
from collections_app.actions.invite import invite_person, send_link_again
from collections_app.core.refusals import Refused
from collections_app.organisation.queries import organisation
from collections_app.web.forms.people import InviteForm, PersonForm
from collections_app.web.forms.seen import ConfirmForm, Present
from collections_app.web.pages.people import STATES, PeopleQuestion, people_page, state_of
from collections_app.web.pages.settings import open_by_currency
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import complain, form_page, say, submit

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
def people(request: StaffRequest) -> HttpResponse:
    """The list, narrowed by words, role, state and team."""
    page = people_page(PeopleQuestion.read(request))
    return render(request, "web/settings/people.html", {"page": page})


@require_http_methods(FORM_METHODS)
def person_invite(request: StaffRequest) -> HttpResponse:
    """Make a person and send them an invitation."""
    form = InviteForm(request.POST or None, initial={"language": organisation().language})
    answer = submit(request, form, lambda values: _invite(request, values))
    return answer or form_page(
        request, form, "web/settings/form.html", _about(part="web/settings/_no_mail.html")
    )


@require_http_methods(FORM_METHODS)
def person_edit(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Change a person, and what else can be done about them."""
    person = get_object_or_404(Person.objects.select_related("team"), public_id=public_id)
    form = PersonForm(request.POST or None, person=person, present=lambda: _present(person.pk))
    answer = submit(request, form, lambda _values: _change(request, person, form))
    word, symbol, tone = STATES[state_of(person)]
    context = _about(
        person=person,
        owned=person.customers.count(),
        badge={"word": word, "symbol": symbol, "tone": tone},
        is_invited=not person.has_usable_password(),
        is_self=person.pk == request.user.pk,
    )
    return answer or form_page(request, form, "web/settings/person.html", context)


@require_http_methods(FORM_METHODS)
def person_disable(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Shut a person out, once it is confirmed what that means."""
    person = get_object_or_404(Person, public_id=public_id)
    title = _("Disable %(name)s") % {"name": person.name}
    form = ConfirmForm(request.POST or None, title=title, save_label=_("Disable"))
    answer = submit(request, form, lambda _values: _disable(request, person))
    if answer is not None:
        return answer
    owned = person.customers.all()
    context = _about(
        person=person,
        owned=owned.count(),
        open_sums=open_by_currency(owned),
        part="web/settings/_disable.html",
        back=reverse("web:person_edit", args=[person.public_id]),
    )
    return form_page(request, form, "web/settings/form.html", context)


@require_POST
def person_enable(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Let a person in again; again changes nothing."""
    person = get_object_or_404(Person, public_id=public_id)
    change_person(person=person, actor=request.user, is_active=True)
    say(request, _("%(name)s may sign in again.") % {"name": person.name})
    return HttpResponseRedirect(reverse("web:person_edit", args=[public_id]))


@require_POST
def person_link(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Send a link to choose a password; one that waits to be sent is enough."""
    person = get_object_or_404(Person, public_id=public_id)
    try:
        kind = send_link_again(person=person, actor=request.user)
    except Refused as refusal:
        complain(request, str(refusal))
    else:
        text = (
            _("An invitation to %(email)s is on its way.")
            if kind == "invitation"
            else _("A link to choose a new password is on its way to %(email)s.")
        )
        say(request, text % {"email": person.email})
    return HttpResponseRedirect(reverse("web:person_edit", args=[public_id]))


def _invite(request: StaffRequest, values: dict[str, Any]) -> str:
    person = invite_person(actor=request.user, **values)
    text = _("%(name)s is made, and an invitation to %(email)s is on its way.")
    say(request, text % {"name": person.name, "email": person.email})
    return reverse("web:people")


def _change(request: StaffRequest, person: Person, form: PersonForm) -> str:
    changes = form.changes()
    if "staff_number" in changes:
        changes["staff_number"] = changes["staff_number"] or None
    changed = change_person(person=person, actor=request.user, seen=form.marks(), **changes)
    say(request, _("%(name)s is saved.") % {"name": changed.name})
    return reverse("web:people")


def _disable(request: StaffRequest, person: Person) -> str:
    change_person(person=person, actor=request.user, is_active=False)
    undo = reverse("web:person_enable", args=[person.public_id])
    say(request, _("%(name)s can no longer sign in.") % {"name": person.name}, undo=undo)
    return reverse("web:person_edit", args=[person.public_id])


def _present(pk: int) -> Present:
    """The person as stored now."""
    person = Person.objects.select_related("team").get(pk=pk)
    facts = person_facts(person)
    del facts["is_active"]
    team = person.team.public_id if person.team else None
    return Present(facts, {**facts, "team": team})


def _about(**context: Any) -> dict[str, Any]:
    crumbs = [(reverse("web:settings"), _("Settings")), (reverse("web:people"), _("People"))]
    return {"crumbs": crumbs, "back": reverse("web:people"), **context}
