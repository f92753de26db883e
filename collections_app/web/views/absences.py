"""Absences: a delegate acts with the absent person's rights."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.accounts.delegation import (
    delegations_seen_by,
    end_delegation,
    let_stand_in,
)
from collections_app.organisation.queries import today
from collections_app.web.forms.absences import AbsenceForm
from collections_app.web.pages.absences import absences_of
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, say, submit


@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: StaffRequest) -> HttpResponse:
    """Who stands in for whom, and the form by which somebody is chosen."""
    day = today()
    form = AbsenceForm(request.POST or None, actor=request.user, day=day)
    answer = submit(request, form, lambda values: _let(request, values))
    if answer is not None:
        return answer
    context = {"rows": absences_of(request.user, on=day), "back": reverse("web:settings")}
    return form_page(request, form, "web/settings/absences.html", context)


@require_POST
def absence_end(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The absent person is back, or does not go; again changes nothing."""
    found = delegations_seen_by(request.user).select_related("person", "delegate")
    one = get_object_or_404(found, public_id=public_id)
    end_delegation(delegation=one, actor=request.user, on=today())
    names = {"delegate": one.delegate.name, "name": one.person.name}
    say(request, _("%(delegate)s no longer stands in for %(name)s.") % names)
    return HttpResponseRedirect(reverse("web:absences"))


def _let(request: StaffRequest, values: dict[str, Any]) -> str:
    one = let_stand_in(actor=request.user, on=today(), **values)
    names = {"delegate": one.delegate.name, "name": one.person.name}
    say(request, _("%(delegate)s stands in for %(name)s.") % names)
    return reverse("web:absences")
