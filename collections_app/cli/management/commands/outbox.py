"""``manage.py outbox``: the messages, what they carry and how delivery goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.output import Answer, JsonCommand, table
from collections_app.notices.models import Notice
from collections_app.notices.queries import messages_with_notices
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.operations import release_held


class Command(JsonCommand):
    help = "List the messages of the outbox."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--state", choices=[*MessageState.values])
        parser.add_argument(
            "--release", action="store_true", help="queue what a restored backup held back"
        )

    def run(self, **options: Any) -> Answer:
        if options["release"]:
            self.stderr.write(f"{release_held()} held messages released")
        found = [_message(message) for message in messages_with_notices(state=options["state"])]
        heads = ("created", "kind", "to", "state", "attempts", "reason", "subject")
        rows = [
            [
                *(m["created_at"][:16], m["kind"], m["to"], m["state"], str(m["attempts"])),
                *(m["reason"] or "", m["subject"]),
            ]
            for m in found
        ]
        return Answer({"messages": found}, table(heads, rows))


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _reference(notice: Notice) -> str | None:
    """The promise that a notice is about; None where it is about none."""
    about = notice.instalment or notice.request
    return about.commitment.reference if about and about.commitment else None


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "key": message.key,
        "message_id": message.message_id,
        "kind": message.kind,
        "to": message.to_address,
        "subject": message.subject,
        "state": message.state,
        "attempts": message.attempts,
        "in_doubt": message.in_doubt,
        "reason": message.reason or None,
        "created_at": _instant(message.created_at),
        "sent_at": _instant(message.sent_at),
        "notices": [
            {
                "key": notice.key,
                "kind": notice.kind,
                "customer": notice.customer.code if notice.customer else None,
                "reference": _reference(notice),
                "position": notice.instalment.position if notice.instalment else None,
            }
            for notice in message.carried  # type: ignore[attr-defined]
        ],
    }
