"""Mail to one customer, in words: what comes next, what waits, what was not said and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from collections_app.customers.models import Customer, Stop
from collections_app.reminders.foretelling import Said, foretold
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
    has_address: bool
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
        has_address=manner.has_address,
        ahead=[
            MailLine(kind_in_words(one.step.kind), one.reference, on=one.step.since)
            for one in found.ahead
        ],
        waiting=[_waits(one) for one in found.waiting],
        unsaid=[_unsaid(one) for one in found.unsaid],
    )


def _waits(said: Said) -> MailLine:
    return MailLine(kind_in_words(said.kind), said.reference, at=said.leaves_at)


def _unsaid(said: Said) -> MailLine:
    return MailLine(
        kind_in_words(said.kind), said.reference, on=said.on_day, why=reason_in_words(said.reason)
    )
