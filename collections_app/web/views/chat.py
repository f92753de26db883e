"""One's chat: where it is, a test, and an end to it."""

from __future__ import annotations

import time
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.accounts.chat import open_address, remove_chat_address, set_chat_address
from collections_app.accounts.models import ChatAddress
from collections_app.organisation.queries import organisation
from collections_app.outbox.channels import Deferred, InDoubt, Rejected
from collections_app.outbox.chat import say as say_in_chat
from collections_app.web.forms.chat import ChatForm
from collections_app.web.pages.chat import HELP, shown_chat
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

# Requests to elsewhere that a person may have made from here.
MOST_TRIES: Final = 5
IN_SECONDS: Final = 300
SECONDS: Final = 15


@sensitive_post_parameters("address", "signing")
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: StaffRequest) -> HttpResponse:
    """Set one's chat address, or by what the morning's messages come."""
    shown = shown_chat(request.user)
    initial = {"morning_by": shown.address.morning_by} if shown else {}
    form = ChatForm(request.POST or None, has_address=shown is not None, initial=initial)
    answer = submit(request, form, lambda values: _save(request, values))
    if answer is not None:
        return answer
    context = {"back": reverse("web:profile"), "chat": shown, "services": HELP}
    return form_page(request, form, "web/settings/chat.html", context)


def _save(request: StaffRequest, values: dict[str, Any]) -> str:
    set_chat_address(person=request.user, **values)
    say(request, _("Your chat is saved. Send a test to see whether it arrives."))
    return reverse("web:chat")


@require_POST
def chat_try(request: StaffRequest) -> HttpResponse:
    """Say something in one's chat at once, and tell what came of it."""
    held = ChatAddress.objects.filter(person=request.user).first()
    if held is None:
        return redirect("web:chat")
    if not _may_try(request.user.pk):
        complain(request, _("Many tests were sent just now: try again in a few minutes."))
        return redirect("web:chat")
    opened = open_address(held)
    try:
        if opened is None:
            raise Rejected
        say_in_chat(
            opened,
            subject=_("a test"),
            text=_("Here %(organisation)s tells you what there is to do.")
            % {"organisation": organisation().name},
            until=time.monotonic() + SECONDS,
        )
    except Rejected as refusal:
        complain(request, _("The chat refuses it: copy its address anew.") + _told(refusal))
    except (Deferred, InDoubt) as fault:
        complain(request, _("The chat did not answer: try again later.") + _told(fault))
    else:
        say(request, _("The chat has taken the test: look there."))
    return redirect("web:chat")


def _told(fault: Exception) -> str:
    text = str(fault).removeprefix("chat: ")
    return f" ({text})" if text else ""


def _may_try(person_id: int) -> bool:
    key = f"chat-try-{person_id}"
    cache.add(key, 0, IN_SECONDS)
    try:
        return int(cache.incr(key)) <= MOST_TRIES
    except ValueError:  # it ran out between the two
        return True


@require_POST
@sent_once
def chat_remove(request: StaffRequest) -> HttpResponse:
    """Write to one's chat no more."""

    def act() -> str:
        remove_chat_address(person=request.user)
        return reverse("web:chat")

    once(person=request.user, token=token_of(request), said=said_by(request), act=act)
    say(request, _("Nothing goes to your chat any more; all comes by mail."))
    return redirect("web:chat")
