"""A customer's promises as its page shows them: what became of each, and by which money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from collections_app.commitments.models import Commitment, Instalment
from collections_app.ledger.models import Payment
from collections_app.standing.allocation import Allocated
from collections_app.standing.facts import InstalmentFact
from collections_app.standing.models import State
from collections_app.standing.states import CommitmentState, InstalmentState

SOON_DAYS = 5


@dataclass(frozen=True, slots=True)
class MoneyPart:
    """What one payment brought to one instalment, in minor units."""

    payment: str
    received_on: date
    amount: int
    promise: str


@dataclass(frozen=True, slots=True)
class InstalmentLine:
    """An instalment as of a day. Part-paid and overdue are two facts: both are said."""

    state: InstalmentState
    key: str
    due_in: int
    money: tuple[MoneyPart, ...]

    @property
    def fact(self) -> InstalmentFact:
        return self.state.instalment

    @property
    def is_part_paid(self) -> bool:
        """Before its deadline an instalment may be open and part-paid."""
        return self.state.state == State.OPEN and self.state.received > 0

    @property
    def is_shut(self) -> bool:
        return self.state.state in {State.SUPERSEDED, State.CANCELLED}


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """A commitment with its instalments; ``replaces`` and ``replaced_by`` are references."""

    row: Commitment
    state: CommitmentState
    lines: tuple[InstalmentLine, ...]
    replaces: str
    replaced_by: tuple[str, ...]

    @property
    def amount(self) -> int:
        return sum(line.fact.amount for line in self.lines)

    @property
    def is_ended(self) -> bool:
        return self.state.state in {State.SUPERSEDED, State.CANCELLED}


def money_parts(allocated: Iterable[Allocated]) -> list[tuple[Allocated, MoneyPart]]:
    """Each allocation with the references of its payment and its promise."""
    parts = list(allocated)
    payments = Payment.objects.filter(pk__in={part.payment for part in parts})
    references = dict(payments.values_list("pk", "reference"))
    instalments = Instalment.objects.filter(pk__in={part.instalment for part in parts})
    promises = dict(instalments.values_list("pk", "commitment__reference"))
    return [
        (
            part,
            MoneyPart(
                references[part.payment], part.received_on, part.amount, promises[part.instalment]
            ),
        )
        for part in parts
    ]


def promise_cards(
    states: list[CommitmentState], allocated: Iterable[Allocated], *, on: date
) -> list[PromiseCard]:
    """The commitments given, in their order, each with what of the money went to it."""
    money: dict[int, list[MoneyPart]] = {}
    for source, part in money_parts(allocated):
        money.setdefault(source.instalment, []).append(part)
    ids = [state.commitment.id for state in states]
    rows = Commitment.objects.filter(pk__in=ids).select_related("supersedes", "evidence")
    heirs = rows.prefetch_related("superseded_by").in_bulk()
    return [_card(heirs[state.commitment.id], state, money, on) for state in states]


def _card(
    row: Commitment, state: CommitmentState, money: Mapping[int, list[MoneyPart]], on: date
) -> PromiseCard:
    lines = tuple(
        InstalmentLine(
            state=i,
            key=_key(i, on),
            due_in=(i.instalment.due_on - on).days,
            money=tuple(money.get(i.instalment.id, ())),
        )
        for i in state.instalments
    )
    later = sorted(heir.reference for heir in row.superseded_by.all() if heir.made_on <= on)
    replaces = row.supersedes.reference if row.supersedes else ""
    return PromiseCard(row, state, lines, replaces, tuple(later))


def _key(line: InstalmentState, on: date) -> str:
    """The badge of an instalment: open ones say whether they are due soon or in their grace."""
    if line.state != State.OPEN:
        return line.state
    left = (line.instalment.due_on - on).days
    if left < 0:
        return "in_grace"
    return "due_soon" if left <= SOON_DAYS else "open"
