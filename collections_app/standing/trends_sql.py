"""Rule 1 for many days at once: the sums of months by rep, each as of a day of its own.

Parameters: the points, a month and its day each, as the arrays ``kinds``, ``months``,
``month_ends`` and ``days``; ``customers``, ``owners`` and ``rating`` (null for all), ``currency``;
customers whose allocations of a day are given, not kept, as ``anew_days`` and ``anew_customers``,
and those allocations as ``new_points``, ``new_instalments``, ``new_days`` and ``new_amounts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from collections_app.standing.answers_sql import CHOSEN
from collections_app.standing.figures_sql import (
    OWNER_OF_MONTH,
    RATING_OF_MONTH,
    TARGET_IN_FORCE,
)
from collections_app.standing.rates_sql import ALLOCATED as ALLOCATED_ONCE
from collections_app.standing.rates_sql import JUDGED
from collections_app.standing.verdicts_sql import SHOWN


def _at_point(piece: str) -> str:
    """The piece as of the day of the point ``o``."""
    return piece.replace("%(month_end)s", "o.month_end").replace("%(as_of)s", "o.as_of")


_OURS: Final = "(%(customers)s::bigint[] IS NULL OR {} = ANY(%(customers)s::bigint[]))"

# A point of the kind ``month`` is a month at its end, of the kind ``early`` at its beginning.
_POINTS: Final = """
points AS MATERIALIZED (
    SELECT * FROM unnest(%(kinds)s::text[], %(months)s::date[], %(month_ends)s::date[],
        %(days)s::date[]) AS t(kind, month, month_end, as_of)
),
anew AS MATERIALIZED (
    SELECT * FROM unnest(%(anew_days)s::date[], %(anew_customers)s::bigint[])
        AS t(as_of, customer_id)
),
given AS MATERIALIZED (
    SELECT * FROM unnest(%(new_points)s::date[], %(new_instalments)s::bigint[],
        %(new_days)s::date[], %(new_amounts)s::bigint[])
        AS t(as_of, instalment_id, received_on, amount)
)
"""


def _filled(name: str, instalments: str, ours: str) -> str:
    """What came on the ``instalments`` i by the day of the point ``o``, kept or given.

    Joined and not looked up for each: what is given is in no index.
    """
    sums = """sum(m.amount) AS came,
        sum(m.amount) FILTER (WHERE m.received_on BETWEEN o.month AND o.month_end) AS in_month"""
    return f"""
{name} AS MATERIALIZED (
    SELECT o.kind, o.month, i.id, {sums}
    FROM {instalments}
    JOIN standing_allocation m ON m.instalment_id = i.id AND m.received_on <= o.as_of
    WHERE {ours} AND NOT EXISTS (
        SELECT FROM anew n WHERE n.as_of = o.as_of AND n.customer_id = i.customer_id)
    GROUP BY o.kind, o.month, i.id
    UNION ALL
    SELECT o.kind, o.month, i.id, {sums}
    FROM {instalments} JOIN given m ON m.instalment_id = i.id AND m.as_of = o.as_of
    WHERE {ours} GROUP BY o.kind, o.month, i.id
)
"""


_COMMITTED: Final = """CASE WHEN c.ended_on IS NULL OR c.ended_on > o.as_of THEN i.amount
            ELSE COALESCE(f.came, 0) END"""
_DUE: Final = "points o JOIN commitments_instalment i ON i.due_on BETWEEN o.month AND o.month_end"

_PROMISED: Final = f"""{_filled("filled", _DUE, _OURS.format("i.customer_id"))},
promised AS (
    SELECT o.kind, o.month, i.customer_id, sum({_COMMITTED})::bigint AS committed,
        sum(CASE WHEN o.kind = 'early' THEN COALESCE(f.in_month, 0) END)::bigint
            AS promised_receipts
    FROM {_DUE} JOIN commitments_commitment c ON c.id = i.commitment_id AND c.made_on <= o.as_of
    LEFT JOIN filled f ON f.kind = o.kind AND f.month = o.month AND f.id = i.id
    WHERE {_OURS.format("i.customer_id")}
    GROUP BY o.kind, o.month, i.customer_id
)
"""

_RECEIPTS: Final = f"""
bounced AS (
    SELECT o.kind, o.month, r.payment_id, sum(r.amount) AS amount
    FROM points o JOIN ledger_reversal r ON r.received_on <= o.as_of
    WHERE {_OURS.format("r.customer_id")}
    GROUP BY o.kind, o.month, r.payment_id
),
receipts AS (
    SELECT o.kind, o.month, p.customer_id, sum(p.amount - COALESCE(b.amount, 0))::bigint AS received
    FROM points o JOIN ledger_payment p
        ON p.received_on BETWEEN o.month AND LEAST(o.month_end, o.as_of)
    LEFT JOIN bounced b ON b.kind = o.kind AND b.month = o.month AND b.payment_id = p.id
    WHERE {_OURS.format("p.customer_id")}
    GROUP BY o.kind, o.month, p.customer_id
)
"""

# Promises that took over from a measure.
_TAKEN: Final = """plans o JOIN planning_measure e ON e.plan_id = o.id
    JOIN commitments_commitment c ON c.measure_id = e.id AND c.made_on <= o.as_of
    JOIN commitments_instalment i ON i.commitment_id = c.id"""
_PLANS: Final = f"""
plans AS (
    SELECT o.kind, o.month, o.month_end, o.as_of, p.customer_id, p.id,
        {_at_point(TARGET_IN_FORCE)} AS target,
        (SELECT t.new_target FROM planning_targetchange t
         WHERE t.plan_id = p.id AND NOT t.is_revision
         ORDER BY t.id DESC LIMIT 1) AS original_target,
        p.asked_on <= o.as_of AS asked, p.agreed_target,
        p.agreed_on <= o.as_of AND p.agreed_with <> '' AND p.agreed_channel <> '' AS agreed
    FROM points o JOIN planning_monthplan p ON p.month = o.month
    WHERE {_OURS.format("p.customer_id")}
),
{_filled("taken", _TAKEN, "o.kind = 'early' AND c.ended_on <= o.as_of")},
taken_over AS MATERIALIZED (
    SELECT o.month, c.measure_id, sum({_COMMITTED})::bigint AS amount
    FROM {_TAKEN} LEFT JOIN taken f ON f.kind = o.kind AND f.month = o.month AND f.id = i.id
    WHERE o.kind = 'early' GROUP BY o.month, c.measure_id
),
counted AS MATERIALIZED (
    SELECT o.kind, o.month, o.customer_id, e.id, now.expected_uplift
    FROM plans o JOIN planning_measure e ON e.plan_id = o.id
    JOIN LATERAL (
        SELECT h.status, h.expected_uplift FROM planning_measurechange h
        WHERE h.measure_id = e.id AND h.counts_from <= o.as_of
        ORDER BY h.counts_from DESC, h.id DESC LIMIT 1) now ON true
    WHERE o.kind = 'early' AND now.status IN ('planned', 'in_progress')
),
measures AS (
    SELECT n.kind, n.month, n.customer_id,
        sum(GREATEST(n.expected_uplift - COALESCE(t.amount, 0), 0))::bigint AS measures
    FROM counted n LEFT JOIN taken_over t ON t.measure_id = n.id
    GROUP BY n.kind, n.month, n.customer_id
)
"""

# Who had a balance at the end of a month: moves are first summed between one point and the next.
_OWING: Final = f"""
moved AS (
    SELECT customer_id, issued_on AS day, amount FROM ledger_invoice
    UNION ALL SELECT customer_id, effective_on, -amount FROM ledger_adjustment
    UNION ALL SELECT customer_id, received_on, -amount FROM ledger_payment
    UNION ALL SELECT customer_id, received_on, amount FROM ledger_reversal
),
ends AS MATERIALIZED (
    SELECT kind, month, row_number() OVER (ORDER BY month) AS place FROM points WHERE kind = 'month'
),
summed AS (
    SELECT m.customer_id, sum(m.amount) AS amount, width_bucket(m.day, (
        SELECT array_agg(as_of + 1 ORDER BY month) FROM points WHERE kind = 'month')) AS place
    FROM moved m WHERE {_OURS.format("m.customer_id")} GROUP BY 1, 3
),
owing AS (
    SELECT e.kind, e.month, s.customer_id, true AS owes
    FROM ends e JOIN summed s ON s.place < e.place
    GROUP BY e.kind, e.month, s.customer_id HAVING sum(s.amount) > 0
)
"""

_RATING: Final = f"COALESCE(NULLIF({_at_point(RATING_OF_MONTH)}, ''), 'none')"
_SUMMED: Final = ("target", "original_target", "committed", "received", "covered")
_COUNTED: Final = ("wanted", "joint", "asked")

# By point. Shares are of those with a plan or a balance (rule 2). Nothing tells PostgreSQL how many
# rows there will be: OFFSET 0 keeps it from comparing each with every customer.
MONTHS: Final = f"""
WITH {_POINTS}, {_PROMISED}, {_RECEIPTS}, {_PLANS}, {_OWING},
rows AS (
    SELECT kind, month, customer_id, COALESCE(p.target, 0) AS target,
        COALESCE(p.original_target, 0) AS original_target, COALESCE(d.committed, 0) AS committed,
        COALESCE(r.received, 0) AS received,
        COALESCE(d.committed, 0) + COALESCE(m.measures, 0) + COALESCE(r.received, 0)
            - COALESCE(d.promised_receipts, 0) AS covered,
        p.target IS NOT NULL OR COALESCE(w.owes, false) AS wanted,
        COALESCE(p.agreed AND p.agreed_target = p.target, false) AS joint,
        COALESCE(p.asked, false) OR d.customer_id IS NOT NULL AS asked
    FROM plans p FULL JOIN promised d USING (kind, month, customer_id)
    FULL JOIN receipts r USING (kind, month, customer_id)
    LEFT JOIN measures m USING (kind, month, customer_id)
    FULL JOIN owing w USING (kind, month, customer_id)
)
SELECT c.owner_id AS portfolio_id, h.owner_id, h.rating, c.currency,
    f.kind || ' ' || to_char(f.month, 'YYYY-MM-DD') AS key,
    ARRAY[{", ".join(f"sum(f.{name})::bigint" for name in _SUMMED)},
        count(*) FILTER (WHERE f.wanted), count(*) FILTER (WHERE f.wanted AND f.joint),
        count(*) FILTER (WHERE f.wanted AND f.asked)] AS sums
