"""A mail to oneself, to see how a kind of mail arrives."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.outbox.models import Message
from collections_app.outbox.operations import Recipient, digest_of, enqueue
from collections_app.reminders.preview import preview

TRIAL: Final = "trial"


def send_trial(folder: str, *, language: str, to: Person) -> Message:
    """Queue what the preview shows as a mail to ``to``; in the caller's transaction, if any."""
    said = preview(folder, language=language, to=to).said
    message = enqueue(
        key=digest_of([f"{TRIAL}/{uuid4()}"]),
        kind=TRIAL,
        to=Recipient(to.email, language, to),
        due_at=now(),
    )
    message.subject, message.body_text, message.body_html = said.subject[:300], said.text, said.html
    message.save(update_fields=["subject", "body_text", "body_html"])
    return message
