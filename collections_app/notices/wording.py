"""The words of a message: what was promised, what came, what is missing, where to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from collections_app.commitments.models import Instalment
from collections_app.core.display import format_day, format_money
from collections_app.core.money import decimals_of
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message
from collections_app.standing.models import State
from collections_app.standing.queries import KeptState, payments_known_through, standing_day


@dataclass(frozen=True, slots=True)
class LapsedLine:
    """One lapsed instalment in words; amounts are exact, with their currency.

    ``at_stake`` orders only: whole units of whatever currency.
    """

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
    at_stake: Decimal


@dataclass(frozen=True, slots=True)
class CustomerLines:
    """A customer's lapsed instalments, the largest first.

    ``rep`` is who looks after the customer, where the reader stands in for them; else blank.
    """

    customer: str
    code: str
    rep: str
    link: str
    lines: tuple[LapsedLine, ...]


def word_lapsed(message: Message, wanted: Sequence[tuple[Notice, KeptState]]) -> Rendered:
    """Word lapsed promises for a rep, the largest first, in the message's language."""
    language = message.language
    upcoming = _next_instalments(wanted)
    groups = _by_customer(wanted, upcoming, language)
    totals: dict[str, int] = defaultdict(int)
    for notice, state in wanted:
        totals[notice.about.currency] += instalment_of(notice).amount - state.received
    known = payments_known_through()
    context = {
        "name": message.person.name if message.person else "",
        "customers": groups,
        "count": len(wanted),
        # One for each currency: they are never added.
        "totals": [format_money(amount, c) for c, amount in sorted(totals.items())],
        "known_through": format_day(known, language) if known else "",
        "standing_on": format_day(standing_day(), language),
        "language": language,
    }
    with translation.override(language):
        return Rendered(
            subject=" ".join(render_to_string("emails/lapsed/subject.txt", context).split()),
            text=render_to_string("emails/lapsed/body.txt", context),
            html=render_to_string("emails/lapsed/body.html", context),
        )


def instalment_of(notice: Notice) -> Instalment:
    """The instalment of a notice that is about one."""
    assert notice.instalment is not None, "held by a constraint"
    return notice.instalment


def _by_customer(
    wanted: Sequence[tuple[Notice, KeptState]], upcoming: dict[int, Instalment], language: str
) -> list[CustomerLines]:
    """Customers by what is missing of them, the largest first, and so their instalments."""
    customers = {notice.about.pk: notice.about for notice, _ in wanted}
    lines: dict[int, list[LapsedLine]] = defaultdict(list)
    for notice, state in wanted:
        lines[notice.about.pk].append(_line(notice, state, upcoming, language))
    groups = []
    for id_, of in lines.items():
        of.sort(key=lambda line: (-line.at_stake, line.reference, line.position))
        customer = customers[id_]
        groups.append(
            CustomerLines(
                customer.name,
                customer.code,
                _rep_of(customer, wanted[0][0]),
                _customer_link(customer),
                tuple(of),
            )
        )
    return sorted(groups, key=lambda group: (-_at_stake(group.lines), group.code))


def _rep_of(customer: Customer, notice: Notice) -> str:
    return "" if customer.owner_id == notice.person_id else customer.owner.name


def _at_stake(lines: Iterable[LapsedLine]) -> Decimal:
    return sum((line.at_stake for line in lines), Decimal(0))


def _customer_link(customer: Customer) -> str:
    return f"{settings.BASE_URL}/customers/{customer.public_id}/?tab=commitments"


def _next_instalments(wanted: Sequence[tuple[Notice, KeptState]]) -> dict[int, Instalment]:
    """The next instalment of each commitment that is still open, by commitment."""
    commitments = {instalment_of(notice).commitment_id for notice, _ in wanted}
    coming = Instalment.objects.filter(
        commitment__in=commitments, standing__state=State.OPEN
    ).order_by("-due_on", "-position")
    return {instalment.commitment_id: instalment for instalment in coming}


def _line(
    notice: Notice, state: KeptState, upcoming: dict[int, Instalment], language: str
) -> LapsedLine:
    instalment, currency = instalment_of(notice), notice.about.currency
    commitment = instalment.commitment
    missing = instalment.amount - state.received
    return LapsedLine(
        reference=commitment.reference,
        position=instalment.position,
        due_on=format_day(instalment.due_on, language),
        promised=format_money(instalment.amount, currency),
        received=format_money(state.received, currency),
        remaining=format_money(missing, currency),
        is_part_paid=state.received > 0,
        days_late=state.days_late,
        next_instalment=_next_in_words(upcoming.get(commitment.pk), currency, language),
        link=f"{_customer_link(notice.about)}#commitment-{commitment.public_id}",
        at_stake=Decimal(missing).scaleb(-decimals_of(currency)),
    )


def _next_in_words(following: Instalment | None, currency: str, language: str) -> str:
    if following is None:
        return ""
    return f"{format_day(following.due_on, language)} · {format_money(following.amount, currency)}"
