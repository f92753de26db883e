"""The words of a morning's mail: what was promised, what came, what is missing, where to look;
and what else there is to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.conf import settings

from collections_app.commitments.models import Instalment
from collections_app.core.display import format_day, format_money
from collections_app.core.money import decimals_of
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.wording import worded
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

    ``rep`` is who looks after the customer, where that is not the reader; else blank.
    """

    customer: str
    code: str
    rep: str
    link: str
    lines: tuple[LapsedLine, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The lapses of one kind of notice, by customer."""

    kind: str
    count: int
    customers: list[CustomerLines]


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One thing to do: the customer, why it is on the list, what is at stake."""

    customer: str
    code: str
    reason: str
    amount: str
    link: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of the month, exact, with its currency; ``than`` is by how much it differs from the
    same day of the month before, blank without one.
    """

    label: str
    amount: str
    than: str


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A customer or rep with what is at risk, exact; ``beside`` says more of it."""

    name: str
    beside: str
    at_risk: str
    link: str


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """How the month of a team stands in one currency, and of whom most is at risk."""

    currency: str
    figures: tuple[FigureLine, ...]
    attainment: str
    coverage: str
    link: str
    customers: tuple[RiskLine, ...]
    reps: tuple[RiskLine, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What a person has to do, the weightiest first; of a manager's team, how the month stands.

    ``count`` is of all things to do; ``lines`` are the first of them. ``requests`` wait to be
    decided. ``month`` is in words, blank where no team is told of.
    """

    count: int = 0
    lines: tuple[DigestLine, ...] = ()
    month: str = ""
    months: tuple[TeamMonth, ...] = ()
    requests: int = 0

    @property
    def more(self) -> int:
        """How many things to do are not named."""
        return self.count - len(self.lines)


# The kinds of what is said in the morning after a sweep, in the order of the mail.
OF_LAPSES: Final = (
    NoticeKind.ESCALATED,
    NoticeKind.LAPSED,
    NoticeKind.NOT_TOLD,
    NoticeKind.CHASE,
)
OF_A_MORNING: Final = frozenset({*OF_LAPSES, NoticeKind.DIGEST})


def word_morning(
    message: Message,
    wanted: Sequence[Notice],
    states: Mapping[int, KeptState],
    digests: Mapping[int, Digest | None],
) -> Rendered:
    """Word what a morning has to say to a person, in the message's language: lapses by why they
    are told, the largest first, then what else there is to do.
    """
    language = message.language
    lapses = [(n, states[n.instalment_id]) for n in wanted if n.instalment_id is not None]
    sections = _sections(lapses, language)
    known = payments_known_through()
    context = {
        "name": message.person.name if message.person else "",
        "sections": sections,
        "first": sections[0] if sections else None,
        "digest": next((d for n in wanted if (d := digests.get(n.pk)) is not None), None),
        "totals": _totals(lapses),
        "known_through": format_day(known, language) if known else "",
        "standing_on": format_day(standing_day(), language),
        "today_link": f"{settings.BASE_URL}/today/",
        "profile_link": f"{settings.BASE_URL}/settings/profile/",
    }
    return worded("morning", context, language=language, count=len(wanted))


Lapses = Sequence[tuple[Notice, KeptState]]


def _sections(lapses: Lapses, language: str) -> list[Section]:
    upcoming = _next_instalments(lapses)
    found = []
    for kind in OF_LAPSES:
        of = [(notice, state) for notice, state in lapses if notice.kind == kind]
        if of:
            found.append(Section(kind.value, len(of), _by_customer(of, upcoming, language)))
    return found


def _totals(lapses: Lapses) -> list[str]:
    """What remains of all, one for each currency: they are never added."""
    remaining = {
        notice.instalment_id: (notice.about.currency, instalment_of(notice).amount - state.received)
        for notice, state in lapses
    }
    totals: dict[str, int] = defaultdict(int)
    for currency, amount in remaining.values():
        totals[currency] += amount
    return [format_money(amount, currency) for currency, amount in sorted(totals.items())]


def instalment_of(notice: Notice) -> Instalment:
    """The instalment of a notice that is about one."""
    assert notice.instalment is not None, "held by a constraint"
    return notice.instalment


def _by_customer(
    lapses: Lapses, upcoming: dict[int, Instalment], language: str
) -> list[CustomerLines]:
    """Customers by what is missing of them, the largest first, and so their instalments."""
    customers = {notice.about.pk: notice.about for notice, _ in lapses}
    lines: dict[int, list[LapsedLine]] = defaultdict(list)
    for notice, state in lapses:
        lines[notice.about.pk].append(_line(notice, state, upcoming, language))
    groups = []
    for id_, of in lines.items():
        of.sort(key=lambda line: (-line.at_stake, line.reference, line.position))
        customer = customers[id_]
        groups.append(
            CustomerLines(
                customer.name,
                customer.code,
                _rep_of(customer, lapses[0][0]),
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


def _next_instalments(lapses: Lapses) -> dict[int, Instalment]:
    """The next instalment of each commitment that is still open, by commitment."""
    commitments = {instalment_of(notice).commitment_id for notice, _ in lapses}
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
