"""The quality of work in a statement: of how many customers a month is planned, agreed, asked for.

Parameters: those of ``figures_sql`` and ``course_sql``. A customer counts who has a target in the
month or owes anything at the end of the day (rule 2). The statement of rows is one of
``answers_sql.fill_statement``.
"""

from __future__ import annotations

from typing import Final

from collections_app.standing.answers_sql import CHOSEN
from collections_app.standing.course_sql import OF_SELECTED, SELECTED
from collections_app.standing.gaps_sql import rated_figures
from collections_app.standing.month_sql import ledger

_OWED: Final = ledger({}).replace("= ANY(%(customers)s::bigint[])", OF_SELECTED)
_WHOSE: Final = "s.portfolio_id, s.owner_id, s.rating, s.currency"
# What is summed of a customer ``f``, who may have no figures in the month.
_SUMMED: Final = {
    "wanted": "count(*)",
    "planned": "count(*) FILTER (WHERE f.plan_state <> 'unplanned')",
    "joint": "count(*) FILTER (WHERE f.plan_state = 'agreed')",
    "asked": "count(*) FILTER (WHERE f.asked IS NOT NULL)",
    "committed": "count(*) FILTER (WHERE f.asked = 'committed')",
    "uncovered": "count(*) FILTER (WHERE f.short > 0)",
    "uncovered_amount": "COALESCE(sum(f.short), 0)",
    "cut": "count(*) FILTER (WHERE f.target < f.original_target)",
    "cut_amount": "COALESCE(sum(GREATEST(f.original_target - f.target, 0)), 0)",
}
NAMES: Final = tuple(_SUMMED)


def work_rows(*, is_kept: bool) -> str:
    """The statement of rows."""
    return f"""
{rated_figures(is_kept=is_kept)}, {SELECTED}, {_OWED}
SELECT {_WHOSE}, '' AS key, ARRAY[{", ".join(_SUMMED.values())}]::bigint[] AS sums
FROM selected s LEFT JOIN rated f ON f.customer_id = s.id
LEFT JOIN ledger l ON l.customer_id = s.id
WHERE f.plan_state <> 'unplanned' OR COALESCE(l.open, 0) > 0
GROUP BY {_WHOSE}
"""


def work_statement(rows: str) -> str:
    """A row per rep of what is chosen of the rows of ``work_rows``, or of those kept."""
    sums = ", ".join(f"sum(f.sums[{n}])::bigint AS {name}" for n, name in enumerate(NAMES, 1))
    return f"""
SELECT w.name, w.public_id, t.name AS team_name, t.public_id AS team_public_id, {sums}
FROM ({rows}) f JOIN accounts_person w ON w.id = f.owner_id
LEFT JOIN accounts_team t ON t.id = w.team_id
WHERE {CHOSEN} GROUP BY w.id, t.id ORDER BY w.name, w.email COLLATE "C"
"""
