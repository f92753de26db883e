"""Rule 7 in statements: kept rates, regularity, realised and concession rates, for many at once.

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
    SELECT i.id, i.customer_id, i.amount, i.tolerance, i.deadline_on,
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
    SELECT d.id, d.customer_id, d.deadline_on, d.amount, d.ended, d.amount - d.tolerance AS needed,
        COALESCE(m.on_time, 0) AS on_time, COALESCE(m.early, 0) AS early
    FROM due d LEFT JOIN money m ON m.id = d.id
),
judged AS (
    SELECT f.id, f.customer_id, f.deadline_on, f.early, f.on_time >= f.needed AS is_kept,
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
    "all": ("'all', 'all', NULL::uuid", "", "", "1"),
}


def kept_statement(by: str, *, of_owners: bool) -> str:
    """Kept rates by customer, rep, rating or over all, a row per currency; a page of them."""
    columns, joined, group, order = _GROUPS[by]
    owner = OWNER if of_owners and by != "rep" else ""
    where = f"WHERE {OWNED} = ANY(%(owners)s::bigint[])" if of_owners else ""
    group = f"{group}, " if group else ""
    # Nothing from outside is interpolated: the pieces are the constants above.
    return f"""WITH {ALLOCATED}, {JUDGED}
SELECT {columns}, c.currency, {KEPT_SUMS}
FROM judged j JOIN customers_customer c ON c.id = j.customer_id {joined} {owner} {where}
GROUP BY {group}c.currency
HAVING bool_or(j.counts OR j.is_renegotiated)
ORDER BY {order}, c.currency LIMIT %(limit)s OFFSET %(offset)s
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

REALISED: Final = """
SELECT m.kind, c.currency, count(*) FILTER (WHERE m.realised_uplift IS NOT NULL) AS done,
    count(*) FILTER (WHERE m.realised_uplift IS NULL) AS untold,
    COALESCE(sum(s.expected_uplift) FILTER (WHERE m.realised_uplift IS NOT NULL), 0)::bigint
        AS expected,
    COALESCE(sum(m.realised_uplift), 0)::bigint AS realised
FROM planning_measure m JOIN planning_monthplan p ON p.id = m.plan_id
JOIN customers_customer c ON c.id = p.customer_id
JOIN LATERAL (
    SELECT h.status, h.expected_uplift FROM planning_measurechange h
    WHERE h.measure_id = m.id AND h.counts_from <= %(as_of)s
    ORDER BY h.counts_from DESC, h.id DESC LIMIT 1) s ON s.status = 'done'
WHERE p.month BETWEEN %(first)s AND %(last)s
  AND (%(customers)s::bigint[] IS NULL OR p.customer_id = ANY(%(customers)s::bigint[]))
GROUP BY m.kind, c.currency ORDER BY m.kind, c.currency
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
