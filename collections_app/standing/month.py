"""The customers of a month, whether anything is planned for them or not, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from collections_app.core.money import ratio
from collections_app.core.months import add_months, first_of, last_of
from collections_app.customers.models import Customer
from collections_app.organisation.queries import work_calendar
from collections_app.standing.figures import CustomerFigures, Figures, parameters_of, serves_kept
from collections_app.standing.month_sql import (
    SHOWN,
    SORTED_AMOUNTS,
    SORTED_TEXTS,
    month_statement,
)

NARROWINGS: Final = tuple(SHOWN)
SORTS: Final = (*SORTED_TEXTS, *SORTED_AMOUNTS)
TEXT_SORTS: Final = frozenset(SORTED_TEXTS)


@dataclass(frozen=True, slots=True)
class MonthKey:
    """Where a row stands in a sorted list; ``currency`` is blank where texts are sorted by."""

    currency: str
    value: int | str
    code: str


@dataclass(frozen=True, kw_only=True)
class Aside(Figures):
    """What stands beside the figures of a month: its ledger, the month before, the pace.

    ``cut`` is by how much the target lies below the one that was locked; ``expected`` what the
    pace of rule 1 is measured against.
    """

    open: int
    overdue: int
    last_target: int | None
    last_received: int
    cut: int
    expected: int

    @property
    def pace(self) -> Decimal | None:
        """Received of what was to be expected by now; None where nothing was."""
        return ratio(self.received, self.expected)

    @property
    def is_behind(self) -> bool:
        return self.received < self.expected


@dataclass(frozen=True, kw_only=True)
class MonthRow(Aside, CustomerFigures):
    """A customer's month beside its ledger, in minor units.

    ``present_target`` is the plan's own, None while unplanned: what a writer sees and changes, as
    is ``answer``, blank for none. ``locks_on`` is None where no plan has been opened.
    """

    present_target: int | None
    locks_on: date | None
    answer: str
    ask_again_on: date | None


@dataclass(frozen=True, kw_only=True)
class MonthTotal(Aside):
    """The sums over all customers shown of one currency."""

    customers: int


@dataclass(frozen=True, slots=True)
class MonthList:
    """A page of rows, and of all that is shown: totals per currency, and how many each chip has.

    ``remaining`` counts the rows from the page's first on; ``last`` is where the page ends.
    """

    rows: list[MonthRow] = field(default_factory=list)
    totals: list[MonthTotal] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    remaining: int = 0
    last: MonthKey | None = None


def month_list(
    month: date,
    *,
    on: date,
    customers: QuerySet[Customer],
    owners: Collection[int] | None = None,
    show: str = "all",
    sort: str = "at_risk",
    descending: bool = True,
    after: MonthKey | None = None,
    limit: int = 50,
) -> MonthList:
    """Each of ``customers`` with its figures of the month and its ledger, as of the end of ``on``.

    ``owners`` narrows to the reps whom the month belongs to, ``show`` (one of ``NARROWINGS``) to
    what is to be done; ``counts`` says how many each of those would show. Sorted by one of
    ``SORTS``, ties by code, from ``after`` on. One statement and those of ``customer_figures``.
    """
    values = parameters_of(month, on=on, customers=customers, owners=owners)
    values |= {
        **days_of(month, on=on),
        "limit": limit,
        "after_currency": after.currency if after else None,
        "after_value": after.value if after else None,
        "after_code": after.code if after else None,
    }
    is_ledger_kept = serves_kept(first_of(on), on=on, ids=values["customers"])
    statement = month_statement(
        show=show,
        sort=sort,
        descending=descending,
        is_kept=is_ledger_kept and month == first_of(on),
        is_ledger_kept=is_ledger_kept,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        remaining, rows, totals, counts = cursor.fetchone()
    found = json.loads(rows or "[]")
    keys = [MonthKey(r.pop("key_currency"), r.pop("key_value"), r["code"]) for r in found]
    return MonthList(
        rows=[_row(each) for each in found],
        totals=[MonthTotal(**each) for each in json.loads(totals or "[]")],
        counts=json.loads(counts),
        remaining=remaining,
        last=keys[-1] if keys else None,
    )


def days_of(month: date, *, on: date) -> dict[str, Any]:
    """The month before, and how many of the month's working days there are and have gone by."""
    calendar, former = work_calendar(), add_months(month, -1)
    return {
        "last_month": former,
        "last_month_end": last_of(former),
        "working_days": calendar.count(month, last_of(month)),
        "worked_days": calendar.count(month, min(on, last_of(month))) if on >= month else 0,
    }


def _row(values: dict[str, Any]) -> MonthRow:
    days = {
        name: date.fromisoformat(values[name]) if values[name] else None
        for name in ("locks_on", "ask_again_on")
    }
    return MonthRow(**{**values, **days, "public_id": UUID(values["public_id"])})
