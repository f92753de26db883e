"""The verdicts of a selection in statements.

Statements of rows are those of ``answers_sql.fill_statement``.

Parameters: those of ``rates_sql``; ``currency`` and ``rating`` (null for all); and for the list a
``week`` (its Monday) and a ``verdict``, null for all, ``limit`` and ``offset``.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.answers_sql import CHOSEN, TOP
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
_WHOSE: Final = "s.portfolio_id, s.owner_id, s.rating, s.currency"
_OF: Final = "FILTER (WHERE s.verdict = '{}')"
# By the Monday of the week.
WEEKS: Final = f"""
WITH {ALLOCATED}, {JUDGED}, {SHOWN}
SELECT {_WHOSE}, to_char(s.week, 'YYYY-MM-DD') AS key, ARRAY[
    {", ".join(f"count(*) {_OF.format(v)}" for v in VERDICTS)},
    {", ".join(f"COALESCE(sum(s.amount) {_OF.format(v)}, 0)" for v in VERDICTS)},
    sum(s.amount), sum(s.on_time)]::bigint[] AS sums
FROM shown s GROUP BY {_WHOSE}, s.week
"""
_SUMMED: Final = (*VERDICTS, *(f"{v}_amount" for v in VERDICTS), "amount", "on_time")
# Those with most not in time of each sort, by instalment, with the day, as days since year 1.
MOST_MISSING: Final = f"""
WITH {ALLOCATED}, {JUDGED}, {SHOWN}
SELECT {_WHOSE}, s.id::text AS key, ARRAY[
    s.amount - s.on_time, s.deadline_on - '0001-01-01'::date, s.amount, s.on_time,
    array_position(ARRAY{list(VERDICTS)}, s.verdict)]::bigint[] AS sums
FROM (SELECT s.*, row_number() OVER (PARTITION BY {_WHOSE}
    ORDER BY s.amount - s.on_time DESC, s.deadline_on, s.code COLLATE "C", s.id) AS place
    FROM shown s) s
WHERE s.place <= {TOP}
"""


def weeks_statement(rows: str) -> str:
    """A row per rep and week of what is chosen of the rows of ``WEEKS``, or of those kept."""
    sums = ", ".join(f"sum(f.sums[{n}])::bigint AS {name}" for n, name in enumerate(_SUMMED, 1))
    return f"""
SELECT w.name, w.public_id, f.key::date AS week, {sums}
FROM ({rows}) f JOIN accounts_person w ON w.id = f.owner_id WHERE {CHOSEN}
GROUP BY w.id, f.key ORDER BY w.name, w.email COLLATE "C", f.key
"""


def most_missing_statement(rows: str) -> str:
    """The first of ``LIST``, neither of a week nor of a verdict alone, of those kept one by one."""
    return f"""
WITH most AS MATERIALIZED (
    SELECT f.owner_id, f.key::bigint AS id, f.sums FROM ({rows}) f WHERE {CHOSEN}
    ORDER BY f.sums[1] DESC, f.sums[2] FETCH FIRST {TOP} ROWS WITH TIES
)
SELECT c.public_id AS customer, c.code, c.name, w.name AS owner_name, k.reference, i.due_on,
    i.deadline_on, f.sums[3] AS amount, f.sums[4] AS on_time,
    (ARRAY{list(VERDICTS)})[f.sums[5]] AS verdict, 0 AS listed
FROM most f JOIN accounts_person w ON w.id = f.owner_id
JOIN commitments_instalment i ON i.id = f.id JOIN commitments_commitment k ON k.id = i.commitment_id
JOIN customers_customer c ON c.id = i.customer_id
ORDER BY f.sums[1] DESC, i.deadline_on, c.code COLLATE "C", i.id
LIMIT %(limit)s OFFSET %(offset)s
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
