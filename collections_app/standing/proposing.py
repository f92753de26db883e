"""The facts that targets are proposed from, of many customers in one statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from collections_app.core.money import decimals_of
from collections_app.core.months import add_months, last_of
from collections_app.planning.proposals import MONTHS_OF_AVERAGE, ProposalFacts
from collections_app.standing.figures_sql import receipts
from collections_app.standing.month_sql import LEDGER

STATEMENT: Final = f"""
WITH {LEDGER}, {receipts("came", "since", "until")}
SELECT c.id, c.currency, COALESCE(l.due, 0), COALESCE(l.overdue, 0), c.regular_amount,
    c.regular_day, COALESCE(e.received, 0)
FROM customers_customer c
LEFT JOIN ledger l ON l.customer_id = c.id
LEFT JOIN came e ON e.customer_id = c.id
WHERE c.id = ANY(%(customers)s::bigint[])
"""


def proposal_facts(
    month: date, *, on: date, customers: Collection[int]
) -> dict[int, ProposalFacts]:
    """What proposals for the month rest on as of the end of ``on``, by the customer's key."""
    values: dict[str, Any] = {
        "customers": list(customers),
        "as_of": on,
        "month_end": last_of(month),
        "since": add_months(month, -MONTHS_OF_AVERAGE),
        "until": month - timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)
        return {
            id_: ProposalFacts(due, overdue, amount, day, received, 10 ** decimals_of(currency))
            for id_, currency, due, overdue, amount, day, received in cursor.fetchall()
        }
