"""Target, committed and received of one customer, month by month, in one statement (rule 1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from collections_app.core.months import add_months, last_of
from collections_app.standing.figures import allocated_parameters
from collections_app.standing.figures_sql import ALLOCATED, TARGET_IN_FORCE

MONTHS: Final = 12

YEAR = f"""
WITH {ALLOCATED},
months AS (
    SELECT m::date AS month
    FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 month') m
),
targets AS (
    SELECT p.month, {TARGET_IN_FORCE} AS target
    FROM planning_monthplan p
    WHERE p.customer_id = %(customer)s AND p.month BETWEEN %(first)s AND %(last)s
),
promised AS (
    SELECT date_trunc('month', i.due_on)::date AS month, sum(CASE
        WHEN c.ended_on IS NULL OR c.ended_on > %(as_of)s THEN i.amount
        ELSE COALESCE((SELECT sum(a.amount) FROM allocated a WHERE a.instalment_id = i.id), 0)
        END)::bigint AS committed
    FROM commitments_instalment i JOIN commitments_commitment c ON c.id = i.commitment_id
    WHERE i.customer_id = %(customer)s AND c.made_on <= %(as_of)s
      AND i.due_on BETWEEN %(first)s AND %(last_day)s
    GROUP BY 1
),
receipts AS (
    SELECT date_trunc('month', p.received_on)::date AS month,
        sum(p.amount - COALESCE((SELECT sum(r.amount) FROM ledger_reversal r
            WHERE r.payment_id = p.id AND r.received_on <= %(as_of)s), 0))::bigint AS received
    FROM ledger_payment p
    WHERE p.customer_id = %(customer)s
      AND p.received_on BETWEEN %(first)s AND LEAST(%(last_day)s::date, %(as_of)s::date)
    GROUP BY 1
)
SELECT m.month, t.target, COALESCE(c.committed, 0), COALESCE(r.received, 0)
FROM months m LEFT JOIN targets t USING (month) LEFT JOIN promised c USING (month)
LEFT JOIN receipts r USING (month) ORDER BY m.month
"""


@dataclass(frozen=True, slots=True)
class YearMonth:
    """A month in three figures, minor units; ``target`` is None while unplanned."""

    month: date
    target: int | None
    committed: int
    received: int


def year_of(customer_id: int, *, until: date, on: date) -> list[YearMonth]:
    """The twelve months up to the month ``until``, the earliest first, as of the end of ``on``."""
    ids: Collection[int] = [customer_id]
    values = allocated_parameters(ids, on=on) | {
        "customer": customer_id,
        "first": add_months(until, 1 - MONTHS),
        "last": until,
        "last_day": last_of(until),
    }
    with connection.cursor() as cursor:
        cursor.execute(YEAR, values)
        return [YearMonth(*row) for row in cursor.fetchall()]
