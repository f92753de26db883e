"""What an act would do, shown before it is done: it is done for real, looked at, and undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from collections_app.customers.models import Customer
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.queries import allocations_of, commitments_of
from collections_app.standing.states import InstalmentState


@dataclass(frozen=True, slots=True)
class Change:
    """One instalment before and after; ``before`` is None for one that the act makes."""

    reference: str
    before: InstalmentState | None
    after: InstalmentState | None


@dataclass(frozen=True, slots=True)
class Effect:
    """The instalments that change, the month's figures and the unallocated money, both ways.

    ``promise_number`` is that of the promise which the act makes (rule 3), 0 where it makes none.
    """

    changes: tuple[Change, ...]
    figures_before: CustomerFigures | None
    figures_after: CustomerFigures | None
    allocated_before: int
    allocated_after: int
    promise_number: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    numbers: dict[int, int]
    instalments: dict[int, tuple[str, InstalmentState]]
    figures: CustomerFigures | None
    allocated: int


def effect_of(act: Callable[[], object], *, customer: Customer, month: date, on: date) -> Effect:
    """What ``act`` would change of the customer as of ``on``; nothing is kept of it.

    Raises whatever ``act`` raises. The month's figures are those of the month that is shown.
    """
    before = _look(customer, month, on)
    with transaction.atomic():
        act()
        after = _look(customer, month, on)
        transaction.set_rollback(True)
    ids = sorted(
        before.instalments.keys() | after.instalments.keys(),
        key=lambda id_: _order(before, after, id_),
    )
    pairs = ((before.instalments.get(id_), after.instalments.get(id_)) for id_ in ids)
    changes = tuple(
        Change((new or old or ("",))[0], old[1] if old else None, new[1] if new else None)
        for old, new in pairs
        if old is None or new is None or _differs(old[1], new[1])
    )
    made = after.numbers.keys() - before.numbers.keys()
    return Effect(
        changes, before.figures, after.figures, before.allocated, after.allocated,
        max((after.numbers[id_] for id_ in made), default=0),
    )  # fmt: skip


def _look(customer: Customer, month: date, on: date) -> _Seen:
    states = commitments_of([customer.pk], on=on).get(customer.pk, [])
    one = Customer.objects.filter(pk=customer.pk)
    return _Seen(
        {c.commitment.id: c.promise_number for c in states},
        {i.instalment.id: (c.commitment.reference, i) for c in states for i in c.instalments},
        next(iter(customer_figures(month, on=on, customers=one)), None),
        sum(part.amount for part in allocations_of(customer.pk, on=on)),
    )


def _order(before: _Seen, after: _Seen, id_: int) -> tuple[date, int]:
    found = after.instalments.get(id_) or before.instalments[id_]
    return (found[1].instalment.due_on, id_)


def _differs(old: InstalmentState, new: InstalmentState) -> bool:
    return (old.state, old.received) != (new.state, new.received)
