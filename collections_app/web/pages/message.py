"""One message: to whom, why, how delivery went, and what it said."""

from __future__ import annotations

from dataclasses import dataclass

from collections_app.accounts.models import Person
from collections_app.actions.resend import may_resend
from collections_app.notices.mail_log import is_secret, notices_told
from collections_app.notices.models import Notice, NoticeState
from collections_app.outbox.models import Message, MessageState
from collections_app.web.pages.mail_words import failure_in_words, kind_in_words, reason_in_words


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Something that the message says or would have said."""

    notice: Notice
    kind: str
    about: str
    why: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A message as the reader may see it."""

    row: Message
    kind: str
    why: str
    failure: str
    lines: list[NoticeLine]
    others: int
    shows_body: bool
    is_secret: bool
    may_resend: bool
    resent: list[Message]

    @property
    def is_dead(self) -> bool:
        return self.row.state == MessageState.DEAD


def message_page(message: Message, *, by: Person) -> MessagePage:
    """The page of a message that ``by`` may see, as ``messages_visible_to`` gave it."""
    notices, others = notices_told(message, to=by)
    secret = is_secret(message)
    return MessagePage(
        row=message,
        kind=kind_in_words(message.kind),
        why=reason_in_words(message.reason),
        failure=failure_in_words(message.last_error),
        lines=[_line(notice) for notice in notices],
        others=others,
        shows_body=shows_body(message),
        is_secret=secret,
        may_resend=may_resend(message, by=by),
        resent=list(message.resent.order_by("-created_at")[:20]),
    )


def shows_body(message: Message) -> bool:
    """Whether what the message said is shown: known by now, no secret, and all of it theirs."""
    is_whole: bool = message.is_whole  # type: ignore[attr-defined]
    return is_whole and bool(message.body_text) and not is_secret(message)


def _line(notice: Notice) -> NoticeLine:
    about = ""
    if notice.instalment is not None:
        about = f"{notice.instalment.commitment.reference}/{notice.instalment.position}"
    elif notice.request is not None and notice.request.commitment is not None:
        about = notice.request.commitment.reference
    why = reason_in_words(notice.reason) if notice.state == NoticeState.WITHDRAWN else ""
    return NoticeLine(notice, kind_in_words(notice.kind), about, why)
