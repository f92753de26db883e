"""The verdicts of a selection in statements.

Parameters: those of ``rates_sql``; ``currency`` and ``rating`` (null for all); and for the list a
``week`` (its Monday) and a ``verdict``, null for all, ``limit`` and ``offset``.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.rates_sql import ALLOCATED, JUDGED, OWNED, OWNER, RATED, RATING

VERDICTS: Final = ("kept", "partially_kept", "broken")

_VERDICT: Final = """CASE WHEN j.is_kept THEN 'kept' WHEN j.on_time > 0 THEN 'partially_kept'
        ELSE 'broken' END"""
# Those of a selection; a verdict belongs to the rep and the rating of its deadline.
SHOWN: Final = f"""
shown AS (
    SELECT j.*, c.public_id AS customer, c.code, c.name, c.currency,
        c.owner_id AS portfolio_id, {OWNED} AS owner_id, {_VERDICT} AS verdict,
        COALESCE(NULLIF({RATED}, ''), 'none') AS rating,
        date_trunc('week', j.deadline_on)::date AS week
    FROM judged j JOIN customers_customer c ON c.id = j.customer_id {OWNER} {RATING}
    WHERE j.counts AND (%(currency)s::text IS NULL OR c.currency = %(currency)s::text)
      AND (%(owners)s::bigint[] IS NULL OR {OWNED} = ANY(%(owners)s::bigint[]))
      AND (%(rating)s::text IS NULL OR COALESCE(NULLIF({RATED}, ''), 'none') = %(rating)s::text)
)
"""
WEEKS: Final = f"""
WITH {ALLOCATED}, {JUDGED}, {SHOWN}
SELECT w.name, w.public_id, s.week, {
    ", ".join(
        f"count(*) FILTER (WHERE s.verdict = '{v}') AS {v}, "
        f"COALESCE(sum(s.amount) FILTER (WHERE s.verdict = '{v}'), 0)::bigint AS {v}_amount"
        for v in VERDICTS
    )
}, sum(s.amount)::bigint AS amount, sum(s.on_time)::bigint AS on_time
FROM shown s JOIN accounts_person w ON w.id = s.owner_id
GROUP BY w.id, s.week ORDER BY w.name, w.email COLLATE "C", s.week
"""
LIST: Final = f"""
WITH {ALLOCATED}, {JUDGED}, {SHOWN}
SELECT s.customer, s.code, s.name, w.name AS owner_name, k.reference, i.due_on, s.deadline_on,
    s.amount, s.on_time, s.verdict, count(*) OVER () AS listed
FROM shown s JOIN accounts_person w ON w.id = s.owner_id
JOIN commitments_instalment i ON i.id = s.id JOIN commitments_commitment k ON k.id = i.commitment_id
WHERE (%(week)s::date IS NULL OR s.week = %(week)s::date)
  AND (%(verdict)s::text IS NULL OR s.verdict = %(verdict)s::text)
ORDER BY s.amount - s.on_time DESC, s.deadline_on, s.code COLLATE "C", s.id
LIMIT %(limit)s OFFSET %(offset)s
"""
