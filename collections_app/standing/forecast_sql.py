"""What a month may still bring, in statements; parameters as those of ``figures_sql``."""

from __future__ import annotations

from typing import Final

from collections_app.standing.figures_sql import ALLOCATED, MONTH_INSTALMENTS, PLANS

_OPEN = """
FROM due d LEFT JOIN filled f ON f.id = d.id
"""
_IS_OPEN = """
WHERE NOT d.ended AND %(as_of)s <= d.deadline_on
  AND COALESCE(f.received, 0) < d.amount - d.tolerance
"""

# A customer's open rest (no kind), and what its measures still count for, by kind.
EXPECTED: Final = f"""WITH {ALLOCATED}, {MONTH_INSTALMENTS}, {PLANS}
SELECT d.customer_id, NULL AS kind, sum(d.amount - COALESCE(f.received, 0))::bigint
{_OPEN} {_IS_OPEN} GROUP BY d.customer_id
UNION ALL
SELECT n.customer_id, n.kind, sum(n.amount)::bigint FROM counted n
GROUP BY n.customer_id, n.kind
"""

OPEN: Final = f"""WITH {ALLOCATED}, {MONTH_INSTALMENTS}
SELECT d.customer_id, d.id, COALESCE(s.verdict, '')
{_OPEN} LEFT JOIN standing_instalmentstanding s ON s.instalment_id = d.id
{_IS_OPEN} ORDER BY d.id
"""
