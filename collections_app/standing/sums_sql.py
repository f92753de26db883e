"""The gap dashboard of what is kept: sums of the answers, and customers as they lie in an index.

Parameters: those of ``answers_sql.parts`` for the question ``sums``, and of ``CHOSEN``; the
``month``, its ``working_days`` and ``worked_days``; and those of ``gaps_sql`` that list.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.answers_sql import CHOSEN_OF_ALL, parts
from collections_app.standing.figures_sql import AMOUNTS, EXPECTED
from collections_app.standing.gaps_sql import MONEY, SUMMED, groups

_UNCOVERED: Final = "f.target - f.committed - f.measures - f.unpromised"
_DERIVED: Final = {
    "short": f"GREATEST({_UNCOVERED}, 0)",
    "surplus": f"GREATEST(-({_UNCOVERED}), 0)",
    "expected": EXPECTED,
}

# The currency chosen is that of ``money``: which are there is to be told as well.
_SUMMED: Final = f"""
summed AS (
    SELECT f.owner_id, f.rating, f.currency, sum(f.sums[1])::bigint AS number,
        {", ".join(f"sum(f.sums[{n}])::bigint AS {name}" for n, name in enumerate(SUMMED, 2))}
    FROM ({parts("sums")}) f WHERE {CHOSEN_OF_ALL}
    GROUP BY f.owner_id, f.rating, f.currency
),
currencies AS (
    SELECT currency, sum(number) AS customers FROM summed GROUP BY currency
),
{MONEY},
of_money AS (
    SELECT s.*, NULLIF(s.rating, 'none') AS month_rating, w.name AS owner_name,
        w.email AS owner_key, w.public_id AS owner_public, t.name AS team_name,
        t.public_id AS team_public
    FROM summed s JOIN money m ON m.currency = s.currency
    JOIN accounts_person w ON w.id = s.owner_id LEFT JOIN accounts_team t ON t.id = w.team_id
)
"""
_GROUPS: Final = groups("sum(number)::bigint")

_AS_JSON: Final = """json_agg(r ORDER BY r.short + r.lapsed DESC, r.code COLLATE "C")::text"""
_PAGE: Final = "LIMIT %(limit)s OFFSET %(offset)s"
# All of them, or none where they are more.
_WHOLE: Final = """LIMIT CASE WHEN (SELECT sum(number) FROM of_money) > %(limit)s THEN 0
        ELSE %(limit)s END"""


def _listed(more: str, limit: str) -> str:
    """Customers by what is at risk, read in that order from an index."""
    amounts = ", ".join(
        f"{_DERIVED.get(name, f'f.{name}')} AS {name}" for name in (*AMOUNTS, "expected")
    )
    return f"""
    SELECT f.customer_id, c.public_id, c.code, c.name, NULLIF(f.rating, '') AS rating, f.currency,
        f.owner_id, w.name AS owner_name, f.plan_state, NULLIF(f.asked, '') AS asked, {amounts}
    FROM standing_monthfigures f JOIN customers_customer c ON c.id = f.customer_id
    JOIN accounts_person w ON w.id = f.owner_id
    WHERE f.month = %(month)s
      AND (%(portfolios)s::bigint[] IS NULL OR f.present_owner_id = ANY(%(portfolios)s::bigint[]))
      AND (%(owners)s::bigint[] IS NULL OR f.owner_id = ANY(%(owners)s::bigint[]))
      AND (%(rating)s::text IS NULL OR COALESCE(NULLIF(f.rating, ''), 'none') = %(rating)s::text)
      AND f.currency = (SELECT currency FROM money){more}
    ORDER BY f.at_risk DESC, c.code {limit}"""


def summed_total_statement() -> str:
    """As ``gaps_sql.total_statement``."""
    return f"WITH {_SUMMED} SELECT {_GROUPS['all']}"


def summed_statement(*, is_whole: bool) -> str:
    """As ``gaps_sql.gaps_statement``; and whether what is kept does not serve.

    It does not while anybody is touched. ``is_whole`` lists all customers, or none where they are
    more than ``limit``.
    """
    return f"""WITH {_SUMMED}
SELECT (SELECT json_agg(currency ORDER BY currency)::text FROM currencies),
    {", ".join(_GROUPS.values())},
    (SELECT {_AS_JSON} FROM ({_listed("", _WHOLE if is_whole else _PAGE)}) r),
    COALESCE((SELECT sum(number)::bigint FROM of_money), 0),
    (SELECT {_AS_JSON} FROM ({_listed(" AND f.at_risk > 0", "LIMIT %(most)s")}) r),
    EXISTS (SELECT 1 FROM standing_touched)
"""
