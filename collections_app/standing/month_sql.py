"""Every customer of a month in one statement: figures of rule 1, ledger of rule 10, a page of both.

Parameters: those of ``figures_sql``; ``limit``; ``last_month`` and ``last_month_end``; the working
days of the month, ``working_days``, and those gone by, ``worked_days``; and the key after which the
page begins, as ``after_currency``, ``after_value`` and ``after_code``, the code being null for the
first page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collections_app.standing.figures_sql import (
    AMOUNTS,
    EXPECTED,
    FIGURES,
    KEPT_FIGURES,
    OWNER_OF_MONTH,
    receipts,
)

# Rule 10 in sums. What names an invoice settles it first; what is left settles the oldest due
# first, so it takes off what is overdue before all else. Only a rest of the adjustments has to be
# spread invoice by invoice, since payments that name one find what the adjustments left of it.
# ``due`` is what is open and falls due by ``month_end``, whoever asks for it.
_LEDGER = """
issued AS (
    SELECT i.customer_id, i.number, i.issued_on, i.due_on, i.amount
    FROM ledger_invoice i
    WHERE i.issued_on <= %(as_of)s AND i.customer_id = ANY(%(customers)s::bigint[])
),
adjusted AS (
    SELECT a.customer_id, a.invoice_number AS number, sum(a.amount)::bigint AS amount
    FROM ledger_adjustment a
    WHERE a.effective_on <= %(as_of)s AND a.customer_id = ANY(%(customers)s::bigint[])
    GROUP BY a.customer_id, a.invoice_number
),
adjusted_rest AS (
    SELECT a.customer_id, sum(a.amount - LEAST(a.amount, COALESCE(i.amount, 0))) AS amount
    FROM adjusted a LEFT JOIN ledger_invoice i ON i.number = a.number
        AND i.customer_id = a.customer_id AND i.issued_on <= %(as_of)s
    GROUP BY a.customer_id
    HAVING sum(a.amount - LEAST(a.amount, COALESCE(i.amount, 0))) > 0
),
adjusted_by_name AS NOT MATERIALIZED (
    SELECT i.customer_id, i.number, i.issued_on, i.due_on,
        GREATEST(0, i.amount - COALESCE(a.amount, 0)) AS amount
    FROM issued i LEFT JOIN adjusted a ON a.customer_id = i.customer_id AND a.number = i.number
),
after_adjustments AS (
    SELECT n.customer_id, n.number, n.due_on, n.amount FROM adjusted_by_name n
    WHERE n.customer_id NOT IN (SELECT r.customer_id FROM adjusted_rest r)
    UNION ALL
    SELECT n.customer_id, n.number, n.due_on, GREATEST(0, LEAST(n.amount, sum(n.amount) OVER (
        PARTITION BY n.customer_id ORDER BY n.due_on, n.issued_on, n.number) - r.amount))::bigint
    FROM adjusted_by_name n JOIN adjusted_rest r ON r.customer_id = n.customer_id
),
paid AS (
    SELECT p.customer_id, p.invoice_number AS number,
        sum(p.amount - COALESCE(b.amount, 0))::bigint AS amount
    FROM ledger_payment p LEFT JOIN (
        SELECT r.payment_id, sum(r.amount)::bigint AS amount FROM ledger_reversal r
        WHERE r.received_on <= %(as_of)s AND r.customer_id = ANY(%(customers)s::bigint[])
        GROUP BY r.payment_id) b ON b.payment_id = p.id
    WHERE p.received_on <= %(as_of)s AND p.customer_id = ANY(%(customers)s::bigint[])
    GROUP BY p.customer_id, p.invoice_number
),
paid_by_name AS (
    SELECT a.customer_id, sum(LEAST(a.amount, COALESCE(p.amount, 0))) AS taken,
        sum(a.amount) AS amount{columns}
    FROM after_adjustments a LEFT JOIN (SELECT * FROM paid WHERE number <> '') p
        ON p.customer_id = a.customer_id AND p.number = a.number
    GROUP BY a.customer_id
),
ledger AS (
    SELECT n.customer_id, GREATEST(0, n.amount - COALESCE(p.amount, 0))::bigint AS open,
        GREATEST(0, COALESCE(p.amount, 0) - n.amount)::bigint AS unapplied{left}
    FROM paid_by_name n
    LEFT JOIN (SELECT customer_id, sum(amount) AS amount FROM paid GROUP BY customer_id) p
        ON p.customer_id = n.customer_id
)
"""


def ledger(cuts: Mapping[str, str]) -> str:
    """What is open and unapplied, and by name what of it fell due as a condition on ``a`` says.

    A condition takes the oldest: what settles without naming an invoice settles the oldest first.
    """
    columns = "".join(
        f""",
        COALESCE(sum(GREATEST(0, a.amount - COALESCE(p.amount, 0))) FILTER (WHERE {cut}), 0)
            AS {name}"""
        for name, cut in cuts.items()
    )
    left = "".join(
        f""",
        GREATEST(0, n.{name} - (COALESCE(p.amount, 0) - n.taken))::bigint AS {name}"""
        for name in cuts
    )
    return _LEDGER.replace("{columns}", columns).replace("{left}", left)


LEDGER = ledger({"overdue": "a.due_on < %(as_of)s", "due": "a.due_on <= %(month_end)s"})

# The same with what is unapplied of those who have no invoice.
LEDGER_SUMS = f"""{LEDGER},
sums AS (
    SELECT COALESCE(l.customer_id, p.customer_id) AS customer_id, COALESCE(l.open, 0) AS open,
        COALESCE(l.unapplied, p.amount, 0) AS unapplied, COALESCE(l.overdue, 0) AS overdue
    FROM ledger l FULL JOIN (
        SELECT customer_id, sum(amount)::bigint AS amount FROM paid GROUP BY customer_id) p
        ON p.customer_id = l.customer_id
)
"""

# As of the standing day, where nothing is touched.
KEPT_LEDGER = """
sums AS (
    SELECT k.customer_id, k.open, k.unapplied, k.overdue FROM standing_ledgersums k
    WHERE k.customer_id = ANY(%(customers)s::bigint[])
)
"""

# The month before.
ASIDE = f"""{receipts("last_receipts", "last_month", "last_month_end")},
last_plans AS (
    SELECT p.customer_id, p.target FROM planning_monthplan p
    WHERE p.month = %(last_month)s AND p.target IS NOT NULL
      AND p.customer_id = ANY(%(customers)s::bigint[])
)
"""

LINES = f"""
all_lines AS (
    SELECT c.id AS customer_id, c.public_id, c.code, c.name, c.rating, c.currency,
        c.name_pinyin, o.owner_id, w.name AS owner_name,
        COALESCE(f.plan_state, 'unplanned') AS plan_state, f.asked,
        {", ".join(f"COALESCE(f.{name}, 0) AS {name}" for name in AMOUNTS)},
        COALESCE(f.target - f.committed, 0) AS gap,
        COALESCE(f.target - f.committed - f.measures - f.unpromised, 0) AS uncovered,
        COALESCE(f.at_risk, 0) AS at_risk,
        COALESCE(l.open, 0) AS open, COALESCE(l.overdue, 0) AS overdue,
        n.target AS present_target, n.locks_on, COALESCE(n.answer, '') AS answer, n.ask_again_on,
        t.target AS last_target, COALESCE(e.received, 0) AS last_received,
        COALESCE(f.original_target - f.target, 0) AS cut,
        {EXPECTED} AS expected
    -- Full joins, though no side but the first has rows of its own: they are always hashed, where
    -- a planner without statistics would go through all of one for each of the other.
    FROM (SELECT * FROM customers_customer WHERE id = ANY(%(customers)s::bigint[])) c
    FULL JOIN figures f ON f.customer_id = c.id
    FULL JOIN sums l ON l.customer_id = c.id
    FULL JOIN last_receipts e ON e.customer_id = c.id
    FULL JOIN last_plans t ON t.customer_id = c.id
    JOIN LATERAL (SELECT COALESCE(f.owner_id, {OWNER_OF_MONTH}) AS owner_id) o ON true
    JOIN accounts_person w ON w.id = o.owner_id
    LEFT JOIN planning_monthplan n ON n.customer_id = c.id AND n.month = %(month)s
    WHERE (%(owners)s::bigint[] IS NULL OR o.owner_id = ANY(%(owners)s::bigint[]))
),
lines AS (
    SELECT a.*, CASE WHEN a.expected > 0 THEN a.received * 1000 / a.expected END AS pace_permille
    FROM all_lines a
)
"""

# What a list can be narrowed to.
SHOWN: Final = {
    "all": "true",
    "unplanned": "plan_state = 'unplanned'",
    "one_sided": "plan_state = 'one_sided'",
    "not_asked": "asked IS NULL",
    "no_commitment": "committed = 0",
    "uncovered": "uncovered > 0",
    "behind_pace": "received < expected",
    "at_risk": "at_risk > 0",
    "lapsed": "lapsed > 0",
}

# What a list can be sorted by. Amounts of one currency are never compared with another's.
SORTED_TEXTS: Final = {
    "name": "COALESCE(NULLIF(name_pinyin, ''), lower(name)) COLLATE \"C\"",
    "code": "code",
}
SORTED_AMOUNTS: Final = {
    "open": "open",
    "overdue": "overdue",
    # Without a target is less than a target of nothing.
    "target": "CASE WHEN plan_state = 'unplanned' THEN -1 ELSE target END",
    "last_target": "COALESCE(last_target, -1)",
    "last_received": "last_received",
    "cut": "cut",
    "plan": "CASE plan_state WHEN 'unplanned' THEN 0 WHEN 'one_sided' THEN 1 ELSE 2 END",
    "asked": "CASE COALESCE(asked, '') WHEN '' THEN 0 WHEN 'no_answer' THEN 1 WHEN 'put_off' THEN 2"
    " WHEN 'refused' THEN 3 ELSE 4 END",
    "committed": "committed",
    "gap": "gap",
    "measures": "measures",
    "uncovered": "uncovered",
    "received": "received",
    # Nothing expected yet is no pace: after all others, or before them.
    "pace": "COALESCE(pace_permille, -1)",
    "at_risk": "at_risk",
}

ROW_COLUMNS: Final = (
    "customer_id, public_id, code, name, rating, currency, owner_id, owner_name, plan_state, asked,"
    f" {', '.join(AMOUNTS)}, open, overdue, present_target, locks_on,"
    " answer, ask_again_on, last_target, last_received, cut, expected"
)
SUMMED: Final = ("open", "overdue", "last_target", "last_received", "cut", "expected")
TOTAL_COLUMNS: Final = ", ".join(
    f"COALESCE(sum({name}), 0)::bigint AS {name}" for name in (*AMOUNTS, *SUMMED)
)


def month_statement(
    *, show: str, sort: str, descending: bool, is_kept: bool, is_ledger_kept: bool
) -> str:
    """The statement of a page, the totals of all that is shown, and the counts of each narrowing.

    All in one, so that they are of one instant; from what is kept, or from facts. Nothing from
    outside is interpolated: ``show`` and ``sort`` are keys of the tables above. Ties go by code,
    always upwards.
    """
    is_text = sort in SORTED_TEXTS
    value = SORTED_TEXTS[sort] if is_text else SORTED_AMOUNTS[sort]
    kind, group = ("text", "''") if is_text else ("bigint", "currency")
    way, beyond = ("DESC", "<") if descending else ("ASC", ">")
    order = f"key_currency, key_value {way}, code"
    counts = ", ".join(
        f"'{name}', count(*) FILTER (WHERE {holds})" for name, holds in SHOWN.items()
    )
    return (
        (KEPT_FIGURES if is_kept else FIGURES)
        + f""", {KEPT_LEDGER if is_ledger_kept else LEDGER_SUMS}, {ASIDE}, {LINES},
shown AS (
    SELECT l.*, {group} AS key_currency, {value} AS key_value FROM lines l WHERE {SHOWN[show]}
),
remaining AS (
    SELECT * FROM shown WHERE %(after_code)s::text IS NULL
        OR key_currency > %(after_currency)s::text
        OR (key_currency = %(after_currency)s::text
            AND (key_value {beyond} %(after_value)s::{kind}
                 OR (key_value = %(after_value)s::{kind} AND code > %(after_code)s::text)))
),
page AS (
    SELECT {ROW_COLUMNS}, key_currency, key_value FROM remaining
    ORDER BY {order} LIMIT %(limit)s
)
SELECT (SELECT count(*) FROM remaining),
    (SELECT json_agg(p ORDER BY {order})::text FROM page p),
    (SELECT json_agg(t)::text FROM (
        SELECT currency, count(*) AS customers, {TOTAL_COLUMNS}
        FROM shown GROUP BY currency ORDER BY currency) t),
    (SELECT json_build_object({counts})::text FROM lines)
"""
    )
