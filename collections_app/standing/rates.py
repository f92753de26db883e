"""Rule 7: what became of promises over a window, in shares; set-based, for today and past days.

Two things keep a rate honest that the states of rule 5 do not know. Money received before the day
on which a person entered the promise is left out, on both sides of the share; and a promise that a
person ended after its deadline counts, though the end was dated back before it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from collections_app.core.money import ratio
from collections_app.core.months import add_months, first_of, last_of
from collections_app.core.rows import fetch_rows
from collections_app.customers.models import Customer
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import allocated_parameters
from collections_app.standing.queries import ids_of
from collections_app.standing.rates_sql import CONCEDED, kept_statement

Customers = QuerySet[Customer] | Collection[int] | None
By = Literal["customer", "rep", "rating", "all"]


@dataclass(frozen=True, slots=True)
class Window:
    """The days from ``since`` to ``until``, both included."""

    since: date
    until: date

    @property
    def first_month(self) -> date:
        return first_of(self.since)

    @property
    def last_month(self) -> date:
        return first_of(self.until)


def window_of(on: date, *, months: int) -> Window:
    """The last ``months`` months before ``on``, up to the last day that can have had a verdict."""
    month = add_months(first_of(on), -months)
    since = min(month + timedelta(days=on.day - 1), last_of(month))
    return Window(since, on - timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRate:
    """Instalments of one currency whose deadline fell in a window; amounts in minor units.

    ``number`` of them had a verdict, ``kept`` and ``broken`` of these; ``renegotiated`` ones had
    none because their promise ended first, and are in no other figure.
    """

    currency: str
    amount: int
    on_time: int
    number: int
    kept: int
    broken: int
    renegotiated: int

    @property
    def by_amount(self) -> Decimal | None:
        """On-time money / what was promised, to four decimals; None without a promise."""
        return ratio(self.on_time, self.amount)

    @property
    def by_number(self) -> Decimal | None:
        """Kept instalments / all of them, to four decimals; None without one."""
        return ratio(self.kept, self.number)

    @property
    def missing(self) -> int:
        """What was promised and did not come in time."""
        return self.amount - self.on_time


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGroup(KeptRate):
    """The kept rate of one customer (code), rep (e-mail), rating (blank: unrated) or of all."""

    key: str
    name: str
    public_id: UUID | None


@dataclass(frozen=True, slots=True)
class ConcessionRate:
    """What was conceded of the targets of some months, in minor units of one currency."""

    currency: str
    number: int
    conceded: int
    target: int

    @property
    def rate(self) -> Decimal | None:
        return ratio(self.conceded, self.target)


def kept_rates(
    *,
    by: By,
    window: Window,
    on: date,
    customers: Customers = None,
    owners: Collection[int] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[KeptGroup]:
    """Kept rates as of the end of ``on``, a row per currency; customers by what is missing.

    A verdict belongs to the rep who owned the customer at the deadline, and to the rating of that
    day; ``owners`` narrows to reps; ``limit`` and ``offset`` are of customers. One statement, and
    the allocations of customers whose reversals make a past day differ from what is kept.
    """
    values = kept_values(window, on, customers) | {"limit": limit, "offset": offset}
    values["owners"] = None if owners is None else sorted(owners)
    statement = kept_statement(by, of_owners=owners is not None)
    return [KeptGroup(**row) for row in fetch_kept(statement, values)]


def kept_rates_of(customers: Customers, *, on: date, months: int = 12) -> dict[int, KeptRate]:
    """The kept rate of each customer that had an instalment with a deadline in the window."""
    values = kept_values(window_of(on, months=months), on, customers)
    values |= {"limit": None, "offset": 0}
    found = {}
    for row in fetch_kept(kept_statement("id", of_owners=False), values):
        customer_id = int(row.pop("key"))
        del row["name"], row["public_id"]
        found[customer_id] = KeptRate(**row)
    return found


def concession_rates(
    *, window: Window, on: date, customers: Customers = None
) -> list[ConcessionRate]:
    """What was conceded by ``on`` of the targets of the window's months, a row per currency."""
    with connection.cursor() as cursor:
        cursor.execute(CONCEDED, months_of(window, on, customers))
        return [ConcessionRate(*row) for row in cursor.fetchall()]


def months_of(window: Window, on: date, customers: Customers) -> dict[str, Any]:
    """The parameters of statements about the months of a window."""
    ids = None if customers is None else ids_of(customers)
    months = {"first": window.first_month, "last": window.last_month}
    return {"customers": ids, "as_of": on, **months}


def kept_values(window: Window, on: date, customers: Customers) -> dict[str, Any]:
    """The parameters of kept rates over a window."""
    ids = None if customers is None else ids_of(customers)
    return {
        **allocated_parameters(ids, on=on),
        "customers": ids,
        "since": window.since,
        "until": window.until,
        "zone": organisation().time_zone,
    }


def fetch_kept(statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a statement of kept rates, by name."""
    return fetch_rows(statement, values, first=("key", "name", "public_id"))
