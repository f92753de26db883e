"""What is said to a customer's contact: is it still wanted, and in which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collections_app.core.display import format_day, format_money
from collections_app.notices.known import Known, not_lapsed, not_open
from collections_app.notices.manners import OLDEST
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.morning import instalment_of
from collections_app.notices.wording import rendered
from collections_app.organisation.models import ReminderMode
from collections_app.organisation.queries import organisation
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message, MessageState


def customer_gone(notice: Notice, known: Known) -> str | None:
    """Why a customer is not to be told after all; None while it is (rule 9)."""
    instalment = instalment_of(notice)
    is_lapse = notice.kind == NoticeKind.LAPSED
    gone = not_lapsed(notice, known) if is_lapse else not_open(notice, known)
    if gone is not None:
        return gone
    manner = known.manners[notice.about.pk]
    if (why := manner.why_not) is not None:
        return why
    message = notice.message
    assert message is not None, "what is looked at is carried by a message"
    if (notice.contact_id, message.to_address) != manner.whom:
        return "moved"
    waits = message.state == MessageState.AWAITING_APPROVAL
    if manner.mode == ReminderMode.APPROVE and not waits and message.released_by_id is None:
        return "mode"
    if not is_lapse and instalment.due_on < known.day:
        return "too_late"
    if notice.on_day is not None and notice.on_day + OLDEST < known.day:
        return "unreleased" if waits else "too_late"
    through = known.known_through
    if is_lapse and (through is None or through < instalment.deadline_on):
        return "stale_ledger"
    return None


@dataclass(frozen=True, slots=True)
class CourtesyLine:
    """One instalment in words; amounts are exact, with their currency."""

    reference: str
    due_on: str
    promised: str
    received: str
    remaining: str
    is_part_paid: bool


def word_courtesy(
    message: Message, wanted: Sequence[Notice], known: Known, *, with_html: bool = True
) -> Rendered:
    """Word all that a message has to say to a contact, in the message's language.

    Without its HTML where only the plain text is shown.
    """
    language = message.language
    context = _context(wanted, known, language) | {"language": language}
    folder = "lapsed_customer" if context["lapsed"] else "due_soon"
    return rendered(folder, context, language=language, with_html=with_html)


def _context(wanted: Sequence[Notice], known: Known, language: str) -> dict[str, Any]:
    lines: defaultdict[str, list[CourtesyLine]] = defaultdict(list)
    remaining = 0
    for notice in sorted(wanted, key=lambda n: (instalment_of(n).due_on, n.pk)):
        instalment, currency = instalment_of(notice), notice.about.currency
        state = known.states.get(instalment.pk)
        received = state.received if state else 0
        remaining += instalment.amount - received
        lines[notice.kind].append(
            CourtesyLine(
                reference=f"{instalment.commitment.reference} / {instalment.position}",
                due_on=format_day(instalment.due_on, language),
                promised=format_money(instalment.amount, currency),
                received=format_money(received, currency),
                remaining=format_money(instalment.amount - received, currency),
                is_part_paid=received > 0,
            )
        )
    first = wanted[0]
    return {
        "name": _plain(first.contact.name) if first.contact else "",
        "customer": _plain(first.about.name),
        "rep": _plain(first.about.owner.name),
        "rep_address": first.about.owner.email,
        "organisation": _plain(organisation().name),
        "lapsed": lines[NoticeKind.LAPSED],
        "due": lines[NoticeKind.DUE_SOON],
        # All of one customer are in its currency.
        "total": format_money(remaining, first.about.currency) if len(wanted) > 1 else "",
        "known_through": format_day(known.known_through, language) if known.known_through else "",
    }


def _plain(text: str) -> str:
    return " ".join(text.split())
