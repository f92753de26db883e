"""Plain facts for the pure rules, in minor units, mostly in June 2026 (its 1st is a Monday)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from collections_app.standing.allocation import allocate
from collections_app.standing.facts import (
    CommitmentFact,
    CustomerFacts,
    InstalmentFact,
    PaymentFact,
    ReversalFact,
)
from collections_app.standing.states import CommitmentState, InstalmentState, standing_of


def june(day: int) -> date:
    return date(2026, 6, day)


def instalment(
    id_: int,
    amount: int,
    due: date,
    *,
    deadline: date | None = None,
    tolerance: int = 0,
    position: int = 1,
) -> InstalmentFact:
    """Without grace unless a deadline is given."""
    return InstalmentFact(id_, position, due, deadline or due, amount, tolerance)


def commitment(
    id_: int,
    *instalments: InstalmentFact,
    made: date = date(2026, 6, 1),
    ended: date | None = None,
    ending: str = "superseded",
    supersedes: int | None = None,
    reference: str = "",
) -> CommitmentFact:
    return CommitmentFact(
        id=id_,
        reference=reference or f"PTP-{id_}",
        made_on=made,
        instalments=instalments,
        ended_on=ended,
        ending=ending if ended else "",
        supersedes=supersedes,
    )


def payment(
    id_: int,
    amount: int,
    on: date,
    *,
    reversals: Iterable[tuple[date, int]] = (),
    pin: int | None = None,
    reference: str = "",
) -> PaymentFact:
    taken_back = tuple(ReversalFact(day, part) for day, part in reversals)
    return PaymentFact(id_, reference or f"P-{id_}", on, amount, taken_back, pin)


def facts(*of: PaymentFact | CommitmentFact) -> CustomerFacts:
    return CustomerFacts(
        tuple(f for f in of if isinstance(f, PaymentFact)),
        tuple(f for f in of if isinstance(f, CommitmentFact)),
    )


def filled(of: CustomerFacts, *, on: date) -> dict[tuple[int, int], int]:
    """What each payment put into each instalment: (payment, instalment) to amount."""
    return {(part.payment, part.instalment): part.amount for part in allocate(of, on=on)}


def instalment_states(of: CustomerFacts, *, on: date) -> dict[int, InstalmentState]:
    return {i.instalment.id: i for c in standing_of(of, on=on)[1] for i in c.instalments}


def commitment_states(of: CustomerFacts, *, on: date) -> dict[int, CommitmentState]:
    return {c.commitment.id: c for c in standing_of(of, on=on)[1]}
