"""Rule 7 in statements: kept rates, regularity and concession rates, for many at once.

Parameters: ``as_of``, ``since`` and ``until`` (both inclusive), ``customers`` (ids or null for
all), ``owners`` (ids or null for all), ``zone``, and those of ``allocated_parameters``.
"""

from __future__ import annotations

from typing import Final

# As ``figures_sql.ALLOCATED``, of the customers alone: what one of them costs does not grow with
# what all others paid.
ALLOCATED = """
allocated AS NOT MATERIALIZED (
    SELECT a.instalment_id, a.received_on, a.amount
    FROM standing_allocation a
    WHERE a.received_on <= %(as_of)s AND a.customer_id <> ALL(%(anew)s::bigint[])
      AND (%(customers)s::bigint[] IS NULL OR a.customer_id = ANY(%(customers)s::bigint[]))
    UNION ALL
    SELECT * FROM unnest(
        %(new_instalments)s::bigint[], %(new_days)s::date[], %(new_amounts)s::bigint[]
    )
)
"""

# ``entered_on`` is the day a person entered the promise, null for one that a file brought: money
# received before it fills the promise, and is left out of rates. A promise that a person ended only
# after the deadline counts as not ended by it, whatever day the end was given.
JUDGED = """
due AS (
    SELECT i.id, i.customer_id, i.commitment_id, i.amount, i.tolerance, i.deadline_on,
        CASE WHEN c.import_record_id IS NULL AND c.entered_by_id IS NOT NULL
            THEN (c.entered_at AT TIME ZONE %(zone)s)::date END AS entered_on,
        COALESCE(c.ended_on <= i.deadline_on AND NOT (c.end_reason <> '' AND COALESCE(
            (c.ended_at AT TIME ZONE %(zone)s)::date > i.deadline_on, false)), false) AS ended
    FROM commitments_instalment i JOIN commitments_commitment c ON c.id = i.commitment_id
    WHERE i.deadline_on >= %(since)s AND i.deadline_on <= %(until)s
      AND i.deadline_on < %(as_of)s AND c.made_on <= %(as_of)s
      AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY(%(customers)s::bigint[]))
),
money AS (
    SELECT d.id, sum(a.amount)::bigint AS on_time,
        COALESCE(sum(a.amount) FILTER (WHERE a.received_on < d.entered_on), 0)::bigint AS early
    FROM due d JOIN allocated a ON a.instalment_id = d.id AND a.received_on <= d.deadline_on
    GROUP BY d.id
),
filled AS (
    SELECT d.id, d.customer_id, d.commitment_id, d.deadline_on, d.amount, d.ended,
        d.amount - d.tolerance AS needed,
        COALESCE(m.on_time, 0) AS on_time, COALESCE(m.early, 0) AS early
    FROM due d LEFT JOIN money m ON m.id = d.id
),
judged AS (
    SELECT f.id, f.customer_id, f.commitment_id, f.deadline_on, f.early,
        f.on_time >= f.needed AS is_kept,
        f.amount - f.early AS amount, f.on_time - f.early AS on_time,
        (f.on_time >= f.needed OR NOT f.ended) AND NOT (f.early > 0 AND f.early >= f.needed)
            AS counts,
        f.ended AND f.on_time < f.needed AS is_renegotiated
    FROM filled f
)
"""

# What helped to keep a promise before it was entered leaves it out of the count; it never adds one.
KEPT_SUMS: Final = """
    COALESCE(sum(j.amount) FILTER (WHERE j.counts), 0)::bigint AS amount,
    COALESCE(sum(j.on_time) FILTER (WHERE j.counts), 0)::bigint AS on_time,
    count(*) FILTER (WHERE j.counts AND NOT (j.is_kept AND j.early > 0)) AS number,
    count(*) FILTER (WHERE j.counts AND j.is_kept AND j.early = 0) AS kept,
    count(*) FILTER (WHERE j.counts AND NOT j.is_kept AND j.on_time = 0) AS broken,
    count(*) FILTER (WHERE j.is_renegotiated) AS renegotiated
"""


