"""Rule 7 in statements: what done measures brought of what they were to bring.

Parameters: ``as_of``, ``first`` and ``last`` (months), ``customers`` (ids or null for all); of
those by rep and rating also ``currency``, ``owners``, ``rating``, and ``kind``, each null for all.
"""

from __future__ import annotations

from typing import Final

DONE: Final = """
done AS (
    SELECT m.id, m.kind, p.month, p.customer_id, s.expected_uplift AS expected,
        m.realised_uplift AS realised
    FROM planning_measure m JOIN planning_monthplan p ON p.id = m.plan_id
    JOIN LATERAL (
        SELECT h.status, h.expected_uplift FROM planning_measurechange h
        WHERE h.measure_id = m.id AND h.counts_from <= %(as_of)s
        ORDER BY h.counts_from DESC, h.id DESC LIMIT 1) s ON s.status = 'done'
    WHERE p.month BETWEEN %(first)s AND %(last)s
      AND (%(customers)s::bigint[] IS NULL OR p.customer_id = ANY(%(customers)s::bigint[]))
)
"""
# Of those that say what they brought; others are only counted.
SUMS: Final = """
    count(d.realised) AS done, count(*) - count(d.realised) AS untold,
    COALESCE(sum(d.expected) FILTER (WHERE d.realised IS NOT NULL), 0)::bigint AS expected,
    COALESCE(sum(d.realised), 0)::bigint AS realised
"""
REALISED: Final = f"""
WITH {DONE}
SELECT d.kind, c.currency, {SUMS}
FROM done d JOIN customers_customer c ON c.id = d.customer_id
GROUP BY d.kind, c.currency ORDER BY d.kind, c.currency
"""

# A measure belongs to the rep and the rating of its month, as the month's figures do (rule 11).
_END: Final = """LEAST((d.month + interval '1 month' - interval '1 day')::date, %(as_of)s::date)"""
_CHOSEN: Final = f"""
chosen AS (
    SELECT d.*, c.public_id, c.code, c.name, c.currency, w.name AS owner_name, w.email,
        w.public_id AS owner, COALESCE(g.rating, '') AS rating
    FROM done d JOIN customers_customer c ON c.id = d.customer_id
    JOIN LATERAL (SELECT COALESCE((
        SELECT o.owner_id FROM customers_ownership o
        WHERE o.customer_id = c.id AND (o.valid_from IS NULL OR o.valid_from <= {_END})
        ORDER BY o.valid_from DESC NULLS LAST, o.id DESC LIMIT 1), c.owner_id) AS id) o ON true
    JOIN accounts_person w ON w.id = o.id
    JOIN LATERAL (SELECT CASE WHEN r.known THEN r.rating ELSE c.rating END AS rating FROM (
        SELECT 1) one LEFT JOIN LATERAL (
        SELECT true AS known, r.rating FROM customers_ratingchange r
        WHERE r.customer_id = c.id AND (r.valid_from IS NULL OR r.valid_from <= {_END})
        ORDER BY r.valid_from DESC NULLS LAST, r.id DESC LIMIT 1) r ON true) g ON true
    WHERE c.currency = %(currency)s
      AND (%(owners)s::bigint[] IS NULL OR o.id = ANY(%(owners)s::bigint[]))
      AND (%(rating)s::text IS NULL
        OR COALESCE(NULLIF(g.rating, ''), 'none') = %(rating)s::text)
      AND (%(kind)s::text IS NULL OR d.kind = %(kind)s::text)
)
"""
GROUPS: Final = f"""
WITH {DONE}, {_CHOSEN}
SELECT CASE GROUPING(d.kind, d.email, d.rating) WHEN 3 THEN 'kind' WHEN 5 THEN 'rep'
        WHEN 6 THEN 'rating' ELSE 'all' END AS grouped_by,
    COALESCE(d.kind, d.email, d.rating, 'all') AS key, COALESCE(d.owner_name, '') AS name,
    d.owner AS public_id, {SUMS},
    count(*) FILTER (WHERE d.realised >= d.expected) AS met,
    COALESCE(sum(d.expected::numeric * d.expected) FILTER (WHERE d.realised IS NOT NULL), 0)
        AS expected_squares,
    COALESCE(sum(d.realised::numeric * d.realised), 0) AS realised_squares,
    COALESCE(sum(d.expected::numeric * d.realised), 0) AS products
FROM chosen d
GROUP BY GROUPING SETS ((d.kind), (d.email, d.owner_name, d.owner), (d.rating), ())
"""
LIST: Final = f"""
WITH {DONE}, {_CHOSEN}
SELECT d.public_id, d.code, d.name, d.owner_name, d.rating, d.kind, m.description, d.month,
    d.expected, d.realised, count(*) OVER () AS listed
FROM chosen d JOIN planning_measure m ON m.id = d.id
ORDER BY d.month DESC, d.expected DESC, d.code COLLATE "C", d.id
LIMIT %(limit)s OFFSET %(offset)s
"""
