"""Keeping the figures of the standing day's month, and the ledger's sums, beside the states."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from collections_app.commitments.models import Instalment
from collections_app.core.months import first_of, last_of
from collections_app.customers.models import Ownership, RatingChange
from collections_app.ledger.models import Adjustment, Invoice
from collections_app.planning.models import MeasureChange, MonthPlan, TargetChange
from collections_app.standing.figures_sql import (
    BELONGING,
    BELONGING_ROWS,
    COMPUTED,
    KEPT_COLUMNS,
)
from collections_app.standing.month_sql import LEDGER_SUMS

_COLUMNS = (*KEPT_COLUMNS, *BELONGING)
_NAMES = ", ".join(_COLUMNS)
_COMPUTED_NAMES = _NAMES.replace("asked", "COALESCE(asked, '') AS asked")

# What is no longer so goes, what is new or other is written, and what is the same is left alone.
KEEP_FIGURES = f"""
{COMPUTED}, {BELONGING_ROWS},
gone AS (
    DELETE FROM standing_monthfigures k WHERE k.customer_id = ANY(%(customers)s::bigint[])
        AND NOT EXISTS (SELECT 1 FROM rows r WHERE r.customer_id = k.customer_id)
)
INSERT INTO standing_monthfigures AS k (customer_id, month, {_NAMES})
SELECT customer_id, %(month)s, {_COMPUTED_NAMES} FROM belonging
ON CONFLICT (customer_id) DO UPDATE SET month = EXCLUDED.month,
    {", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS)}
WHERE (k.month, {", ".join(f"k.{name}" for name in _COLUMNS)})
    IS DISTINCT FROM (EXCLUDED.month, {", ".join(f"EXCLUDED.{name}" for name in _COLUMNS)})
"""

KEEP_LEDGER = f"""
WITH {LEDGER_SUMS},
gone AS (
    DELETE FROM standing_ledgersums k WHERE k.customer_id = ANY(%(customers)s::bigint[])
        AND NOT EXISTS (SELECT 1 FROM sums l WHERE l.customer_id = k.customer_id)
)
INSERT INTO standing_ledgersums AS k (customer_id, open, unapplied, overdue)
SELECT customer_id, open, unapplied, overdue FROM sums
ON CONFLICT (customer_id) DO UPDATE SET open = EXCLUDED.open, unapplied = EXCLUDED.unapplied,
    overdue = EXCLUDED.overdue
WHERE (k.open, k.unapplied, k.overdue)
    IS DISTINCT FROM (EXCLUDED.open, EXCLUDED.unapplied, EXCLUDED.overdue)
"""


def keep_sums(customer_ids: Collection[int], *, on: date) -> None:
    """Write the customers' month figures and ledger sums as of ``on``, the standing day.

    After their allocations are kept, in the same transaction, their rows locked. Two statements.
    """
    values: dict[str, Any] = {
        "month": first_of(on),
        "month_end": last_of(on),
        "as_of": on,
        "customers": sorted(customer_ids),
        "anew": [],
        "new_instalments": [],
        "new_days": [],
        "new_amounts": [],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP_FIGURES, values)
        cursor.execute(KEEP_LEDGER, values)


def sums_changing(former: date, to: date) -> set[int]:
    """Customers whose month figures or ledger sums differ between the two days by dates alone.

    Beside those whose promises or money do. An invoice is overdue on the day after its due date.
    """

    def within(field: str) -> Q:
        return Q((f"{field}__gt", former), (f"{field}__lte", to))

    due = Q(due_on__gte=former, due_on__lt=to)
    first = Invoice.objects.filter(within("issued_on") | due).values_list("customer_id")
    others = (
        Instalment.objects.filter(within("due_on")).values_list("customer_id"),
        Adjustment.objects.filter(within("effective_on")).values_list("customer_id"),
        Ownership.objects.filter(within("valid_from")).values_list("customer_id"),
        RatingChange.objects.filter(within("valid_from")).values_list("customer_id"),
        TargetChange.objects.filter(within("counts_from")).values_list("plan__customer_id"),
        MeasureChange.objects.filter(within("counts_from")).values_list(
            "measure__plan__customer_id"
        ),
        MonthPlan.objects.filter(
            within("agreed_on") | within("asked_on"), month=first_of(to)
        ).values_list("customer_id"),
    )
    # One statement, which each tick of the clock asks.
    return {id_ for (id_,) in first.union(*others)}
