"""Sending once more what a person asks for: what died, or what has left already."""

from __future__ import annotations

from uuid import uuid4

from django.db.models.functions import Now

from collections_app.core.clock import now
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.operations import Recipient, digest_of, enqueue


def queue_again(message: Message, *, to_address: str) -> bool:
    """Queue a dead message under its own Message-ID; False if it is dead no longer.

    It goes to ``to_address``, since an address that is mended is why one would try again.
    """
    dead = Message.objects.filter(pk=message.pk, state=MessageState.DEAD)
    queued = dead.update(
        state=MessageState.QUEUED,
        reason="",
        to_address=to_address,
        due_at=Now(),
        sent_at=None,
        channel="",
    )
    return queued == 1


def send_copy(message: Message, *, to_address: str) -> Message:
    """Queue what a message said as a message of its own that names the first; return it."""
    to = Recipient(
        to_address,
        message.language,
        message.person,
        reply_to=message.reply_to,
        from_name=message.from_name,
    )
    copy = enqueue(key=digest_of([f"resend/{uuid4()}"]), kind=message.kind, to=to, due_at=now())
    copy.subject, copy.body_text = message.subject, message.body_text
    copy.body_html, copy.resend_of_id = message.body_html, message.resend_of_id or message.pk
    copy.save(update_fields=["subject", "body_text", "body_html", "resend_of"])
    return copy
