"""Preparing mail as everybody who sends it does: with the digests that only this room can word."""

from __future__ import annotations

from collections_app.notices import recheck
from collections_app.outbox.delivery import Prepared, Rendered
from collections_app.outbox.models import Message
from collections_app.reminders.digests import digest_of
from collections_app.reminders.trial import TRIAL


def prepare(message: Message) -> Prepared:
    """Check a message's notices once more and word those still wanted; see ``notices.recheck``."""
    if message.kind == TRIAL:
        return Rendered(message.subject, message.body_text, message.body_html)
    return recheck.prepare(message, digest=digest_of)
