"""Rule 7 in statements: what done measures brought of what they were to bring.

Parameters: ``as_of``, ``first`` and ``last`` (months), ``customers`` (ids or null for all); of
those by rep and rating also ``currency``, ``owners``, ``rating``, and ``kind``, each null for all.
Statements of rows are those of ``answers_sql.fill_statement``.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.answers_sql import CHOSEN, TOP
from collections_app.standing.figures_sql import OWNER_OF_MONTH, RATING_OF_MONTH

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
# OFFSET 0 has them looked up once a measure, not once for each person.
def _of_month(piece: str) -> str:
    return piece.replace("%(month_end)s", "(d.month + interval '1 month' - interval '1 day')")


_CHOSEN: Final = f"""
chosen AS (
    SELECT d.*, c.public_id, c.code, c.name, c.currency, c.owner_id AS portfolio_id,
        o.id AS owner_id, w.name AS owner_name, o.rating
    FROM done d JOIN customers_customer c ON c.id = d.customer_id
    JOIN LATERAL (SELECT {_of_month(OWNER_OF_MONTH)} AS id,
        COALESCE(NULLIF({_of_month(RATING_OF_MONTH)}, ''), 'none') AS rating OFFSET 0
    ) o ON true
    JOIN accounts_person w ON w.id = o.id
    WHERE (%(currency)s::text IS NULL OR c.currency = %(currency)s::text)
      AND (%(owners)s::bigint[] IS NULL OR o.id = ANY(%(owners)s::bigint[]))
      AND (%(rating)s::text IS NULL OR o.rating = %(rating)s::text)
      AND (%(kind)s::text IS NULL OR d.kind = %(kind)s::text)
)
"""
_WHOSE: Final = "d.portfolio_id, d.owner_id, d.rating, d.currency"
# Products are kept as whole thousands of millions of millions and the rest.
_LARGE: Final = 10**15
_PRODUCTS: Final = {
    "expected_squares": """COALESCE(sum(d.expected::numeric * d.expected)
        FILTER (WHERE d.realised IS NOT NULL), 0)""",
    "realised_squares": "COALESCE(sum(d.realised::numeric * d.realised), 0)",
    "products": "COALESCE(sum(d.expected::numeric * d.realised), 0)",
}
_SUMMED: Final = ("done", "untold", "expected", "realised", "met")
DONE_SUMS: Final = f"""
WITH {DONE}, {_CHOSEN}
SELECT portfolio_id, owner_id, rating, currency, kind AS key, ARRAY[{", ".join(_SUMMED)},
    {", ".join(f"div({name}, {_LARGE}), mod({name}, {_LARGE})" for name in _PRODUCTS)}
    ]::bigint[] AS sums
FROM (SELECT {_WHOSE}, d.kind, {SUMS}, count(*) FILTER (WHERE d.realised >= d.expected) AS met,
        {", ".join(f"{what} AS {name}" for name, what in _PRODUCTS.items())}
    FROM chosen d GROUP BY {_WHOSE}, d.kind) s
"""
# Those of the latest months, by kind and measure, with the month as days since year 1.
LATEST: Final = f"""
WITH {DONE}, {_CHOSEN}
SELECT {_WHOSE}, d.kind || ' ' || d.id AS key,
    ARRAY[d.month - '0001-01-01'::date, d.expected, d.realised]::bigint[] AS sums
FROM (SELECT d.*, row_number() OVER (PARTITION BY {_WHOSE}, d.kind
    ORDER BY d.month DESC, d.expected DESC, d.code COLLATE "C", d.id) AS place
    FROM chosen d) d
WHERE d.place <= {TOP}
"""
_OF_KIND: Final = "(%(kind)s::text IS NULL OR split_part(f.key, ' ', 1) = %(kind)s::text)"


def groups_statement(rows: str) -> str:
    """By kind, rep, rating and in all, of what is chosen of the rows of ``DONE_SUMS``, or kept."""
    places = enumerate(_SUMMED, 1)
    sums = [f"COALESCE(sum(f.sums[{n}]), 0)::bigint AS {name}" for n, name in places]
    for name, n in zip(_PRODUCTS, range(len(_SUMMED) + 1, 100, 2), strict=False):
        sums.append(f"COALESCE(sum(f.sums[{n}]) * {_LARGE} + sum(f.sums[{n + 1}]), 0) AS {name}")
    return f"""
SELECT CASE GROUPING(f.key, w.email, f.rating) WHEN 3 THEN 'kind' WHEN 5 THEN 'rep'
        WHEN 6 THEN 'rating' ELSE 'all' END AS grouped_by,
    COALESCE(f.key, w.email, NULLIF(f.rating, 'none'),
        CASE WHEN GROUPING(f.rating) = 0 THEN '' ELSE 'all' END) AS key,
    COALESCE(w.name, '') AS name, w.public_id, {", ".join(sums)}
FROM ({rows}) f JOIN accounts_person w ON w.id = f.owner_id WHERE {CHOSEN} AND {_OF_KIND}
GROUP BY GROUPING SETS ((f.key), (w.email, w.name, w.public_id), (f.rating), ())
"""


def latest_statement(rows: str) -> str:
    """The first of ``LIST``, of those kept one by one."""
    return f"""
WITH latest AS MATERIALIZED (
    SELECT f.owner_id, f.rating, split_part(f.key, ' ', 2)::bigint AS id, f.sums
    FROM ({rows}) f WHERE {CHOSEN} AND {_OF_KIND}
    ORDER BY f.sums[1] DESC, f.sums[2] DESC FETCH FIRST {TOP} ROWS WITH TIES
)
SELECT c.public_id, c.code, c.name, w.name AS owner_name, NULLIF(f.rating, 'none') AS rating,
    m.kind, m.description, p.month, f.sums[2] AS expected, f.sums[3] AS realised
FROM latest f JOIN planning_measure m ON m.id = f.id JOIN planning_monthplan p ON p.id = m.plan_id
JOIN customers_customer c ON c.id = p.customer_id JOIN accounts_person w ON w.id = f.owner_id
ORDER BY p.month DESC, f.sums[2] DESC, c.code COLLATE "C", m.id
LIMIT %(limit)s OFFSET %(offset)s
"""


LIST: Final = f"""
WITH {DONE}, {_CHOSEN}
SELECT d.public_id, d.code, d.name, d.owner_name, NULLIF(d.rating, 'none') AS rating, d.kind,
    m.description, d.month, d.expected, d.realised
FROM chosen d JOIN planning_measure m ON m.id = d.id
ORDER BY d.month DESC, d.expected DESC, d.code COLLATE "C", d.id
LIMIT %(limit)s OFFSET %(offset)s
"""
