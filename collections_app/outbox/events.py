"""Delivery events that a mail service tells of, as django-anymail names them: what came back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from django.utils.timezone import is_naive

from collections_app.outbox.bounces import Came, Report, take_report

# What a service calls the end of a message, or a try that it repeats; all else is no matter here.
ACTIONS: Final = {
    "bounced": "failed",
    "rejected": "failed",
    "failed": "failed",
    "deferred": "delayed",
}
_BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def take_event(event: Any) -> Came:
    """Mark the message that a tracking event (``anymail.signals``) tells of; what it came to.

    A service may know a message by a name of its own alone: then it is the newest one to the
    recipient, as with a notification that names none.
    """
    action = ACTIONS.get(_text(event.event_type))
    if action is None:
        return Came.IGNORED
    name = _text(event.message_id).strip("<>")
    said = _text(event.mta_response) or _text(event.description) or _text(event.reject_reason)
    at = event.timestamp
    return take_report(
        Report(
            message_id=f"<{name}>" if name else "",
            recipient=_text(event.recipient),
            action=action,
            status="",
            diagnostic=said,
            at=at if isinstance(at, datetime) and not is_naive(at) else None,
        )
    )


def _text(value: object) -> str:
    """What a service wrote, on one line; blank for what is no text."""
    return _BLANKS.sub(" ", value).strip()[:1000] if isinstance(value, str) else ""
