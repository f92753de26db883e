"""One customer as of the standing day, from what is kept; from facts for any other day.

Kept allocations are those of rule 4, and states follow from them by rule 5: what is answered here
is what ``queries`` works out of all facts, in a time that does not grow with them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Case, F, QuerySet, When

from collections_app.commitments.models import Commitment, Instalment
from collections_app.organisation.queries import organisation
from collections_app.standing.allocation import Allocated
from collections_app.standing.loading import commitment_facts
from collections_app.standing.models import Allocation, State
from collections_app.standing.month_sql import KEPT_LEDGER, LEDGER_SUMS
from collections_app.standing.queries import (
    allocations_of,
    commitments_of,
    nothing_touched,
)
from collections_app.standing.states import CommitmentState, states_of

# The commitments given and all that they replace. UNION drops what was found already.
CHAINS = """
WITH RECURSIVE chain(id) AS (
    SELECT unnest(%(ids)s::bigint[])
    UNION
    SELECT c.supersedes_id FROM commitments_commitment c JOIN chain ON chain.id = c.id
    WHERE c.supersedes_id IS NOT NULL
)
SELECT id FROM chain
"""

# What is due next is read of kept states, so that it is right on the standing day alone.
SUMMARY = """
next AS (
    SELECT i.due_on, i.amount FROM standing_instalmentstanding s
    JOIN commitments_instalment i ON i.id = s.instalment_id
    WHERE s.customer_id = ANY(%(customers)s::bigint[]) AND s.state = 'open'
    ORDER BY i.due_on, i.id LIMIT 1
)
SELECT COALESCE(l.open, 0), COALESCE(l.overdue, 0), COALESCE(l.unapplied, 0),
    (SELECT count(*) FROM commitments_commitment
     WHERE customer_id = ANY(%(customers)s::bigint[]) AND made_on <= %(as_of)s),
    (SELECT due_on FROM next), (SELECT amount FROM next)
FROM (SELECT 1) one LEFT JOIN sums l ON true
"""


@dataclass(frozen=True, slots=True)
class NextPromise:
    """The open instalment that is due first; its whole amount, in minor units."""

    due_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A customer in a few figures: the sums of rule 10 in minor units, and its promises."""

    open: int
    overdue: int
    unapplied: int
    promises: int
    next_promise: NextPromise | None


@dataclass(frozen=True, slots=True)
class Promises:
    """A page of a customer's commitments, latest first, and the money that went to them."""

    states: list[CommitmentState]
    money: list[Allocated]


def summary_of(customer_id: int, *, on: date) -> Summary:
    """Where the customer stands as of the end of ``on``, in one statement on the standing day."""
    with connection.cursor() as cursor:
        sums = KEPT_LEDGER if _is_kept(on) and nothing_touched([customer_id]) else LEDGER_SUMS
        statement = f"WITH {sums}, {SUMMARY}"
        cursor.execute(statement, {"customers": [customer_id], "as_of": on, "month_end": on})
        open_, overdue, unapplied, promises, due_on, amount = cursor.fetchone()
    next_one = NextPromise(due_on, amount) if due_on else None
    if not _is_kept(on):
        next_one = _worked_out_next(customer_id, on)
    return Summary(open_, overdue, unapplied, promises, next_one)


def _worked_out_next(customer_id: int, on: date) -> NextPromise | None:
    states = commitments_of([customer_id], on=on).get(customer_id, [])
    still = [i.instalment for c in states for i in c.instalments if i.state == State.OPEN]
    first = min(still, key=lambda i: (i.due_on, i.id), default=None)
    return NextPromise(first.due_on, first.amount) if first else None


def promises_page(customer_id: int, *, on: date, start: int, limit: int) -> Promises:
    """Rules 4 to 6 for some of the customer's commitments made by ``on``, latest first."""
    if not _is_kept(on):
        states = commitments_of([customer_id], on=on).get(customer_id, [])[::-1]
        shown = states[start : start + limit]
        of = {i.instalment.id for state in shown for i in state.instalments}
        money = [p for p in allocations_of(customer_id, on=on) if p.instalment in of]
        return Promises(shown, money)
    made = Commitment.objects.filter(customer=customer_id, made_on__lte=on)
    latest = made.order_by("-made_on", "-reference").values_list("pk", flat=True)
    ids = set(latest[start : start + limit])
    chain = _with_replaced(ids)
    facts = commitment_facts(
        Commitment.objects.filter(pk__in=chain), Instalment.objects.filter(commitment__in=chain)
    )
    allocated = _kept(Allocation.objects.filter(instalment__commitment__in=chain))
    states = states_of(facts.get(customer_id, ()), allocated, on=on)
    shown = [state for state in reversed(states) if state.commitment.id in ids]
    of = {i.instalment.id for state in shown for i in state.instalments}
    return Promises(shown, [part for part in allocated if part.instalment in of])


def allocated_of(payment_ids: Collection[int], *, customer_id: int, on: date) -> list[Allocated]:
    """What of the payments given went to which instalment, by ``on``."""
    if not _is_kept(on):
        return [p for p in allocations_of(customer_id, on=on) if p.payment in set(payment_ids)]
    return _kept(Allocation.objects.filter(payment__in=payment_ids))


def _is_kept(on: date) -> bool:
    return organisation().standing_on == on


def _kept(rows: QuerySet[Allocation]) -> list[Allocated]:
    """In the order of the payments, and of one payment in that in which it fills instalments."""
    pinned_first = Case(When(payment__pin__instalment=F("instalment"), then=0), default=1)
    ordered = rows.order_by(
        "received_on", "payment__reference", pinned_first, "instalment__due_on",
        "instalment__commitment__made_on", "instalment__commitment__reference",
        "instalment__position",
    )  # fmt: skip
    fields = ("payment_id", "instalment_id", "received_on", "amount")
    return [Allocated(*values) for values in ordered.values_list(*fields)]


def _with_replaced(ids: Collection[int]) -> list[int]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CHAINS, {"ids": sorted(ids)})
        return [row[0] for row in cursor.fetchall()]
