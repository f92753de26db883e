"""The mail log: the list, one message, what it said, and sending it once more."""

from __future__ import annotations

from uuid import UUID

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from collections_app.actions.resend import resend
from collections_app.core.refusals import Refused
from collections_app.notices.mail_log import messages_visible_to
from collections_app.outbox.models import Message
from collections_app.web.pages.message import message_page, shows_body
from collections_app.web.pages.messages import MessagesQuestion, messages_page
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import complain, once, said_by, say, token_of

# A mail's own styles are inline. It loads nothing, runs nothing, and is of no origin.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


@require_safe
def messages(request: StaffRequest) -> HttpResponse:
    """The messages that the person may see, as the URL narrows them."""
    page = messages_page(MessagesQuestion.read(request), by=request.user)
    return render(request, "web/messages/list.html", {"page": page})


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@require_safe
def message_detail(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """One message: why, to whom, how delivery went, what was sent."""
    page = message_page(_message_of(request, public_id), by=request.user)
    return render(request, "web/messages/detail.html", {"page": page})


@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]
@require_safe
def message_html(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """What a message says to a mail program that shows HTML: a document of no origin."""
    message = _message_of(request, public_id)
    if not (shows_body(message) and message.body_html):
        raise Http404
    return HttpResponse(message.body_html)


@require_POST
def message_resend(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Send a message once more."""
    message = _message_of(request, public_id)

    def act() -> str:
        queued = resend(message=message, by=request.user)
        return reverse("web:message_detail", args=[queued.public_id])

    try:
        token = token_of(request)
        onward = once(person=request.user, token=token, said=said_by(request), act=act)
    except Refused as refusal:
        complain(request, str(refusal))
        return redirect("web:message_detail", public_id)
    say(request, _("The message is queued and leaves at once."))
    return redirect(onward)


def _message_of(request: StaffRequest, public_id: UUID) -> Message:
    visible = messages_visible_to(request.user).select_related("person", "resend_of", "twin_of")
    return get_object_or_404(visible, public_id=public_id)
