"""Opening the plans of many customers for a month, as the clock does (rule 2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django.db import connection

from collections_app.core.months import add_months, first_of
from collections_app.core.workdays import WorkCalendar

# The last working days of a month, on which the next one is opened and asked for.
OPENING_DAYS: Final = 5

OPEN = """
INSERT INTO planning_monthplan
    (public_id, customer_id, month, locks_on, agreed_with, agreed_channel, answer)
SELECT gen_random_uuid(), c.id, %(month)s, %(locks_on)s, '', '', ''
FROM unnest(%(customers)s::bigint[]) AS c(id) ORDER BY c.id
ON CONFLICT (customer_id, month) DO NOTHING
RETURNING id
"""


def month_to_open(on: date, calendar: WorkCalendar) -> date | None:
    """The next month, from the fifth working day before it on; None earlier in a month."""
    following = add_months(first_of(on), 1)
    return following if on >= calendar.after(following, -OPENING_DAYS) else None


def open_plans(*, customer_ids: Collection[int], month: date, locks_on: date) -> int:
    """Open a plan without a target for each of the customers that has none; return how many.

    In the caller's transaction. One statement, in key order; what somebody else opens at the same
    time is left alone and not counted.
    """
    values: dict[str, Any] = {
        "customers": sorted(customer_ids),
        "month": month,
        "locks_on": locks_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(OPEN, values)
        return len(cursor.fetchall())
