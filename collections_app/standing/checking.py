"""Kept standing against standing computed from nothing."""

from __future__ import annotations

from datetime import date

from django.db import connection

from collections_app.core.months import first_of
from collections_app.customers.models import Customer
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import parameters_of
from collections_app.standing.figures_sql import (
    BELONGING,
    BELONGING_ROWS,
    COMPUTED,
    KEPT_COLUMNS,
)
from collections_app.standing.loading import load_facts
from collections_app.standing.models import Allocation, InstalmentStanding
from collections_app.standing.month_sql import LEDGER_SUMS
from collections_app.standing.operations import WRITTEN, values_of
from collections_app.standing.queries import chunks, ids_of
from collections_app.standing.states import standing_of

_KEPT = ", ".join(f"k.{name}" for name in (*KEPT_COLUMNS, *BELONGING))
_ROWS = _KEPT.replace("k.", "r.").replace("r.asked", "COALESCE(r.asked, '')")
DIFFERING_FIGURES = f"""
{COMPUTED}, {BELONGING_ROWS}
SELECT COALESCE(r.customer_id, k.customer_id) FROM belonging r
FULL JOIN standing_monthfigures k ON k.customer_id = r.customer_id
WHERE r.customer_id IS NULL OR k.customer_id IS NULL
    OR (k.month, {_KEPT}) IS DISTINCT FROM (%(month)s, {_ROWS})
"""
DIFFERING_LEDGER = f"""
WITH {LEDGER_SUMS}
SELECT COALESCE(r.customer_id, k.customer_id) FROM sums r
FULL JOIN standing_ledgersums k ON k.customer_id = r.customer_id
WHERE r.customer_id IS NULL OR k.customer_id IS NULL
    OR (k.open, k.unapplied, k.overdue) IS DISTINCT FROM (r.open, r.unapplied, r.overdue)
"""


def differing_from_computed() -> list[int]:
    """Ids of customers whose kept allocations or states are not those of the standing day."""
    day = organisation().standing_on
    if day is None:
        return []
    wrong: list[int] = []
    sums = _sums_of(day)
    for chunk in chunks(ids_of(Customer.objects.all())):
        kept_money: dict[int, set[tuple[int, int, int]]] = {id_: set() for id_ in chunk}
        for customer_id, *part in Allocation.objects.filter(customer__in=chunk).values_list(
            "customer_id", "payment_id", "instalment_id", "amount"
        ):
            kept_money[customer_id].add((part[0], part[1], part[2]))
        kept_states: dict[int, dict[int, dict[str, object]]] = {id_: {} for id_ in chunk}
        for row in InstalmentStanding.objects.filter(customer__in=chunk):
            kept_states[row.customer_id][row.pk] = {name: getattr(row, name) for name in WRITTEN}
        for id_, facts in load_facts(chunk).items():
            allocated, commitments = standing_of(facts, on=day)
            money = {(part.payment, part.instalment, part.amount) for part in allocated}
            states = {i.instalment.id: values_of(i) for c in commitments for i in c.instalments}
            if money != kept_money[id_] or states != kept_states[id_] or id_ in sums:
                wrong.append(id_)
    return wrong


def _sums_of(day: date) -> set[int]:
    """Ids of customers whose kept month figures or ledger sums are not those of the facts."""
    everybody = ids_of(Customer.objects.all())
    values = parameters_of(first_of(day), on=day, customers=everybody, owners=None)
    wrong: set[int] = set()
    with connection.cursor() as cursor:
        for statement in (DIFFERING_FIGURES, DIFFERING_LEDGER):
            cursor.execute(statement, values)
            wrong |= {row[0] for row in cursor.fetchall()}
    return wrong
