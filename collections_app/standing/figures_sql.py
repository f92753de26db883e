"""Rule 1 in one statement: the figures of every customer's month, as of a day.

Parameters: ``month``, ``month_end``, ``as_of``, ``customers`` (ids or null for all), ``anew``
(customers whose allocations are given, not kept) and the arrays of those allocations.
"""

from __future__ import annotations

from typing import Final

# The figures that are summed over customers; every other one follows from these.
AMOUNTS: Final = (
    "target",
    "original_target",
    "committed",
    "measures",
    "received",
    "unpromised",
    "lapsed",
    "short",
    "surplus",
)

# Money on instalments is read from what is kept (allocation is causal: what a payment filled does
# not depend on later facts), except for customers whose reversals make a past day differ.
# Not materialised, so that instalments are looked up one by one among all that was ever allocated.
GIVEN_PARTS = """
given_parts AS MATERIALIZED (
    SELECT * FROM unnest(
        %(new_instalments)s::bigint[], %(new_days)s::date[], %(new_amounts)s::bigint[]
    ) AS t(instalment_id, received_on, amount)
),"""
OR_GIVEN = " UNION ALL SELECT * FROM given_parts"
ALLOCATED = f"""
kept_parts AS NOT MATERIALIZED (
    SELECT a.instalment_id, a.received_on, a.amount
    FROM standing_allocation a
    WHERE a.received_on <= %(as_of)s AND a.customer_id <> ALL(%(anew)s::bigint[])
),{GIVEN_PARTS}
allocated AS NOT MATERIALIZED (SELECT * FROM kept_parts{OR_GIVEN})
"""

_RECEIVED = """sum(a.amount)::bigint AS received,
            COALESCE(sum(a.amount) FILTER (WHERE a.received_on >= %(month)s
                AND a.received_on <= %(month_end)s), 0)::bigint AS from_month"""
# Joined, for what is given is in no index.
FILLED_OF_GIVEN = f"""
    UNION ALL
    SELECT d.id, {_RECEIVED}
    FROM given_parts a JOIN due d ON d.id = a.instalment_id GROUP BY d.id"""
MONTH_INSTALMENTS = f"""
due AS (
    SELECT i.id, i.customer_id, i.amount, i.tolerance, i.due_on, i.deadline_on,
           (c.ended_on IS NOT NULL AND c.ended_on <= %(as_of)s) AS ended
    FROM commitments_instalment i JOIN commitments_commitment c ON c.id = i.commitment_id
    WHERE i.due_on BETWEEN %(month)s AND %(month_end)s AND c.made_on <= %(as_of)s
      AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY(%(customers)s::bigint[]))
),
filled AS (
    SELECT d.id, s.received, s.from_month FROM due d JOIN LATERAL (
        SELECT {_RECEIVED}
        FROM kept_parts a WHERE a.instalment_id = d.id) s ON s.received IS NOT NULL{FILLED_OF_GIVEN}
),
promised AS (
    SELECT d.customer_id,
        sum(CASE WHEN d.ended THEN COALESCE(f.received, 0) ELSE d.amount END)::bigint AS committed,
        sum(CASE WHEN d.due_on > %(as_of)s THEN 0 WHEN d.ended THEN COALESCE(f.received, 0)
            ELSE d.amount END)::bigint AS due_by_now,
        sum(COALESCE(f.from_month, 0))::bigint AS promised_receipts,
        COALESCE(sum(d.amount - COALESCE(f.received, 0)) FILTER (WHERE NOT d.ended
            AND %(as_of)s > d.deadline_on
            AND COALESCE(f.received, 0) < d.amount - d.tolerance), 0)::bigint AS lapsed,
        bool_or(NOT d.ended) AS in_force
    FROM due d LEFT JOIN filled f ON f.id = d.id GROUP BY d.customer_id
)
"""


def receipts(name: str, first: str, last: str) -> str:
    """What came between two days, ``first`` and ``last`` being parameters, net of reversals.

    As of ``as_of``: a bounced payment restates its own month.
    """
    return f"""
{name} AS (
    SELECT p.customer_id, sum(p.amount - COALESCE(b.amount, 0))::bigint AS received
    FROM ledger_payment p LEFT JOIN (
        SELECT r.payment_id, sum(r.amount) AS amount FROM ledger_reversal r
        WHERE r.received_on <= %(as_of)s
          AND (%(customers)s::bigint[] IS NULL OR r.customer_id = ANY(%(customers)s::bigint[]))
        GROUP BY r.payment_id) b ON b.payment_id = p.id
    WHERE p.received_on BETWEEN %({first})s AND LEAST(%({last})s::date, %(as_of)s::date)
      AND (%(customers)s::bigint[] IS NULL OR p.customer_id = ANY(%(customers)s::bigint[]))
    GROUP BY p.customer_id
)
"""


# The target of a plan ``p`` that is in force.
TARGET_IN_FORCE: Final = """(SELECT t.new_target FROM planning_targetchange t
         WHERE t.plan_id = p.id AND (t.counts_from IS NULL OR t.counts_from <= %(as_of)s)
         ORDER BY t.counts_from DESC NULLS LAST, t.id DESC LIMIT 1)"""

