"""Mail to one customer, in words: what comes next, what waits, what was not said and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from collections_app.customers.models import Customer, Stop
from collections_app.notices.models import Notice
from collections_app.outbox.models import MessageState
from collections_app.reminders.foretelling import foretold
from collections_app.web.pages.mail_words import kind_in_words, reason_in_words


@dataclass(frozen=True, slots=True)
class MailLine:
    """One thing to say: what, about which promise; the day, or the instant at which it leaves.

    ``at`` is None for what waits for a person.
    """

    kind: str
    reference: str
    on: date | None = None
    at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class MailPart:
    """What the customer page says of mail to the customer; ``until`` is a hold's or quiet's day."""

    why_not: str
    until: date | None
    stop: Stop | None
    own_stop: bool
    ahead: list[MailLine]
    waiting: list[MailLine]
    unsaid: list[MailLine]


def mail_part(customer: Customer, *, on: date) -> MailPart:
    """How mail to the customer stands on the day."""
    found = foretold(customer, on=on)
    manner = found.manner
    why = manner.why_not
    return MailPart(
        why_not=reason_in_words(why) if why else "",
        until={"hold": manner.held_until, "quiet": manner.quiet_until}.get(why or ""),
        stop=manner.stop,
        own_stop=manner.stop is not None and manner.stop.customer_id is not None,
        ahead=[
            MailLine(kind_in_words(one.step.kind), one.reference, on=one.step.since)
            for one in found.ahead
        ],
        waiting=[_waits(notice) for notice in found.waiting],
        unsaid=[_unsaid(notice) for notice in found.unsaid],
    )


def _reference(notice: Notice) -> str:
    assert notice.instalment is not None, "held by a constraint"
    return f"{notice.instalment.commitment.reference} / {notice.instalment.position}"


def _waits(notice: Notice) -> MailLine:
    message = notice.message
    leaves = message is not None and message.state != MessageState.AWAITING_APPROVAL
    at = message.due_at if message is not None and leaves else None
    return MailLine(kind_in_words(notice.kind), _reference(notice), at=at)


def _unsaid(notice: Notice) -> MailLine:
    return MailLine(
        kind_in_words(notice.kind), _reference(notice), on=notice.on_day,
        why=reason_in_words(notice.reason),
    )  # fmt: skip
