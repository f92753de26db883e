"""Mail to customers that waits for a person: looking at it, letting it go, keeping it back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collections_app.actions.release import keep_back, release
from collections_app.core.refusals import Refused
from collections_app.web.pages.waiting import PAGE_SIZE, waiting_page
from collections_app.web.requests import StaffRequest, page_asked
from collections_app.web.submitting import complain, once, said_by, say, token_of

MOST_REASON = 500


@require_http_methods(["GET", "HEAD", "POST"])
def messages_waiting(request: StaffRequest) -> HttpResponse:
    """What would be said to whom and why; release one, those ticked or all shown, or keep back."""
    if request.method == "POST":
        return _answer(request)
    page = waiting_page(by=request.user, page=page_asked(request))
    return render(request, "web/messages/waiting.html", {"page": page})


def _answer(request: StaffRequest) -> HttpResponse:
    said = ""

    def act() -> str:
        nonlocal said
        said = _act(request)
        return reverse("web:messages_waiting")

    try:
        once(person=request.user, token=token_of(request), said=said_by(request), act=act)
    except Refused as refusal:
        complain(request, str(refusal))
    else:
        if said:
            say(request, said)
    return redirect("web:messages_waiting")


def _act(request: StaffRequest) -> str:
    """Do what the button says; return the words for it."""
    reason = " ".join(request.POST.get("reason", "").replace("\x00", "").split())[:MOST_REASON]
    if request.POST.get("act") == "keep_back":
        count = keep_back(messages=_ids(request, "message"), reason=reason, by=request.user)
        return ngettext(
            "%(count)s message is not sent.", "%(count)s messages are not sent.", count
        ) % {"count": count}
    chosen = "shown" if request.POST.get("act") == "release_all" else "message"
    chosen = "only" if request.POST.get("only") else chosen
    count = release(messages=_ids(request, chosen), by=request.user)
    return ngettext("%(count)s message is released.", "%(count)s messages are released.", count) % {
        "count": count
    }


def _ids(request: StaffRequest, field: str) -> list[UUID]:
    """The messages that a form names; what is no id names none."""
    found = []
    for text in request.POST.getlist(field)[:PAGE_SIZE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
