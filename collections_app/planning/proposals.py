"""What target to propose for a customer's month, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MONTHS_OF_AVERAGE = 3


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """What a proposal rests on, in minor units; ``one`` is how many of them a whole unit has.

    ``due`` is what is open and falls due by the end of the month, ``overdue`` the part of it that
    already was; ``received`` what came in over the last three months.
    """

    due: int = 0
    overdue: int = 0
    regular_amount: int | None = None
    regular_day: int | None = None
    received: int = 0
    one: int = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """A target, and the reason: ``due``, ``regular``, ``average`` or ``last_month``."""

    amount: int
    reason: str


def propose(facts: ProposalFacts) -> Proposal | None:
    """What is due, else the regular payment, else the average received; None where nothing is.

    An average is rounded down to whole units of the currency, and below one is none.
    """
    if facts.due > 0:
        return Proposal(facts.due, "due")
    if facts.regular_amount:
        return Proposal(facts.regular_amount, "regular")
    average = facts.received // MONTHS_OF_AVERAGE // facts.one * facts.one
    return Proposal(average, "average") if average > 0 else None
