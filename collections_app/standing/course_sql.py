"""How a month runs and what stands around it: by day, by age, by week. Pieces of statements.

Parameters: those of ``figures_sql``, the ``currency`` and the ``rating`` (null for all).
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.figures_sql import ALLOCATED, OWNER_OF_MONTH
from collections_app.standing.month_sql import ledger

RATING_OF_MONTH: Final = """COALESCE((
        SELECT COALESCE(r.rating, 'none') FROM customers_ratingchange r
        WHERE r.customer_id = c.id AND (r.valid_from IS NULL
            OR r.valid_from <= LEAST(%(month_end)s::date, %(as_of)s::date))
        ORDER BY r.valid_from DESC NULLS LAST, r.id DESC LIMIT 1), c.rating, 'none')"""

# The customers of a selection, whether they have figures in the month or not.
SELECTED: Final = f"""
selected AS MATERIALIZED (
    SELECT c.id, {OWNER_OF_MONTH} AS owner_id FROM customers_customer c
    WHERE c.currency = %(currency)s
      AND (%(customers)s::bigint[] IS NULL OR c.id = ANY(%(customers)s::bigint[]))
      AND (%(owners)s::bigint[] IS NULL OR {OWNER_OF_MONTH} = ANY(%(owners)s::bigint[]))
      AND (%(rating)s::text IS NULL OR {RATING_OF_MONTH} = %(rating)s::text)
)
"""

# What falls due and what came on each day of the month; the days add up to committed and received.
DAYS: Final = f"""
WITH {ALLOCATED}, {SELECTED},
due AS (
    SELECT i.due_on AS day, sum(CASE
        WHEN c.ended_on IS NULL OR c.ended_on > %(as_of)s THEN i.amount
        ELSE COALESCE((SELECT sum(a.amount) FROM allocated a WHERE a.instalment_id = i.id), 0)
        END)::bigint AS amount
    FROM selected s JOIN commitments_instalment i ON i.customer_id = s.id
    JOIN commitments_commitment c ON c.id = i.commitment_id
    WHERE i.due_on BETWEEN %(month)s AND %(month_end)s AND c.made_on <= %(as_of)s
    GROUP BY i.due_on
),
came AS (
    SELECT p.received_on AS day, sum(p.amount - COALESCE((
        SELECT sum(r.amount) FROM ledger_reversal r
        WHERE r.payment_id = p.id AND r.received_on <= %(as_of)s), 0))::bigint AS amount
    FROM selected s JOIN ledger_payment p ON p.customer_id = s.id
    WHERE p.received_on BETWEEN %(month)s AND LEAST(%(month_end)s::date, %(as_of)s::date)
    GROUP BY p.received_on
)
SELECT COALESCE(d.day, c.day) AS day, COALESCE(d.amount, 0) AS due,
    COALESCE(c.amount, 0) AS received
FROM due d FULL JOIN came c ON c.day = d.day ORDER BY 1
"""

_OF_SELECTED: Final = "IN (SELECT id FROM selected)"
_AGES: Final = ledger(
    {
        "overdue": "a.due_on < %(as_of)s",
        **{f"over_{n}": f"a.due_on < %(as_of)s::date - {n}" for n in (30, 60, 90)},
    }
).replace("= ANY(%(customers)s::bigint[])", _OF_SELECTED)

# What is open by age (rule 10), of each rep's customers.
AGES: Final = f"""
WITH {SELECTED}, {_AGES}
SELECT w.name, w.public_id, count(*) FILTER (WHERE l.open > 0) AS customers,
    sum(l.open - l.overdue)::bigint AS not_due, sum(l.overdue - l.over_30)::bigint AS d1_30,
    sum(l.over_30 - l.over_60)::bigint AS d31_60, sum(l.over_60 - l.over_90)::bigint AS d61_90,
    sum(l.over_90)::bigint AS over_90
FROM ledger l JOIN selected s ON s.id = l.customer_id JOIN accounts_person w ON w.id = s.owner_id
GROUP BY w.id HAVING sum(l.open) > 0 ORDER BY sum(l.overdue) DESC, w.name, w.email COLLATE "C"
"""