PLANS = f"""
plans AS (
    SELECT p.customer_id, p.id, p.agreed_on, p.agreed_with, p.agreed_channel, p.agreed_target,
        p.asked_on, p.answer,
        {TARGET_IN_FORCE} AS target,
        (SELECT t.new_target FROM planning_targetchange t
         WHERE t.plan_id = p.id AND NOT t.is_revision
         ORDER BY t.id DESC LIMIT 1) AS original_target
    FROM planning_monthplan p
    WHERE p.month = %(month)s
      AND (%(customers)s::bigint[] IS NULL OR p.customer_id = ANY(%(customers)s::bigint[]))
),
-- A promise that names the measure it came from takes over that part of its uplift: what is in
-- force, and what was received on one that has ended, as both stand in committed.
taken_over AS (
    SELECT c.measure_id, sum(CASE
        WHEN c.ended_on IS NULL OR c.ended_on > %(as_of)s THEN i.amount
        ELSE COALESCE((SELECT sum(a.amount) FROM allocated a WHERE a.instalment_id = i.id), 0)
        END)::bigint AS amount
    FROM commitments_commitment c JOIN commitments_instalment i ON i.commitment_id = c.id
    WHERE c.measure_id IS NOT NULL AND c.made_on <= %(as_of)s
      AND c.measure_id IN (SELECT m.id FROM planning_measure m JOIN plans p ON p.id = m.plan_id)
    GROUP BY c.measure_id
),
counted AS (
    SELECT p.customer_id, m.kind, GREATEST(now.expected_uplift - COALESCE(t.amount, 0), 0) AS amount
    FROM plans p JOIN planning_measure m ON m.plan_id = p.id
    JOIN LATERAL (
        SELECT c.status, c.expected_uplift FROM planning_measurechange c
        WHERE c.measure_id = m.id AND c.counts_from <= %(as_of)s
        ORDER BY c.counts_from DESC, c.id DESC LIMIT 1) now ON true
    LEFT JOIN taken_over t ON t.measure_id = m.id
    WHERE now.status IN ('planned', 'in_progress')
),
measures AS (
    SELECT n.customer_id, sum(n.amount)::bigint AS measures FROM counted n GROUP BY n.customer_id
)
"""

# A month's figures belong to whoever owned the customer at the end of min(day, month end).
OWNER_OF_MONTH = """COALESCE((
            SELECT w.owner_id FROM customers_ownership w
            WHERE w.customer_id = c.id AND (w.valid_from IS NULL
                OR w.valid_from <= LEAST(%(month_end)s::date, %(as_of)s::date))
            ORDER BY w.valid_from DESC NULLS LAST, w.id DESC LIMIT 1), c.owner_id)"""

ROWS = """
rows AS (
    SELECT COALESCE(p.customer_id, d.customer_id, r.customer_id) AS customer_id,
        COALESCE(p.target, 0) AS target, COALESCE(p.original_target, 0) AS original_target,
        COALESCE(d.committed, 0) AS committed, COALESCE(m.measures, 0) AS measures,
        COALESCE(r.received, 0) AS received,
        COALESCE(r.received, 0) - COALESCE(d.promised_receipts, 0) AS unpromised,
        COALESCE(d.lapsed, 0) AS lapsed, COALESCE(d.due_by_now, 0) AS due_by_now,
        CASE WHEN p.target IS NULL THEN 'unplanned'
             WHEN p.agreed_on <= %(as_of)s AND p.agreed_with <> '' AND p.agreed_channel <> ''
                  AND p.agreed_target = p.target THEN 'agreed'
             ELSE 'one_sided' END AS plan_state,
        CASE WHEN d.in_force THEN 'committed'
             WHEN p.asked_on <= %(as_of)s THEN COALESCE(NULLIF(p.answer, ''), 'no_answer')
             WHEN d.customer_id IS NOT NULL THEN 'committed' END AS asked
    FROM plans p
    FULL JOIN promised d ON d.customer_id = p.customer_id
    FULL JOIN receipts r ON r.customer_id = COALESCE(p.customer_id, d.customer_id)
    LEFT JOIN measures m ON m.customer_id = p.customer_id
)
"""

# The same as of the standing day, of the month it lies in, where nothing is touched.
KEPT_COLUMNS: Final = (
    "target", "original_target", "committed", "measures", "received", "unpromised", "lapsed",
    "due_by_now", "plan_state", "asked",
)  # fmt: skip
# Whom and what a customer's month belongs to, and what lists are ranked by.
BELONGING: Final = ("owner_id", "present_owner_id", "rating", "currency", "at_risk")
_KEPT = ", ".join(f"k.{name}" for name in KEPT_COLUMNS)


def _kept_rows(narrowed: str) -> str:
    return f"""
rows AS (
    SELECT k.customer_id, {_KEPT.replace("k.asked", "NULLIF(k.asked, '') AS asked")},
        k.owner_id AS kept_owner, NULLIF(k.rating, '') AS kept_rating
    FROM standing_monthfigures k
    WHERE k.month = %(month)s{narrowed}
      AND (%(customers)s::bigint[] IS NULL OR k.customer_id = ANY(%(customers)s::bigint[]))
)
"""


