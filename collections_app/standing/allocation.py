"""Rule 4: which payment fills which instalment. A pure function of one customer's facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from collections_app.standing.facts import (
    CommitmentFact,
    CustomerFacts,
    InstalmentFact,
    PaymentFact,
)


@dataclass(frozen=True, slots=True)
class Allocated:
    """What of one payment fills one instalment, in minor units."""

    payment: int
    instalment: int
    received_on: date
    amount: int


class _Slot:
    """An instalment while it is being filled."""

    __slots__ = ("commitment", "instalment", "rest")

    def __init__(self, commitment: CommitmentFact, instalment: InstalmentFact) -> None:
        self.commitment = commitment
        self.instalment = instalment
        self.rest = instalment.amount


def allocate(facts: CustomerFacts, *, on: date) -> list[Allocated]:
    """Allocate the payments received by ``on``, net of reversals by ``on``, to instalments.

    Payments in order (received-on, reference). A pinned payment fills its instalment first, where
    that one's commitment is in force on the payment's day; the rest fills what is not yet whole of
    commitments in force on that day, in order (due-on, made-on, reference, position). The order of
    the facts given does not matter.
    """
    slots = _slots(facts.commitments, on)
    by_id = {slot.instalment.id: slot for slot in slots}
    result: list[Allocated] = []
    payments = (p for p in facts.payments if p.received_on <= on)
    for payment in sorted(payments, key=lambda p: (p.received_on, p.reference)):
        money = payment.net(on)
        if money <= 0:
            continue
        taken = _fill(payment, money, _pinned_first(payment, by_id, slots))
        result += [Allocated(payment.id, i, payment.received_on, n) for i, n in taken.items()]
        slots = [slot for slot in slots if slot.rest]
    return result


def _slots(commitments: Iterable[CommitmentFact], on: date) -> list[_Slot]:
    slots = [_Slot(c, i) for c in commitments if c.made_on <= on for i in c.instalments]
    slots.sort(
        key=lambda s: (
            s.instalment.due_on,
            s.commitment.made_on,
            s.commitment.reference,
            s.instalment.position,
        )
    )
    return slots


def _pinned_first(
    payment: PaymentFact, by_id: dict[int, _Slot], slots: list[_Slot]
) -> Iterable[_Slot]:
    pinned = by_id.get(payment.pinned_to) if payment.pinned_to is not None else None
    return slots if pinned is None else [pinned, *slots]


def _fill(payment: PaymentFact, money: int, slots: Iterable[_Slot]) -> dict[int, int]:
    """Pour ``money`` into ``slots`` in order; return what each instalment took."""
    taken: dict[int, int] = {}
    day = payment.received_on
    for slot in slots:
        if not slot.rest or not slot.commitment.in_force(day):
            continue
        part = min(money, slot.rest)
        slot.rest -= part
        money -= part
        taken[slot.instalment.id] = taken.get(slot.instalment.id, 0) + part
        if not money:
            break
    return taken
