"""Rules 5 and 6: what became of an instalment and of a commitment, as of a day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from collections_app.standing.allocation import Allocated, allocate
from collections_app.standing.facts import CommitmentFact, CustomerFacts, InstalmentFact
from collections_app.standing.models import LAPSED, State

FULFILLED = frozenset({State.KEPT, State.KEPT_LATE})
SLIPPING = "slipping"


@dataclass(frozen=True, slots=True)
class InstalmentState:
    """An instalment as of a day; amounts in minor units, days are business dates.

    ``verdict`` is None before the deadline has passed, and for a promise ended before it
    unfulfilled. ``changes_on`` is the next day on which the clock alone changes state or verdict.
    """

    instalment: InstalmentFact
    state: State
    verdict: State | None
    received: int
    received_on_time: int
    settled_on: date | None
    days_late: int
    changes_on: date | None


@dataclass(frozen=True, slots=True)
class CommitmentState:
    """A commitment as of a day (rule 6) with its instalments by position."""

    commitment: CommitmentFact
    state: str
    received: int
    promise_number: int
    instalments: tuple[InstalmentState, ...]


def state_of(
    instalment: InstalmentFact,
    commitment: CommitmentFact,
    money: Iterable[Allocated],
    *,
    on: date,
) -> InstalmentState:
    """Rule 5 for one instalment, given what was allocated to it by ``on``."""
    parts = sorted((part for part in money), key=lambda part: part.received_on)
    needed = instalment.amount - instalment.tolerance
    received = sum(part.amount for part in parts)
    on_time = sum(part.amount for part in parts if part.received_on <= instalment.deadline_on)
    state = _state(instalment, commitment, received, on_time, on)
    return InstalmentState(
        instalment=instalment,
        state=state,
        verdict=_verdict(instalment, commitment, on_time, on),
        received=received,
        received_on_time=on_time,
        settled_on=_settled_on(parts, needed),
        days_late=(on - instalment.deadline_on).days if state in LAPSED else 0,
        changes_on=_changes_on(instalment, state, on),
    )


def _changes_on(instalment: InstalmentFact, state: State, on: date) -> date | None:
    """The day after the deadline, while one lies ahead: what is open lapses, what is kept is so."""
    if on > instalment.deadline_on or state not in {State.OPEN, State.KEPT}:
        return None
    return instalment.deadline_on + timedelta(days=1)


def _state(
    instalment: InstalmentFact, commitment: CommitmentFact, received: int, on_time: int, on: date
) -> State:
    needed = instalment.amount - instalment.tolerance
    if on_time >= needed:
        return State.KEPT
    if received >= needed:
        return State.KEPT_LATE
    if commitment.ended(on):
        return State(commitment.ending)
    if on <= instalment.deadline_on:
        return State.OPEN
    return State.PARTIALLY_KEPT if received else State.BROKEN


def _verdict(
    instalment: InstalmentFact, commitment: CommitmentFact, on_time: int, on: date
) -> State | None:
    if on <= instalment.deadline_on:
        return None
    if on_time >= instalment.amount - instalment.tolerance:
        return State.KEPT
    if commitment.ended(instalment.deadline_on):
        return None
    return State.PARTIALLY_KEPT if on_time else State.BROKEN


def _settled_on(parts: list[Allocated], needed: int) -> date | None:
    total = 0
    for part in parts:
        total += part.amount
        if total >= needed:
            return part.received_on
    return None


def commitment_state(
    commitment: CommitmentFact, instalments: Iterable[InstalmentState], *, on: date
) -> str:
    """Rule 6: the first that applies."""
    of = list(instalments)
    states = {i.state for i in of}
    if commitment.ended(on):
        return commitment.ending
    if states <= {State.KEPT}:
        return State.KEPT
    if states <= FULFILLED:
        return State.KEPT_LATE
    if State.OPEN in states:
        return SLIPPING if states & LAPSED else State.OPEN
    return State.PARTIALLY_KEPT if any(i.received for i in of) else State.BROKEN


def standing_of(facts: CustomerFacts, *, on: date) -> tuple[list[Allocated], list[CommitmentState]]:
    """All that one customer's facts mean as of ``on``: allocations, and commitments made by it.

    Commitments in order (made-on, reference).
    """
    allocated = allocate(facts, on=on)
    return allocated, states_of(facts.commitments, allocated, on=on)


def states_of(
    commitments: Iterable[CommitmentFact], allocated: Iterable[Allocated], *, on: date
) -> list[CommitmentState]:
    """What became of the commitments made by ``on``, given all that was allocated to them by it.

    In order (made-on, reference). Those that a commitment replaces must be among them, else its
    promise number is too low.
    """
    by_instalment: dict[int, list[Allocated]] = {}
    for part in allocated:
        by_instalment.setdefault(part.instalment, []).append(part)
    made = [c for c in commitments if c.made_on <= on]
    made.sort(key=lambda c: (c.made_on, c.reference))
    states = {c.id: _instalment_states(c, by_instalment, on) for c in made}
    known = {c.id: c for c in made}
    return [
        CommitmentState(
            commitment=c,
            state=commitment_state(c, states[c.id], on=on),
            received=sum(i.received for i in states[c.id]),
            promise_number=_promise_number(c, known, states, on),
            instalments=states[c.id],
        )
        for c in made
    ]


def _instalment_states(
    commitment: CommitmentFact, by_instalment: Mapping[int, list[Allocated]], on: date
) -> tuple[InstalmentState, ...]:
    ordered = sorted(commitment.instalments, key=lambda i: i.position)
    return tuple(state_of(i, commitment, by_instalment.get(i.id, ()), on=on) for i in ordered)


def _promise_number(
    commitment: CommitmentFact,
    known: Mapping[int, CommitmentFact],
    states: Mapping[int, tuple[InstalmentState, ...]],
    on: date,
) -> int:
    """Rule 3: 1 + the earlier ones of its chain that lapsed, were cancelled or left unfulfilled."""
    number, seen, earlier = 1, {commitment.id}, commitment.supersedes
    while earlier is not None and earlier in known and earlier not in seen:
        seen.add(earlier)
        former = known[earlier]
        lapsed = any(i.state in LAPSED or i.verdict in LAPSED for i in states[earlier])
        unfulfilled = any(i.state not in FULFILLED for i in states[earlier])
        ended = former.ended(on)
        if lapsed or (ended and (former.ending == State.CANCELLED or unfulfilled)):
            number += 1
        earlier = former.supersedes
    return number
