"""The gap dashboard in one statement: totals, groups and customers of the same chosen rows.

Parameters: those of ``figures_sql``; for what is kept, ``portfolios`` (null for all);
``working_days`` and ``worked_days`` of the month; ``rating``
(a letter, ``none`` for the unrated, null for all), the ``asked_currency`` and the organisation's
``own_currency``; the ``words`` that the list is searched for (null for none) and their ``letters``,
``limit``, ``offset`` and ``most``, how many of the riskiest.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.figures_sql import (
    AMOUNTS,
    EXPECTED,
    FIGURES,
    RATING_OF_MONTH,
    kept_figures,
)

SUMMED: Final = (*AMOUNTS, "expected")

# The one currency shown, of ``currencies`` with their numbers of customers.
MONEY: Final = """
money AS (
    SELECT currency FROM currencies
    ORDER BY currency = %(asked_currency)s DESC, currency = %(own_currency)s DESC,
        customers DESC, currency DESC LIMIT 1
)
"""


def _rated(*, is_kept: bool) -> str:
    of_day = RATING_OF_MONTH.replace("c.id", "f.customer_id").replace("c.rating", "f.rating")
    rating = "f.kept_rating" if is_kept else f"NULLIF({of_day}, '')"
    return f"""
rated AS (
    SELECT f.*, w.name AS owner_name, w.email AS owner_key, w.public_id AS owner_public,
        t.name AS team_name, t.public_id AS team_public, {EXPECTED} AS expected,
        {rating} AS month_rating
    FROM figures f JOIN accounts_person w ON w.id = f.owner_id
    LEFT JOIN accounts_team t ON t.id = w.team_id
)
"""


_CHOSEN: Final = f"""
chosen AS MATERIALIZED (
    SELECT * FROM rated
    WHERE %(rating)s::text IS NULL OR COALESCE(month_rating, 'none') = %(rating)s::text
),
currencies AS (
    SELECT currency, count(*) AS customers FROM chosen GROUP BY currency
),
{MONEY},
of_money AS (SELECT c.* FROM chosen c JOIN money m ON m.currency = c.currency)
"""


# What a list can be narrowed to: customers that have any of the figure.
SHOWN: Final = {
    "all": "true",
    **{name: f"{name} <> 0" for name in (*AMOUNTS, "at_risk")},
    "uncovered": "target - committed - measures - unpromised > 0",
    "target_cut": "target < original_target",
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


def groups(customers: str) -> dict[str, str]:
    """The sums over ``of_money`` in all, by team, rep and rating; ``customers`` counts them."""
    return {
        "all": _group(customers, "'all'", "'all'", "NULL::uuid", ""),
        "team": _group(
            customers,
            "COALESCE(team_name, '')",
            "COALESCE(team_name, '')",
            "team_public",
            ", team_name, team_public",
        ),
        "rep": _group(
            customers,
            "owner_key",
            "owner_name",
            "owner_public",
            ", owner_key, owner_name, owner_public",
        ),
        "rating": _group(
            customers,
            "COALESCE(month_rating, 'none')",
            "COALESCE(month_rating, '')",
            "NULL::uuid",
            ", month_rating",
        ),
    }


def _group(customers: str, key: str, name: str, public_id: str, group: str) -> str:
    return f"""(SELECT json_agg(g ORDER BY g.short + g.lapsed DESC, g.key COLLATE "C")::text FROM (
    SELECT {key} AS key, {name} AS name, {public_id} AS public_id, currency,
        {customers} AS customers, {_SUMS}
    FROM of_money GROUP BY currency{group}) g)"""


_GROUPS: Final = groups("count(*)")


# What is kept is read by whose the customers are, without naming each.
_KEPT: Final = kept_figures("""
      AND (%(portfolios)s::bigint[] IS NULL
        OR k.present_owner_id = ANY(%(portfolios)s::bigint[]))""")


def _figures(*, is_kept: bool) -> str:
    return f"{rated_figures(is_kept=is_kept)}, {_CHOSEN}"


def rated_figures(*, is_kept: bool) -> str:
    """``rated``: every customer's figures, with whom and what they belong to."""
    return f"{_KEPT if is_kept else FIGURES}, {_rated(is_kept=is_kept)}"


def total_statement(*, is_kept: bool) -> str:
    """The statement of the sums over all that is chosen, of one currency."""
    return f"{_figures(is_kept=is_kept)} SELECT {_GROUPS['all']}"


def sums_statement(*, is_kept: bool) -> str:
    """Rows for ``answers_sql.fill_statement``: numbers of customers, then what is ``SUMMED``."""
    sums = ", ".join(f"sum({name})::bigint" for name in SUMMED)
    return f"""{rated_figures(is_kept=is_kept)}
SELECT present_owner_id AS portfolio_id, owner_id, COALESCE(month_rating, 'none') AS rating,
    currency, '' AS key, ARRAY[count(*), {sums}] AS sums
FROM rated GROUP BY 1, 2, 3, 4"""


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
    {", ".join(_GROUPS.values())},
    (SELECT json_agg(p ORDER BY place)::text FROM page p), (SELECT count(*) FROM listed),
    (SELECT json_agg(r ORDER BY r.short + r.lapsed DESC, r.code COLLATE "C")::text FROM riskiest r)
"""
