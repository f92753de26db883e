"""The words of a message: what was promised, what came, what is missing, where to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from collections_app.commitments.models import Instalment
from collections_app.core.display import format_day, format_money
from collections_app.notices.models import Notice
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message
from collections_app.standing.queries import KeptState, payments_known_through, standing_day


@dataclass(frozen=True, slots=True)
class LapsedLine:
    """One lapsed instalment in words; amounts are exact, with their currency."""

    customer: str
    code: str
    reference: str
    position: int
    due_on: str
    promised: str
    received: str
    remaining: str
    is_part_paid: bool
    days_late: int
    next_instalment: str
    link: str
    at_stake: int


@dataclass(frozen=True, slots=True)
class Total:
    """What is missing in one currency; currencies are never added."""

    remaining: str


def word_lapsed(message: Message, wanted: Sequence[tuple[Notice, KeptState]]) -> Rendered:
    """Word lapsed promises for a rep, the largest first, in the message's language."""
    language = message.language
    upcoming = _next_instalments(wanted)
    lines = [_line(notice, state, upcoming, language) for notice, state in wanted]
    lines.sort(key=lambda line: (-line.at_stake, line.code, line.reference, line.position))
    totals: dict[str, int] = defaultdict(int)
    for notice, state in wanted:
        totals[notice.customer.currency] += notice.instalment.amount - state.received
    known = payments_known_through()
    context = {
        "name": message.person.name if message.person else "",
        "lines": lines,
        "count": len(lines),
        "totals": [Total(format_money(amount, c)) for c, amount in sorted(totals.items())],
        "known_through": format_day(known, language) if known else "",
        "standing_on": format_day(standing_day(), language),
        "base_url": settings.BASE_URL,
        "language": language,
    }
    with translation.override(language):
        return Rendered(
            subject=" ".join(render_to_string("emails/lapsed/subject.txt", context).split()),
            text=render_to_string("emails/lapsed/body.txt", context),
            html=render_to_string("emails/lapsed/body.html", context),
        )


def _next_instalments(wanted: Sequence[tuple[Notice, KeptState]]) -> dict[int, Instalment]:
    """The next instalment of each commitment that is still to fall due, by commitment."""
    commitments = {notice.instalment.commitment_id for notice, _ in wanted}
    coming = Instalment.objects.filter(
        commitment__in=commitments, due_on__gt=standing_day()
    ).order_by("-due_on", "-position")
    return {instalment.commitment_id: instalment for instalment in coming}


def _line(
    notice: Notice, state: KeptState, upcoming: dict[int, Instalment], language: str
) -> LapsedLine:
    instalment, customer = notice.instalment, notice.customer
    commitment = instalment.commitment
    following = upcoming.get(commitment.pk)
    missing = instalment.amount - state.received
    link = f"{settings.BASE_URL.rstrip('/')}/customers/{customer.public_id}/?tab=commitments"
    return LapsedLine(
        customer=customer.name,
        code=customer.code,
        reference=commitment.reference,
        position=instalment.position,
        due_on=format_day(instalment.due_on, language),
        promised=format_money(instalment.amount, customer.currency),
        received=format_money(state.received, customer.currency),
        remaining=format_money(missing, customer.currency),
        is_part_paid=state.received > 0,
        days_late=state.days_late,
        next_instalment=""
        if following is None
        else f"{format_day(following.due_on, language)} · "
        f"{format_money(following.amount, customer.currency)}",
        link=link,
        at_stake=missing,
    )
