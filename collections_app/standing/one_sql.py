"""The statements of standing for one customer, made of those for many.

A rule has one home, the statement for many customers; here it is narrowed to one by its key. Of
one the planner knows how few rows there are, where an array of keys leaves it guessing, and the
statement is the same for each customer, so that it is planned once. They read what is kept, and so
serve the standing day alone.

Parameters: ``customer`` in place of ``customers`` and of all that tells of several; else those of
the statements for many.
"""

from __future__ import annotations

import re
from typing import Final

from collections_app.standing.figures_sql import (
    FIGURE_ROWS,
    FIGURES,
    FILLED_OF_GIVEN,
    GIVEN_PARTS,
    KEPT_FIGURES,
    OR_GIVEN,
)
from collections_app.standing.kept import SUMMARY
from collections_app.standing.month_sql import KEPT_LEDGER
from collections_app.standing.rates_sql import (
    ALLOCATED,
    CONCEDED,
    JUDGED,
    KEPT_SUMS,
    REGULAR_MONTHS,
)
from collections_app.standing.year import YEAR

_MANY: Final = r"%\(customers\)s::bigint\[\]"
_OWNERS: Final = r"%\(owners\)s::bigint\[\]"
_NEW: Final = (
    r"%\(new_instalments\)s::bigint\[\], %\(new_days\)s::date\[\], %\(new_amounts\)s::bigint\[\]"
)
# What a statement says of many customers, and what that is for one.
_NARROWED: Final = (
    (rf"\({_MANY} IS NULL OR ([a-z.]*\w+) = ANY\({_MANY}\)\)", r"\1 = %(customer)s"),
    (rf"([a-z.]*\w+) = ANY\({_MANY}\)", r"\1 = %(customer)s"),
    (rf"unnest\({_MANY}\) c\(id\)", "(SELECT %(customer)s::bigint AS id) c"),
    # On the standing day nobody's allocations differ from what is kept.
    (r" AND a\.customer_id <> ALL\(%\(anew\)s::bigint\[\]\)", ""),
    (rf"\s+UNION ALL\s+SELECT \* FROM unnest\(\s*{_NEW}\s*\)", ""),
    *((re.escape(given), "") for given in (GIVEN_PARTS, OR_GIVEN, FILLED_OF_GIVEN)),
    (rf"\s+WHERE {_OWNERS} IS NULL OR o\.owner_id = ANY\({_OWNERS}\)", ""),
)  # fmt: skip
_OF_SEVERAL: Final = ("%(customers)s", "%(anew)s", "%(new_", "%(owners)s")


def of_one(statement: str) -> str:
    """The statement for many customers, narrowed to the one of the parameter ``customer``."""
    for many, one in _NARROWED:
        statement = re.sub(many, one, statement)
    left = [name for name in _OF_SEVERAL if name in statement]
    assert not left, f"still of several customers: {left}"
    return statement


# The months of the window of concessions end before today, those of the year where one looks.
_CONCEDED = re.sub(r"%\((first|last)\)s", r"%(window_\1)s", of_one(CONCEDED))
PAST: Final = f"""
SELECT (SELECT json_agg(y ORDER BY y.month)
        FROM ({of_one(YEAR)}) y(month, target, committed, received)),
    (SELECT json_agg(c) FROM ({_CONCEDED}) c(currency, number, conceded, target))
"""

# The windows of the kept rate end on the same day, so that the longest holds the others.
_KEPT_BY_WINDOW = f"""
WITH {of_one(ALLOCATED)}, {of_one(JUDGED)}
SELECT w.months, {KEPT_SUMS}
FROM unnest(%(windows)s::bigint[], %(starts)s::date[]) w(months, since)
JOIN judged j ON j.deadline_on >= w.since
GROUP BY w.months HAVING bool_or(j.counts OR j.is_renegotiated)
"""

_FIRST_CONTACT = """
SELECT name, phone, email FROM customers_contact
WHERE customer_id = %(customer)s ORDER BY is_primary DESC, id LIMIT 1
"""
_LAST_CONTACT = """
SELECT on_day, outcome, channel, next_on FROM followups_followup
WHERE customer_id = %(customer)s AND on_day <= %(as_of)s
ORDER BY on_day DESC, at DESC, id DESC LIMIT 1
"""
_HOLD = """
SELECT h.public_id, h.kind, h.note, h.ends_on, w.name AS entered_by
FROM customers_hold h JOIN accounts_person w ON w.id = h.entered_by_id
WHERE h.customer_id = %(customer)s AND h.starts_on <= %(as_of)s AND h.ends_on >= %(as_of)s
    AND (h.lifted_on IS NULL OR h.lifted_on > %(as_of)s)
ORDER BY h.ends_on DESC, h.id DESC LIMIT 1
"""


def head_statement(*, is_kept: bool) -> str:
    """All that the head of a customer's page shows, in one row; the month's figures as kept or not.

    Columns: whether the customer is touched (what is kept is then not to be used), figures, sums,
    kept rates, regular months, first contact, last contact, hold; each as JSON, null for nothing.
    """
    figures = of_one(KEPT_FIGURES if is_kept else FIGURES) + FIGURE_ROWS
    return f"""
SELECT EXISTS (SELECT 1 FROM standing_touched WHERE customer_id = %(customer)s),
    (SELECT to_json(f) FROM ({figures}) f),
    (SELECT to_json(s) FROM (WITH {of_one(KEPT_LEDGER)}, {of_one(SUMMARY)})
        s(open, overdue, unapplied, promises, next_on, next_amount)),
    (SELECT json_agg(k) FROM ({_KEPT_BY_WINDOW}) k),
    (SELECT json_agg(r ORDER BY r.month) FROM ({of_one(REGULAR_MONTHS)})
        r(customer_id, month, agreed_on, amount, received)),
    (SELECT to_json(c) FROM ({_FIRST_CONTACT}) c),
    (SELECT to_json(l) FROM ({_LAST_CONTACT}) l),
    (SELECT to_json(h) FROM ({_HOLD}) h)
"""


HEAD_KEPT: Final = head_statement(is_kept=True)
HEAD_OF_MONTH: Final = head_statement(is_kept=False)
