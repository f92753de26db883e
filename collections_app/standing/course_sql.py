"""How a month runs and what stands around it: by day, by age, by week. Pieces of statements.

Parameters: those of ``figures_sql``, the ``currency`` and the ``rating`` (null for all). Statements
of rows are those of ``answers_sql.fill_statement``.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.answers_sql import CHOSEN
from collections_app.standing.figures_sql import ALLOCATED, OWNER_OF_MONTH, RATING_OF_MONTH
from collections_app.standing.month_sql import ledger

_RATING: Final = f"COALESCE(NULLIF({RATING_OF_MONTH}, ''), 'none')"

# The customers of a selection, whether they have figures in the month or not.
SELECTED: Final = f"""
selected AS MATERIALIZED (
    SELECT c.id, c.owner_id AS portfolio_id, {OWNER_OF_MONTH} AS owner_id, {_RATING} AS rating,
        c.currency
    FROM customers_customer c
    WHERE (%(currency)s::text IS NULL OR c.currency = %(currency)s::text)
      AND (%(customers)s::bigint[] IS NULL OR c.id = ANY(%(customers)s::bigint[]))
      AND (%(owners)s::bigint[] IS NULL OR {OWNER_OF_MONTH} = ANY(%(owners)s::bigint[]))
      AND (%(rating)s::text IS NULL OR {_RATING} = %(rating)s::text)
)
"""
_WHOSE: Final = "s.portfolio_id, s.owner_id, s.rating, s.currency"

# What falls due and what came on each day of the month; the days add up to committed and received.
DAYS: Final = f"""
WITH {ALLOCATED}, {SELECTED},
due AS (
    SELECT {_WHOSE}, i.due_on AS day, sum(CASE
        WHEN c.ended_on IS NULL OR c.ended_on > %(as_of)s THEN i.amount
        ELSE COALESCE((SELECT sum(a.amount) FROM allocated a WHERE a.instalment_id = i.id), 0)
        END)::bigint AS amount
    FROM selected s JOIN commitments_instalment i ON i.customer_id = s.id
    JOIN commitments_commitment c ON c.id = i.commitment_id
    WHERE i.due_on BETWEEN %(month)s AND %(month_end)s AND c.made_on <= %(as_of)s
    GROUP BY {_WHOSE}, i.due_on
),
came AS (
    SELECT {_WHOSE}, p.received_on AS day, sum(p.amount - COALESCE((
        SELECT sum(r.amount) FROM ledger_reversal r
        WHERE r.payment_id = p.id AND r.received_on <= %(as_of)s), 0))::bigint AS amount
    FROM selected s JOIN ledger_payment p ON p.customer_id = s.id
    WHERE p.received_on BETWEEN %(month)s AND LEAST(%(month_end)s::date, %(as_of)s::date)
    GROUP BY {_WHOSE}, p.received_on
)
SELECT portfolio_id, owner_id, rating, currency, to_char(day, 'YYYY-MM-DD') AS key,
    ARRAY[COALESCE(d.amount, 0), COALESCE(c.amount, 0)] AS sums
FROM due d FULL JOIN came c USING (portfolio_id, owner_id, rating, currency, day)
"""


def days_statement(rows: str) -> str:
    """The days of what is chosen of the rows of ``DAYS``, or of those kept."""
    return f"""
SELECT f.key::date AS day, sum(f.sums[1])::bigint AS due, sum(f.sums[2])::bigint AS received
FROM ({rows}) f WHERE {CHOSEN} GROUP BY f.key ORDER BY f.key
"""


OF_SELECTED: Final = "IN (SELECT id FROM selected)"
_AGES: Final = ledger(
    {
        "overdue": "a.due_on < %(as_of)s",
        **{f"over_{n}": f"a.due_on < %(as_of)s::date - {n}" for n in (30, 60, 90)},
    }
).replace("= ANY(%(customers)s::bigint[])", OF_SELECTED)

# What is open by age (rule 10): customers who owe, what is not due, and by days past due.
AGES: Final = f"""
WITH {SELECTED}, {_AGES}
SELECT {_WHOSE}, '' AS key, ARRAY[count(*) FILTER (WHERE l.open > 0),
    sum(l.open - l.overdue)::bigint, sum(l.overdue - l.over_30)::bigint,
    sum(l.over_30 - l.over_60)::bigint, sum(l.over_60 - l.over_90)::bigint,
    sum(l.over_90)::bigint] AS sums
FROM ledger l JOIN selected s ON s.id = l.customer_id GROUP BY {_WHOSE}
"""


def ages_statement(rows: str) -> str:
    """What is open of each rep's customers, most overdue first, of the rows of ``AGES`` or kept."""
    names = ("customers", "not_due", "d1_30", "d31_60", "d61_90", "over_90")
    sums = [f"sum(f.sums[{place}])::bigint" for place in range(1, len(names) + 1)]
    columns = ", ".join(f"{what} AS {name}" for what, name in zip(sums, names, strict=True))
    return f"""
SELECT w.name, w.public_id, {columns}
FROM ({rows}) f JOIN accounts_person w ON w.id = f.owner_id WHERE {CHOSEN}
GROUP BY w.id HAVING {" + ".join(sums[1:])} > 0
ORDER BY {" + ".join(sums[2:])} DESC, w.name, w.email COLLATE "C"
"""
