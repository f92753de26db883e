"""Which messages to people come by chat: beside the mail, or instead of it."""

from __future__ import annotations

from typing import Final

from collections_app.accounts.chat import masked
from collections_app.accounts.models import ChatAddress, MorningBy, Person
from collections_app.notices.models import NoticeKind
from collections_app.outbox.models import Message
from collections_app.outbox.operations import Recipient, digest_of, enqueue

OF_A_MORNING: Final = frozenset(
    {NoticeKind.ESCALATED, NoticeKind.LAPSED, NoticeKind.CHASE, NoticeKind.DIGEST}
)


def chat_of(person: Person | None, kind: str) -> ChatAddress | None:
    """The chat by which a message of that kind is to come, if any.

    A person chooses for the morning's messages; what is to be decided comes there in any case.
    """
    address: ChatAddress | None = getattr(person, "chat_address", None)
    if address and kind in OF_A_MORNING and address.morning_by == MorningBy.MAIL:
        return None
    return address


def by_chat_alone(to: Recipient, kind: str) -> Recipient:
    """The recipient reached by chat, where they want such messages by nothing else."""
    address = chat_of(to.person, kind)
    if not address or kind not in OF_A_MORNING or address.morning_by != MorningBy.CHAT:
        return to
    return Recipient(masked(address), to.language, to.person, is_chat=True)


def add_twin(message: Message) -> Message | None:
    """Queue, beside a mail, the message that says the same by chat; None where none is wanted."""
    address = None if message.is_chat else chat_of(message.person, message.kind)
    if address is None:
        return None
    return enqueue(
        key=digest_of([f"chat/{message.key}"]),
        kind=message.kind,
        to=Recipient(masked(address), message.language, message.person, is_chat=True),
        due_at=message.due_at,
        twin_of=message,
    )
