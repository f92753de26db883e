"""Answers about a day: the standing day itself, promises, allocations and ledgers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, QuerySet

from collections_app.core.seen import seen
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment
from collections_app.organisation.queries import organisation, today
from collections_app.standing.allocation import Allocated, allocate
from collections_app.standing.loading import (
    load_adjustments,
    load_facts,
    load_invoices,
    load_settling_payments,
)
from collections_app.standing.models import LAPSED, InstalmentStanding, LedgerSums, Touched
from collections_app.standing.settlement import LedgerStanding, settle
from collections_app.standing.states import CommitmentState, standing_of

CHUNK = 500

BALANCES = """
SELECT customer_id, sum(amount)::bigint FROM (
    SELECT customer_id, amount FROM ledger_invoice
    WHERE customer_id = ANY(%(customers)s::bigint[]) AND issued_on <= %(as_of)s
    UNION ALL
    SELECT customer_id, -amount FROM ledger_payment
    WHERE customer_id = ANY(%(customers)s::bigint[]) AND received_on <= %(as_of)s
    UNION ALL
    SELECT customer_id, amount FROM ledger_reversal
    WHERE customer_id = ANY(%(customers)s::bigint[]) AND received_on <= %(as_of)s
    UNION ALL
    SELECT customer_id, -amount FROM ledger_adjustment
    WHERE customer_id = ANY(%(customers)s::bigint[]) AND effective_on <= %(as_of)s
) moved GROUP BY customer_id HAVING sum(amount) > 0
"""


@dataclass(frozen=True, slots=True)
class KeptState:
    """An instalment's kept state, as of the standing day; amounts in minor units."""

    state: str
    received: int
    received_on_time: int
    days_late: int


def standing_day() -> date:
    """The day that pages and kept states stand on; today before the first sweep."""
    return organisation().standing_on or today()


def nothing_touched(ids: Collection[int] | None) -> bool:
    """Whether what is kept says what the facts of these customers (None: of all) say."""
    key = None if ids is None else frozenset(ids)
    touched = Touched.objects.all() if key is None else Touched.objects.filter(customer_id__in=key)
    return seen(("untouched", key), lambda: not touched.exists())


def payments_known_through() -> date | None:
    """The day through which payments are known: as imports said, else the latest one received."""
    said = organisation().payments_complete_through
    if said is not None:
        return said
    latest: date | None = Payment.objects.aggregate(latest=Max("received_on"))["latest"]
    return latest


def kept_states(instalment_ids: Collection[int]) -> dict[int, KeptState]:
    """The kept states of the instalments; one that no refresh has seen yet is left out."""
    day = standing_day()
    rows = InstalmentStanding.objects.filter(instalment__in=instalment_ids).values_list(
        "instalment_id", "state", "received", "received_on_time", "instalment__deadline_on"
    )
    return {
        id_: KeptState(state, received, on_time, (day - deadline).days if state in LAPSED else 0)
        for id_, state, received, on_time, deadline in rows
    }


def commitments_of(
    customers: QuerySet[Customer] | Collection[int], *, on: date
) -> dict[int, list[CommitmentState]]:
    """Rules 4 to 6 for each customer: commitments made by ``on`` by (made-on, reference).

    Worked out from facts alone, for any day.
    """
    return {
        id_: states
        for chunk in chunks(ids_of(customers))
        for id_, facts in load_facts(chunk).items()
        if (states := standing_of(facts, on=on)[1])
    }


def allocations_of(customer_id: int, *, on: date) -> list[Allocated]:
    """Rule 4 for one customer, from facts, in the order of the payments."""
    return allocate(load_facts([customer_id])[customer_id], on=on)


def ledgers_of(
    customers: QuerySet[Customer] | Collection[int], *, on: date
) -> dict[int, LedgerStanding]:
    """Rule 10 for each customer with an invoice issued or a payment received by ``on``."""
    found: dict[int, LedgerStanding] = {}
    for chunk in chunks(ids_of(customers)):
        invoices = load_invoices(chunk, on=on)
        payments = load_settling_payments(chunk, on=on)
        adjustments = load_adjustments(chunk, on=on)
        for id_ in chunk:
            if invoices.get(id_) or payments.get(id_):
                found[id_] = settle(
                    invoices.get(id_, ()), adjustments.get(id_, ()), payments.get(id_, ()), on=on
                )
    return found


def open_balances(customers: QuerySet[Customer] | Collection[int], *, on: date) -> dict[int, int]:
    """What each customer owes as of ``on``, in minor units; none for who owes nothing.

    Rule 10 leaves an invoice open only once all money and adjustments are used up, so that the
    open balance is the sum of invoices less both. One statement, however many customers.
    """
    ids = ids_of(customers)
    if on == organisation().standing_on and nothing_touched(ids):
        return dict(
            LedgerSums.objects.filter(customer__in=ids, open__gt=0).values_list(
                "customer_id", "open"
            )
        )
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"customers": ids, "as_of": on})
        return dict(cursor.fetchall())


def ids_of(customers: QuerySet[Customer] | Collection[int]) -> list[int]:
    """The customers' ids in ascending order."""
    if isinstance(customers, QuerySet):
        return sorted(customers.order_by().values_list("pk", flat=True))
    return sorted(customers)


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Cut ids into lists of at most ``CHUNK``, so that no step holds everything in memory."""
    chunk: list[int] = []
    for id_ in ids:
        chunk.append(id_)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
