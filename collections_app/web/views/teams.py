"""Teams, for administrators: who works together, and who manages whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collections_app.accounts.models import Person, Team
from collections_app.accounts.teams import (
    change_team,
    let_manage,
    make_team,
    remove_team,
    stop_managing,
    team_facts,
)
from collections_app.web.forms.seen import ConfirmForm, Present
from collections_app.web.forms.teams import NewTeamForm, TeamForm, TeamManagerForm
from collections_app.web.pages.teams import flat, team_page, team_tree
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, say, submit

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
def teams(request: StaffRequest) -> HttpResponse:
    """All teams as a tree."""
    return render(request, "web/settings/teams.html", {"teams": list(flat(team_tree()))})


@require_http_methods(FORM_METHODS)
def team_make(request: StaffRequest) -> HttpResponse:
    """Make a team."""
    form = NewTeamForm(request.POST or None)
    answer = submit(request, form, lambda values: _make(request, values))
    return answer or form_page(request, form, "web/settings/form.html", _about())


@require_http_methods(FORM_METHODS)
def team_edit(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Rename or move a team; below the form, who is in it and who manages it."""
    team = get_object_or_404(Team.objects.select_related("parent"), public_id=public_id)
    form = TeamForm(request.POST or None, team=team, present=lambda: _present(team.pk))
    answer = submit(request, form, lambda _values: _change(request, team, form))
    context = _about(page=team_page(team), manager_form=TeamManagerForm(team=team))
    return answer or form_page(request, form, "web/settings/team.html", context)


@require_http_methods(FORM_METHODS)
def team_remove(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Remove an empty team, once it is confirmed."""
    team = get_object_or_404(Team, public_id=public_id)
    title = _("Remove %(name)s") % {"name": team.name}
    form = ConfirmForm(request.POST or None, title=title, save_label=_("Remove the team"))
    answer = submit(request, form, lambda _values: _remove(request, team))
    if answer is not None:
        return answer
    back = reverse("web:team_edit", args=[team.public_id])
    lead = _("Nobody is in this team. Figures and records of the past are not touched.")
    return form_page(request, form, "web/settings/form.html", _about(lead=lead, back=back))


@require_http_methods(FORM_METHODS)
def team_manager_add(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Let a manager from elsewhere manage the team and those below it."""
    team = get_object_or_404(Team, public_id=public_id)
    form = TeamManagerForm(request.POST or None, team=team)
    answer = submit(request, form, lambda values: _let_manage(request, team, values["person"]))
    back = reverse("web:team_edit", args=[team.public_id])
    return answer or form_page(request, form, "web/settings/form.html", _about(back=back))


@require_POST
def team_manager_remove(request: StaffRequest, public_id: UUID, person_id: UUID) -> HttpResponse:
    """Take the team from a manager from elsewhere; again changes nothing."""
    team = get_object_or_404(Team, public_id=public_id)
    person = get_object_or_404(Person, public_id=person_id)
    stop_managing(team=team, person=person, actor=request.user)
    text = _("%(name)s no longer manages %(team)s.")
    say(request, text % {"name": person.name, "team": team.name})
    return HttpResponseRedirect(reverse("web:team_edit", args=[public_id]))


def _make(request: StaffRequest, values: dict[str, Any]) -> str:
    team = make_team(actor=request.user, **values)
    say(request, _("%(name)s is made.") % {"name": team.name})
    return reverse("web:teams")


def _change(request: StaffRequest, team: Team, form: TeamForm) -> str:
    now = {"name": team.name, "parent": team.parent} | form.changes()
    changed = change_team(team=team, actor=request.user, seen=form.marks(), **now)
    say(request, _("%(name)s is saved.") % {"name": changed.name})
    return reverse("web:teams")


def _remove(request: StaffRequest, team: Team) -> str:
    remove_team(team=team, actor=request.user)
    say(request, _("%(name)s is removed.") % {"name": team.name})
    return reverse("web:teams")


def _let_manage(request: StaffRequest, team: Team, person: Person) -> str:
    let_manage(team=team, person=person, actor=request.user)
    text = _("%(name)s manages %(team)s too now.")
    say(request, text % {"name": person.name, "team": team.name})
    return reverse("web:team_edit", args=[team.public_id])


def _present(pk: int) -> Present:
    """The team as stored now."""
    team = Team.objects.select_related("parent").get(pk=pk)
    parent = team.parent.public_id if team.parent else None
    return Present(team_facts(team), {"name": team.name, "parent": parent})


def _about(**context: Any) -> dict[str, Any]:
    crumbs = [(reverse("web:settings"), _("Settings")), (reverse("web:teams"), _("Teams"))]
    return {"crumbs": crumbs, "back": reverse("web:teams"), **context}