# When what was not kept was paid after all, and how manieth promise for the same money each is
# (rule 3): an earlier one counts that lapsed, was cancelled, or was superseded unfulfilled.
RECORD: Final = """
late AS (
    SELECT r.id, min(r.received_on) AS settled_on FROM (
        SELECT f.id, f.needed, a.received_on,
            sum(a.amount) OVER (PARTITION BY f.id ORDER BY a.received_on) AS so_far
        FROM filled f JOIN allocated a ON a.instalment_id = f.id WHERE f.on_time < f.needed) r
    WHERE r.so_far >= r.needed GROUP BY r.id
),
chain (id, earlier, depth) AS (
    SELECT k.id, k.supersedes_id, 1 FROM commitments_commitment k
    WHERE k.supersedes_id IS NOT NULL AND k.id IN (SELECT d.commitment_id FROM due d)
    UNION
    SELECT c.id, k.supersedes_id, c.depth + 1
    FROM chain c JOIN commitments_commitment k ON k.id = c.earlier
    WHERE k.supersedes_id IS NOT NULL AND c.depth < 100
),
failed AS (
    SELECT DISTINCT k.id FROM commitments_commitment k
    JOIN commitments_instalment i ON i.commitment_id = k.id
    JOIN LATERAL (
        SELECT COALESCE(sum(a.amount), 0) AS received,
            COALESCE(sum(a.amount) FILTER (WHERE a.received_on <= i.deadline_on), 0) AS on_time
        FROM allocated a WHERE a.instalment_id = i.id) m ON true
    WHERE k.id IN (SELECT c.earlier FROM chain c) AND (
        (i.deadline_on < %(as_of)s AND m.on_time < i.amount - i.tolerance
            AND COALESCE(k.ended_on > i.deadline_on, true))
        OR (k.ended_on <= %(as_of)s
            AND (k.ending = 'cancelled' OR m.received < i.amount - i.tolerance)))
),
numbered AS (
    SELECT c.id, 1 + count(f.id) AS number
    FROM chain c LEFT JOIN failed f ON f.id = c.earlier GROUP BY c.id
)
"""
_RECORD_JOINED: Final = """LEFT JOIN late l ON l.id = j.id
LEFT JOIN numbered n ON n.id = j.commitment_id"""
_NUMBER: Final = "LEAST(COALESCE(n.number, 1), 3)"
_DAYS: Final = "(l.settled_on - j.deadline_on)"
RECORD_SUMS: Final = f"""
    count(*) FILTER (WHERE j.counts AND l.settled_on IS NOT NULL) AS late,
    COALESCE(sum({_DAYS}) FILTER (WHERE j.counts), 0)::bigint AS late_days,
    COALESCE(sum(j.amount) FILTER (WHERE j.counts AND l.settled_on IS NOT NULL), 0)::bigint
        AS late_amount,
    COALESCE(sum({_DAYS} * j.amount::numeric) FILTER (WHERE j.counts), 0) AS late_amount_days,
    count(*) FILTER (WHERE j.counts AND {_NUMBER} = 2) AS second,
    count(*) FILTER (WHERE j.counts AND {_NUMBER} = 3) AS third
"""


# A verdict belongs to whoever owned the customer at the deadline, and to the rating of that day:
# dated rows as spans, so that they are joined once and not looked up for each instalment.
def _spans(table: str, value: str) -> str:
    return f"""LEFT JOIN (
    SELECT w.customer_id, w.{value} AS value, COALESCE(w.valid_from, '-infinity') AS since,
        COALESCE(lead(w.valid_from) OVER (
            PARTITION BY w.customer_id ORDER BY w.valid_from NULLS FIRST), 'infinity') AS until
    FROM {table} w
    WHERE %(customers)s::bigint[] IS NULL OR w.customer_id = ANY(%(customers)s::bigint[])
) {value} ON {value}.customer_id = j.customer_id
    AND j.deadline_on >= {value}.since AND j.deadline_on < {value}.until
"""


OWNER = _spans("customers_ownership", "owner_id")
RATING = _spans("customers_ratingchange", "rating")
OWNED = "COALESCE(owner_id.value, c.owner_id)"
RATED = """COALESCE(
    CASE WHEN rating.customer_id IS NULL THEN c.rating ELSE rating.value END, '')"""

# by: (key, name, public id), what is joined, what is grouped by, and the order
_GROUPS: Final = {
    "id": ("j.customer_id::text, '', NULL::uuid", "", "j.customer_id", "j.customer_id"),
    "customer": (
        "c.code, c.name, c.public_id",
        "",
        "c.code, c.name, c.public_id",
        """COALESCE(sum(j.amount - j.on_time) FILTER (WHERE j.counts), 0) DESC,
            c.code COLLATE "C" """,
    ),
    "rep": (
        "p.email, p.name, p.public_id",
        f"{OWNER} JOIN accounts_person p ON p.id = {OWNED}",
        "p.email, p.name, p.public_id",
        'p.name, p.email COLLATE "C"',
    ),
    "rating": (f"{RATED}, '', NULL::uuid", RATING, RATED, f"NULLIF({RATED}, '') NULLS LAST"),
    "number": (f"{_NUMBER}::text, '', NULL::uuid", "", _NUMBER, _NUMBER),
    "all": ("'all', 'all', NULL::uuid", "", "", "1"),
}


