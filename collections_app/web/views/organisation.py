"""How the organisation works: its settings, and the rating policies of all and of teams."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collections_app.accounts.models import Team
from collections_app.actions.change_organisation import change_organisation, has_facts
from collections_app.organisation.models import Rating
from collections_app.organisation.operations import (
    give_up_policy,
    policies_shown,
    set_policy,
    settings_facts,
)
from collections_app.organisation.queries import organisation as the_organisation
from collections_app.organisation.queries import today
from collections_app.web.forms.organisation import GiveUpForm, OrganisationForm, PolicyForm
from collections_app.web.forms.seen import Present
from collections_app.web.pages.policies import policies_page, policy_instead, teams_to_set
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, say, submit

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_METHODS)
def organisation(request: StaffRequest) -> HttpResponse:
    """The organisation's settings."""
    form = OrganisationForm(request.POST or None, present=_settings, has_facts=has_facts())
    answer = submit(request, form, lambda _values: _save(request, form))
    return answer or form_page(request, form, "web/settings/form.html", _about())


@require_safe
def policies(request: StaffRequest) -> HttpResponse:
    """The policies in force for everybody, what is to come, and what was before."""
    return render(
        request, "web/settings/policies.html", {"page": policies_page(request.user, None)}
    )


@require_safe
def team_policies(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The same for the customers of one team and those below it."""
    team = get_object_or_404(teams_to_set(request.user), public_id=public_id)
    return render(
        request, "web/settings/policies.html", {"page": policies_page(request.user, team)}
    )


@require_http_methods(FORM_METHODS)
def policy_change(request: StaffRequest, rating: str) -> HttpResponse:
    """Another policy for one rating, from a day on."""
    return _policy_form(request, rating, None)


@require_http_methods(FORM_METHODS)
def team_policy_change(request: StaffRequest, public_id: UUID, rating: str) -> HttpResponse:
    """Another policy for one rating in one team."""
    team = get_object_or_404(teams_to_set(request.user), public_id=public_id)
    return _policy_form(request, rating, team)


@require_http_methods(FORM_METHODS)
def team_policy_give_up(request: StaffRequest, public_id: UUID, rating: str) -> HttpResponse:
    """Let a team follow one rating as others do again, once it is confirmed."""
    team = get_object_or_404(teams_to_set(request.user), public_id=public_id)
    if rating not in Rating.values:
        raise Http404
    form = GiveUpForm(request.POST or None, present=lambda: _policy(rating, team))
    names = {"rating": rating, "team": team.name}
    form.title = _("Give up the policy of rating %(rating)s, %(team)s") % names
    answer = submit(request, form, lambda _values: _give_up(request, rating, team, form))
    row = policy_instead(rating, team)
    context = _about(back=_policies_path(team), part="web/settings/_given_up.html", row=row)
    context["crumbs"] = [*context["crumbs"], (_policies_path(team), _("Rating policies"))]
    return answer or form_page(request, form, "web/settings/form.html", context)


def _give_up(request: StaffRequest, rating: str, team: Team, form: GiveUpForm) -> str:
    give_up_policy(rating=rating, team=team, actor=request.user, seen=form.marks())
    names = {"rating": rating, "name": team.name}
    say(request, _("%(name)s has no policy of its own for rating %(rating)s any more.") % names)
    return _policies_path(team)


def _policy_form(request: StaffRequest, rating: str, team: Team | None) -> HttpResponse:
    if rating not in Rating.values:
        raise Http404
    form = PolicyForm(request.POST or None, present=lambda: _policy(rating, team))
    title = _("Rating %(rating)s, %(team)s") if team else _("Rating %(rating)s")
    form.title = title % {"rating": rating, "team": team.name if team else ""}
    answer = submit(request, form, lambda _values: _set_policy(request, rating, team, form))
    crumb = (_policies_path(team), _("Rating policies"))
    lead = _(
        "Promises made before keep the grace and tolerance that they were saved with. Reminders"
        " and follow-up go by the policy of their day."
    )
    context = _about(lead=lead, back=_policies_path(team))
    context["crumbs"] = [*context["crumbs"], crumb]
    return answer or form_page(request, form, "web/settings/form.html", context)


def _save(request: StaffRequest, form: OrganisationForm) -> str:
    change_organisation(actor=request.user, seen=form.marks(), **form.changes())
    say(request, _("The settings are saved."))
    return reverse("web:organisation")


def _policies_path(team: Team | None) -> str:
    return reverse("web:team_policies", args=[team.public_id]) if team else reverse("web:policies")


def _set_policy(request: StaffRequest, rating: str, team: Team | None, form: PolicyForm) -> str:
    set_policy(rating=rating, team=team, actor=request.user, seen=form.marks(), **form.values())
    say(request, _("The policy of rating %(rating)s is saved.") % {"rating": rating})
    return _policies_path(team)


def _settings() -> Present:
    facts = settings_facts(the_organisation())
    del facts["country"]
    return Present(facts, facts)


def _policy(rating: str, team: Team | None) -> Present:
    shown = policies_shown(rating, team)
    return Present(shown, {**shown, "valid_from": today()})


def _about(**context: Any) -> dict[str, Any]:
    crumbs = [(reverse("web:settings"), _("Settings"))]
    return {"crumbs": crumbs, "back": reverse("web:settings"), **context}