def _owned(owner: str) -> str:
    return f"""
figures AS (
    SELECT f.*, c.public_id, c.code, c.name, c.name_pinyin,
        c.name_initials, c.rating, c.currency, o.owner_id,
        c.owner_id AS present_owner_id,
        GREATEST(f.target - f.committed - f.measures - f.unpromised, 0) AS short,
        GREATEST(-(f.target - f.committed - f.measures - f.unpromised), 0) AS surplus,
        GREATEST(f.target - f.committed - f.measures - f.unpromised, 0) + f.lapsed AS at_risk
    FROM rows f JOIN customers_customer c ON c.id = f.customer_id
    JOIN LATERAL (SELECT {owner} AS owner_id) o ON true
    WHERE %(owners)s::bigint[] IS NULL OR o.owner_id = ANY(%(owners)s::bigint[])
)
"""


# A month belongs to the rating of the end of min(day, month end), as it belongs to the rep.
RATING_OF_MONTH = """COALESCE((
            SELECT COALESCE(r.rating, '') FROM customers_ratingchange r
            WHERE r.customer_id = c.id AND (r.valid_from IS NULL
                OR r.valid_from <= LEAST(%(month_end)s::date, %(as_of)s::date))
            ORDER BY r.valid_from DESC NULLS LAST, r.id DESC LIMIT 1), c.rating, '')"""

# The rows of ``COMPUTED`` with whom and what they belong to.
BELONGING_ROWS: Final = f"""
belonging AS (
    SELECT r.*, {OWNER_OF_MONTH} AS owner_id, c.owner_id AS present_owner_id,
        {RATING_OF_MONTH} AS rating, c.currency,
        GREATEST(r.target - r.committed - r.measures - r.unpromised, 0) + r.lapsed AS at_risk
    FROM rows r JOIN customers_customer c ON c.id = r.customer_id
)
"""

# What the pace of rule 1 is measured against: what fell due by the day, and of what is not promised
# as much as working days have gone by.
EXPECTED: Final = """(COALESCE(f.due_by_now, 0) + CASE WHEN %(working_days)s = 0 THEN 0 ELSE
            GREATEST(COALESCE(f.target - f.committed, 0), 0)::numeric
            * %(worked_days)s / %(working_days)s END)::bigint"""

RECEIPTS = receipts("receipts", "month", "month_end")
COMPUTED = "WITH " + ",".join((ALLOCATED, MONTH_INSTALMENTS, RECEIPTS, PLANS, ROWS))
FIGURES = f"{COMPUTED}, {_owned(OWNER_OF_MONTH)}"


def kept_figures(narrowed: str = "") -> str:
    """The figures of what is kept of the customers ``k``; ``narrowed`` goes on with AND."""
    return f"WITH {_kept_rows(narrowed)}, {_owned('f.kept_owner')}"


KEPT_FIGURES = kept_figures()

FIGURE_ROWS = """
SELECT f.customer_id, f.public_id, f.code, f.name, f.rating, f.currency, f.owner_id,
    w.name AS owner_name, f.plan_state, f.asked, f.target, f.original_target, f.committed,
    f.measures, f.received, f.unpromised, f.lapsed, f.short, f.surplus
FROM figures f JOIN accounts_person w ON w.id = f.owner_id
"""
_IN_ORDER = "ORDER BY f.at_risk DESC, f.code LIMIT %(limit)s OFFSET %(offset)s"


def by_customer(*, is_kept: bool) -> str:
    """The statement of a row per customer, from what is kept or from facts."""
    return (KEPT_FIGURES if is_kept else FIGURES) + FIGURE_ROWS + _IN_ORDER


_SUMS = ", ".join(f"sum(f.{name})::bigint AS {name}" for name in AMOUNTS)

_GROUPS = {
    "rep": ("w.email, w.name, w.public_id", "w.email, w.name, w.public_id"),
    "team": (
        "COALESCE(t.name, '') AS email, COALESCE(t.name, ''), t.public_id",
        "t.name, t.public_id",
    ),
    "all": ("'all' AS email, 'all', NULL::uuid", ""),
}


def grouped(by: str, *, is_kept: bool) -> str:
    """The statement that sums the figures by rep, by team or over all, a row per currency."""
    columns, group = _GROUPS[by]
    group = f"{group}, " if group else ""
    key = columns.split(" AS ", 1)[0] if " AS " in columns else columns.split(",", 1)[0]
    return (
        (KEPT_FIGURES if is_kept else FIGURES)
        # Nothing from outside is interpolated: the pieces are the constants above.
        + f"""
SELECT {columns}, f.currency, count(*) AS customers, {_SUMS}
FROM figures f JOIN accounts_person w ON w.id = f.owner_id
LEFT JOIN accounts_team t ON t.id = w.team_id
GROUP BY {group}f.currency
ORDER BY sum(f.at_risk) DESC, ({key}) COLLATE "C", f.currency
"""
    )