def kept_statement(by: str, *, of_owners: bool, with_record: bool = False) -> str:
    """Kept rates by customer (a page of them), rep, rating or over all, a row per currency.

    With the record of lateness and promise numbers, by these too.
    """
    columns, joined, group, order = _GROUPS[by]
    owner = OWNER if of_owners and by != "rep" else ""
    where = f"WHERE {OWNED} = ANY(%(owners)s::bigint[])" if of_owners else ""
    group = f"{group}, " if group else ""
    # Nothing from outside is interpolated: the pieces are the constants above.
    page = "LIMIT %(limit)s OFFSET %(offset)s" if by == "customer" else ""
    record = f", {RECORD}" if with_record else ""
    sums = f"{KEPT_SUMS}, {RECORD_SUMS}" if with_record else KEPT_SUMS
    beside = _RECORD_JOINED if with_record else ""
    return f"""WITH RECURSIVE {ALLOCATED}, {JUDGED} {record}
SELECT {columns}, c.currency, {sums}
FROM judged j JOIN customers_customer c ON c.id = j.customer_id {beside} {joined} {owner} {where}
GROUP BY {group}c.currency
HAVING bool_or(j.counts OR j.is_renegotiated)
ORDER BY {order}, c.currency {page}
"""


# A month counts by the agreement in force on its first day, unless that was ended by the agreed
# day, and once three days beyond the agreed day are over.
REGULAR_MONTHS: Final = """
WITH months AS (
    SELECT m::date AS month, (m + interval '1 month' - interval '1 day')::date AS last
    FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 month') m
),
agreed AS (
    SELECT c.id AS customer_id, m.month, a.amount, LEAST(m.month + (a.day - 1), m.last) AS agreed_on
    FROM unnest(%(customers)s::bigint[]) c(id) CROSS JOIN months m
    JOIN LATERAL (
        SELECT r.day, r.amount FROM customers_regularagreement r
        WHERE r.customer_id = c.id AND (r.valid_from IS NULL OR r.valid_from <= m.month)
        ORDER BY r.valid_from DESC NULLS LAST LIMIT 1) a ON a.day IS NOT NULL
)
SELECT g.customer_id, g.month, g.agreed_on, g.amount, COALESCE(x.received, 0)::bigint
FROM agreed g LEFT JOIN LATERAL (
    SELECT sum(p.amount - COALESCE((SELECT sum(v.amount) FROM ledger_reversal v
        WHERE v.payment_id = p.id AND v.received_on <= %(as_of)s), 0)) AS received
    FROM ledger_payment p
    WHERE p.customer_id = g.customer_id
      AND p.received_on BETWEEN g.agreed_on - 3 AND g.agreed_on + 3) x ON true
WHERE g.agreed_on + 3 <= %(as_of)s AND NOT EXISTS (
    SELECT 1 FROM customers_regularagreement e
    WHERE e.customer_id = g.customer_id AND e.day IS NULL
      AND e.valid_from > g.month AND e.valid_from <= g.agreed_on)
ORDER BY g.customer_id, g.month
"""

CONCEDED: Final = """
WITH asked AS (
    SELECT c.currency, count(*) AS number, sum(q.amount)::bigint AS amount
    FROM followups_request q JOIN customers_customer c ON c.id = q.customer_id
    WHERE q.state = 'approved' AND q.kind IN ('postpone', 'reduce', 'accept')
      AND q.decided_on <= %(as_of)s AND q.month BETWEEN %(first)s AND %(last)s
      AND (%(customers)s::bigint[] IS NULL OR q.customer_id = ANY(%(customers)s::bigint[]))
    GROUP BY c.currency
),
planned AS (
    SELECT c.currency, sum((SELECT t.new_target FROM planning_targetchange t
        WHERE t.plan_id = p.id AND (t.counts_from IS NULL OR t.counts_from <= %(as_of)s)
        ORDER BY t.counts_from DESC NULLS LAST, t.id DESC LIMIT 1))::bigint AS target
    FROM planning_monthplan p JOIN customers_customer c ON c.id = p.customer_id
    WHERE p.month BETWEEN %(first)s AND %(last)s
      AND (%(customers)s::bigint[] IS NULL OR p.customer_id = ANY(%(customers)s::bigint[]))
    GROUP BY c.currency
)
SELECT currency, COALESCE(a.number, 0), COALESCE(a.amount, 0), COALESCE(p.target, 0)
FROM asked a FULL JOIN planned p USING (currency) ORDER BY currency
"""
