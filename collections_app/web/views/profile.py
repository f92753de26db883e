"""Where the settings begin, and one's own profile."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from collections_app.accounts.models import Person
from collections_app.accounts.operations import change_person, choose_theme
from collections_app.web.forms.people import ProfileForm
from collections_app.web.forms.seen import Present
from collections_app.web.pages.chat import shown_chat
from collections_app.web.pages.settings import places_of
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, say, submit
from collections_app.web.views.theme import keep_theme


@require_safe
def settings(request: StaffRequest) -> HttpResponse:
    """What the person may change."""
    return render(request, "web/settings/overview.html", {"places": places_of(request.user.role)})


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: StaffRequest) -> HttpResponse:
    """One's own name, language and appearance."""
    form = ProfileForm(request.POST or None, present=lambda: _present(request.user))
    answer = submit(request, form, lambda _values: _save(request, form.changes()))
    if answer is not None:
        keep_theme(answer, form.cleaned_data["theme"])
        return answer
    context = {"back": reverse("web:settings"), "chat": shown_chat(request.user)}
    return form_page(request, form, "web/settings/profile.html", context)


def _save(request: StaffRequest, changes: dict[str, Any]) -> str:
    with transaction.atomic():
        theme = changes.pop("theme", None)
        if theme is not None:
            choose_theme(person=request.user, theme=theme)
        person = change_person(person=request.user, actor=request.user, **changes)
    with override(person.language):
        say(request, _("Your profile is saved."))
    return reverse("web:profile")


def _present(person: Person) -> Present:
    fields = ("name", "language", "theme", "mail_hour", "time_zone", "wants_digest")
    facts = {name: getattr(person, name) for name in fields}
    return Present(facts, facts)
