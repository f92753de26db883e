"""One customer's facts, as plain values: what the pure rules of standing are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class ReversalFact:
    """Money taken back on a day, in minor units."""

    received_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """Money received on a day, in minor units, gross of its reversals."""

    id: int
    reference: str
    received_on: date
    amount: int
    reversals: tuple[ReversalFact, ...] = ()
    pinned_to: int | None = None

    def net(self, on: date) -> int:
        """What is left of it after the reversals received by ``on``."""
        return self.amount - sum(r.amount for r in self.reversals if r.received_on <= on)


@dataclass(frozen=True, slots=True)
class InstalmentFact:
    """One promised amount, in minor units, with its stored deadline and tolerance."""

    id: int
    position: int
    due_on: date
    deadline_on: date
    amount: int
    tolerance: int = 0


@dataclass(frozen=True, slots=True)
class CommitmentFact:
    """A promise: in force on a day if made by it and not ended on or before it (rule 3)."""

    id: int
    reference: str
    made_on: date
    instalments: tuple[InstalmentFact, ...]
    ended_on: date | None = None
    ending: str = ""
    supersedes: int | None = None

    def in_force(self, on: date) -> bool:
        return self.made_on <= on and not self.ended(on)

    def ended(self, on: date) -> bool:
        return self.ended_on is not None and self.ended_on <= on


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """Everything of one customer that promises and their states depend on."""

    payments: tuple[PaymentFact, ...] = field(default=())
    commitments: tuple[CommitmentFact, ...] = field(default=())
