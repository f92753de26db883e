"""The gap dashboard in one statement: totals, groups and customers of the same chosen rows.

Parameters: those of ``figures_sql``; ``working_days`` and ``worked_days`` of the month; ``rating``
(a letter, ``none`` for the unrated, null for all), the ``asked_currency`` and the organisation's
``own_currency``; the ``words`` that the list is searched for (null for none) and their ``letters``,
``limit``, ``offset`` and ``most``, how many of the riskiest.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.figures_sql import AMOUNTS, EXPECTED, FIGURES, KEPT_FIGURES

SUMMED: Final = (*AMOUNTS, "expected")

# A month belongs to the rating of the end of min(day, month end), as it belongs to the rep.
_CHOSEN: Final = f"""
rated AS (
    SELECT f.*, w.name AS owner_name, w.email AS owner_key, w.public_id AS owner_public,
        t.name AS team_name, t.public_id AS team_public, {EXPECTED} AS expected,
        CASE WHEN g.known THEN g.rating ELSE f.rating END AS month_rating
    FROM figures f JOIN accounts_person w ON w.id = f.owner_id
    LEFT JOIN accounts_team t ON t.id = w.team_id
    LEFT JOIN LATERAL (
        SELECT true AS known, r.rating FROM customers_ratingchange r
        WHERE r.customer_id = f.customer_id AND (r.valid_from IS NULL
            OR r.valid_from <= LEAST(%(month_end)s::date, %(as_of)s::date))
        ORDER BY r.valid_from DESC NULLS LAST, r.id DESC LIMIT 1) g ON true
),
chosen AS MATERIALIZED (
    SELECT * FROM rated
    WHERE %(rating)s::text IS NULL OR COALESCE(month_rating, 'none') = %(rating)s::text
),
currencies AS (
    SELECT currency, count(*) AS customers FROM chosen GROUP BY currency
),
money AS (
    SELECT currency FROM currencies
    ORDER BY currency = %(asked_currency)s DESC, currency = %(own_currency)s DESC,
        customers DESC, currency DESC LIMIT 1
),
of_money AS (SELECT c.* FROM chosen c JOIN money m ON m.currency = c.currency)
"""

# What a list can be narrowed to: customers that have any of the figure.
SHOWN: Final = {
    "all": "true",
    **{name: f"{name} <> 0" for name in (*AMOUNTS, "at_risk")},
    "uncovered": "target - committed - measures - unpromised > 0",
    "behind_pace": "received < expected",
}

# What a list can be sorted by; what is missing comes last, ties go by code.
SORTED: Final = {
    "name": "COALESCE(NULLIF(name_pinyin, ''), lower(name)) COLLATE \"C\"",
    "rating": "month_rating",
    **{name: name for name in (*AMOUNTS, "at_risk")},
    "commitment_gap": "target - committed",
    "uncovered": "target - committed - measures - unpromised",
    "collection_gap": "target - received",
    "attainment": "received::numeric / NULLIF(target, 0)",
    "original_attainment": "received::numeric / NULLIF(original_target, 0)",
    "coverage": """CASE WHEN target > 0 THEN
        LEAST(1, (committed + measures + unpromised)::numeric / target) END""",
    "pace": "received::numeric / NULLIF(expected, 0)",
}

# Code or name hold the words, or the pinyin of the name or its initials their letters.
MATCHING: Final = """(%(words)s::text IS NULL
    OR strpos(upper(code), upper(%(words)s::text)) > 0
    OR strpos(upper(name), upper(%(words)s::text)) > 0
    OR strpos(upper(name_pinyin), upper(%(letters)s::text)) > 0
    OR strpos(upper(name_initials), upper(%(letters)s::text)) > 0)"""

_SUMS: Final = ", ".join(f"sum({name})::bigint AS {name}" for name in SUMMED)
_ROW: Final = (
    "customer_id, public_id, code, name, month_rating AS rating, currency, owner_id, owner_name,"
    f" plan_state, asked, {', '.join(AMOUNTS)}, expected"
)


def _groups(key: str, name: str, public_id: str, group: str) -> str:
    return f"""(SELECT json_agg(g ORDER BY g.short + g.lapsed DESC, g.key COLLATE "C")::text FROM (
    SELECT {key} AS key, {name} AS name, {public_id} AS public_id, currency,
        count(*) AS customers, {_SUMS}
    FROM of_money GROUP BY currency{group}) g)"""


TOTAL: Final = _groups("'all'", "'all'", "NULL::uuid", "")
TEAMS: Final = _groups(
    "COALESCE(team_name, '')", "COALESCE(team_name, '')", "team_public", ", team_name, team_public"
)
REPS: Final = _groups(
    "owner_key", "owner_name", "owner_public", ", owner_key, owner_name, owner_public"
)
RATINGS: Final = _groups(
    "COALESCE(month_rating, 'none')", "COALESCE(month_rating, '')", "NULL::uuid", ", month_rating"
)


def _figures(*, is_kept: bool) -> str:
    return f"{KEPT_FIGURES if is_kept else FIGURES}, {_CHOSEN}"


def total_statement(*, is_kept: bool) -> str:
    """The statement of the sums over all that is chosen, of one currency."""
    return f"{_figures(is_kept=is_kept)} SELECT {TOTAL}"


def _listed(show: str, sort: str, descending: bool) -> str:
    order = f'{SORTED[sort]} {"DESC" if descending else "ASC"} NULLS LAST, code COLLATE "C"'
    return f"""
listed AS (
    SELECT {_ROW}, row_number() OVER (ORDER BY {order}) AS place FROM of_money
    WHERE {SHOWN[show]} AND {MATCHING}
)"""


def customers_statement(*, show: str, sort: str, descending: bool, is_kept: bool) -> str:
    """The statement of the customers listed alone, a row each."""
    return f"""{_figures(is_kept=is_kept)}, {_listed(show, sort, descending)}
SELECT {_ROW.replace("month_rating AS rating", "rating")} FROM listed
ORDER BY place LIMIT %(limit)s OFFSET %(offset)s
"""


def gaps_statement(*, show: str, sort: str, descending: bool, is_kept: bool) -> str:
    """The statement of a whole dashboard, so that all of it is of one instant.

    Nothing from outside is interpolated: ``show`` and ``sort`` are keys of the tables above.
    """
    return f"""{_figures(is_kept=is_kept)}, {_listed(show, sort, descending)},
page AS (SELECT * FROM listed ORDER BY place LIMIT %(limit)s OFFSET %(offset)s),
riskiest AS (
    SELECT {_ROW} FROM of_money WHERE at_risk > 0
    ORDER BY at_risk DESC, code COLLATE "C" LIMIT %(most)s
)
SELECT (SELECT json_agg(currency ORDER BY currency)::text FROM currencies),
    {TOTAL}, {TEAMS}, {REPS}, {RATINGS},
    (SELECT json_agg(p ORDER BY place)::text FROM page p), (SELECT count(*) FROM listed),
    (SELECT json_agg(r ORDER BY r.short + r.lapsed DESC, r.code COLLATE "C")::text FROM riskiest r)
"""
