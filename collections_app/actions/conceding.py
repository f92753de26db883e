"""What a concession makes of what a promise still owes. Pure, but for reading what it owes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from collections_app.commitments.models import Commitment
from collections_app.standing.queries import allocations_of, commitments_of
from collections_app.standing.states import FULFILLED

Parts = Sequence[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Owed:
    """What a promise still owes as of a day: (due date, minor units), earliest first.

    ``today`` is what came on that very day, by due date. A promise that takes its place on the day
    is owed that money too, because it counts to the new one (rule 4).
    """

    parts: list[tuple[date, int]]
    today: list[tuple[date, int]]

    @property
    def amount(self) -> int:
        return sum(amount for _due, amount in self.parts)

    def due_before(self, day: date) -> int:
        """What of it is due before the day."""
        return sum(amount for due, amount in self.parts if due < day)


def owed_of(commitment: Commitment, *, on: date) -> Owed:
    """What the promise still owes at the end of ``on``; nothing once it has ended."""
    states = commitments_of([commitment.customer_id], on=on).get(commitment.customer_id, [])
    found = next((s for s in states if s.commitment.id == commitment.pk), None)
    if found is None or found.commitment.ended(on):
        return Owed([], [])
    due = {i.instalment.id: i.instalment.due_on for i in found.instalments}
    parts = [
        (i.instalment.due_on, i.instalment.amount - i.received)
        for i in found.instalments
        if i.state not in FULFILLED
    ]
    today = [
        (due[part.instalment], part.amount)
        for part in allocations_of(commitment.customer_id, on=on)
        if part.received_on == on and part.instalment in due
    ]
    return Owed(sorted(parts), sorted(today))


def postponed(parts: Parts, amount: int, *, until: date) -> list[tuple[date, int]]:
    """The parts with up to ``amount`` of them due on ``until`` instead, the earliest first.

    Nothing is brought forward, and the sum stays.
    """
    left, kept, moved = amount, [], 0
    for due, part in sorted(parts):
        taken = min(part, left) if due < until else 0
        left, moved = left - taken, moved + taken
        kept.append((due, part - taken))
    return _merged([*kept, (until, moved)])


def lessened(parts: Parts, amount: int) -> list[tuple[date, int]]:
    """The parts less ``amount``, the earliest first, as money would have filled them."""
    left, kept = amount, []
    for due, part in sorted(parts):
        taken = min(part, left)
        left -= taken
        kept.append((due, part - taken))
    return _merged(kept)


def as_terms(parts: Parts, owed: Owed, *, on: date) -> list[tuple[date, int]]:
    """Instalments of the promise that takes the place: the parts, and what came today.

    None is due before ``on``.
    """
    return _merged([(max(due, on), amount) for due, amount in (*parts, *owed.today)])


def _merged(parts: Parts) -> list[tuple[date, int]]:
    """One part for each day, in order, without those of nothing."""
    sums: Counter[date] = Counter()
    for due, amount in parts:
        sums[due] += amount
    return [(due, amount) for due, amount in sorted(sums.items()) if amount]
