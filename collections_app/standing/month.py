"""The customers of a month, whether anything is planned for them or not, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from collections_app.core.months import first_of
from collections_app.customers.models import Customer
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow(CustomerFigures):
    """A customer's month beside its ledger, in minor units.

    ``present_target`` is the plan's own, None while unplanned: what a writer sees and changes.
    ``locks_on`` is None where no plan has been opened.
    """

    open: int
    overdue: int
    present_target: int | None
    locks_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal(Figures):
    """The sums over all customers shown of one currency."""

    customers: int
    open: int
    overdue: int


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


def _row(values: dict[str, Any]) -> MonthRow:
    locks_on = values.pop("locks_on")
    return MonthRow(
        **{**values, "public_id": UUID(values["public_id"])},
        locks_on=date.fromisoformat(locks_on) if locks_on else None,
    )