FROM rows f JOIN points o ON o.kind = f.kind AND o.month = f.month
JOIN LATERAL (SELECT * FROM customers_customer c WHERE c.id = f.customer_id OFFSET 0) c ON true
JOIN LATERAL (SELECT {_at_point(OWNER_OF_MONTH)} AS owner_id, {_RATING} AS rating) h ON true
WHERE (%(currency)s::text IS NULL OR c.currency = %(currency)s::text)
  AND (%(owners)s::bigint[] IS NULL OR h.owner_id = ANY(%(owners)s::bigint[]))
  AND (%(rating)s::text IS NULL OR h.rating = %(rating)s::text)
GROUP BY 1, 2, 3, 4, 5
"""

# Verdicts of the months by the rep of the deadline, as of ``as_of``: they come after it.
KEPT: Final = f"""
WITH {ALLOCATED_ONCE}, {JUDGED}, {SHOWN}
SELECT s.portfolio_id, s.owner_id, s.rating, s.currency,
    'kept ' || to_char(date_trunc('month', s.deadline_on), 'YYYY-MM-DD') AS key,
    ARRAY[sum(s.amount)::bigint, sum(s.on_time)::bigint] AS sums
FROM shown s GROUP BY 1, 2, 3, 4, 5
"""


def _statement(rows: str, names: Sequence[str]) -> str:
    sums = ", ".join(
        f"sum(f.sums[{place}])::bigint AS {name}" for place, name in enumerate(names, 1)
    )
    return f"""
SELECT split_part(f.key, ' ', 1) AS kind, split_part(f.key, ' ', 2)::date AS month, p.name,
    p.email, p.public_id, t.name AS team_name, t.public_id AS team_public_id, {sums}
FROM ({rows}) f JOIN accounts_person p ON p.id = f.owner_id
LEFT JOIN accounts_team t ON t.id = p.team_id
WHERE {CHOSEN} GROUP BY f.key, p.id, t.id
"""


def months_statement(rows: str) -> str:
    """A row per point and rep, of what is chosen of the rows of ``MONTHS``, or of those kept."""
    return _statement(rows, (*_SUMMED, *_COUNTED))


def verdicts_statement(rows: str) -> str:
    """A row per month and rep, of what is chosen of the rows of ``KEPT``, or of those kept."""
    return _statement(rows, ("judged", "on_time"))
