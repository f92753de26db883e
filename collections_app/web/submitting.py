"""Acting on a form: once, however often it is sent, and never half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from collections_app.accounts.models import Person
from collections_app.core.refusals import Overtaken, Refused
from collections_app.web.forms.base import StaffForm
from collections_app.web.models import Submission
from collections_app.web.requests import StaffRequest
from collections_app.web.uploads import was_too_large

Act = Callable[[dict[str, Any]], str]


def once(*, person: Person, token: UUID, act: Callable[[], str]) -> str:
    """Run ``act`` and keep the path it goes on to; a token seen before only gives that path.

    One transaction: a refusal leaves no trace, and the token may be used again. Two at once wait
    for each other on the token's key.
    """
    with transaction.atomic():
        made, is_new = Submission.objects.get_or_create(token=token, defaults={"person": person})
        if not is_new:
            # Somebody else's token, were it ever guessed, leads nowhere.
            return (made.onward if made.person_id == person.pk else "") or "/"
        made.onward = act()
        made.save(update_fields=["onward"])
        return made.onward


def submit(request: StaffRequest, form: StaffForm, act: Act) -> HttpResponse | None:
    """Act on a valid form and go on; None where the form has to be shown again, errors and all.

    A rule's refusal is put beside its field. A lost race sets ``form.is_overtaken``, and the form
    then carries what now stands, so that sending it again decides with open eyes. A form whose
    file was too large to be read acts on nothing: what stood behind the file never arrived.
    """
    if was_too_large(request):
        form.refuse_large_file()
        return None
    if not form.is_valid():
        return None
    values = form.values()
    try:
        onward = once(
            person=request.user, token=form.cleaned_data["token"], act=lambda: act(values)
        )
    except Overtaken as lost:
        form.overtake(lost)
    except Refused as refusal:
        form.refuse(refusal)
    else:
        return HttpResponseRedirect(onward)
    return None


def form_page(
    request: StaffRequest, form: StaffForm, template: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of a form: 200 when fresh, 422 with errors, 409 where somebody else was first."""
    status = 200
    if form.is_bound:
        status = 409 if form.is_overtaken else 422
    return render(request, template, {"form": form, **(context or {})}, status=status)


def say(request: StaffRequest, text: str, *, undo: str = "") -> None:
    """Tell what was done on the next page; with ``undo``, the path that a POST takes it back by."""
    messages.success(request, text, extra_tags=undo)


def complain(request: StaffRequest, text: str) -> None:
    """Tell on the next page why nothing was done."""
    messages.error(request, text)
