"""How regularly a customer pays what was agreed for every month (rule 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from collections_app.core.months import add_months, first_of
from collections_app.customers.models import Customer
from collections_app.standing.queries import ids_of
from collections_app.standing.rates_sql import REGULAR_MONTHS

MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class RegularMonth:
    """One month of the agreement: what was to come on which day, and what came within ±3 days.

    Amounts in minor units; ``received`` is net of reversals. ``month`` is its first day.
    """

    month: date
    agreed_on: date
    amount: int
    received: int

    @property
    def share(self) -> Fraction:
        """What counts of the month, 0 to 1: more than was agreed makes up for no other month."""
        return min(Fraction(1), Fraction(max(self.received, 0), self.amount))

    @property
    def percent(self) -> int:
        """The share in whole per cent, rounded down."""
        return int(self.share * 100)


@dataclass(frozen=True, slots=True)
class Regularity:
    """The months that count, the earliest first: at most the last twelve full ones."""

    months: tuple[RegularMonth, ...]

    @property
    def share(self) -> Fraction:
        """The mean of the months' shares, 0 to 1."""
        return sum((m.share for m in self.months), Fraction(0)) / len(self.months)

    @property
    def score(self) -> int:
        """0 to 100, rounded down: 100 means that nothing was missing."""
        return int(self.share * 100)


def months_looked_at(on: date) -> tuple[date, date]:
    """The first and the last month of which some may count, as their first days."""
    # One month more than counts: the latest may still be waiting for its three days.
    this = first_of(on)
    return add_months(this, -MONTHS - 1), add_months(this, -1)


def regularities(
    customers: QuerySet[Customer] | Collection[int], *, on: date
) -> dict[int, Regularity]:
    """The regularity of each customer with a full month since its agreement, as of ``on``.

    A month is full once it and the three days after its agreed day are over; it counts by the
    agreement in force on its first day, and not at all where that was ended by the agreed day. Day
    31 is the month's end. One statement, however many customers.
    """
    first, last = months_looked_at(on)
    values: dict[str, Any] = {
        "customers": ids_of(customers),
        "first": first,
        "last": last,
        "as_of": on,
    }
    months: dict[int, list[RegularMonth]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(REGULAR_MONTHS, values)
        for customer_id, *rest in cursor.fetchall():
            months[customer_id].append(RegularMonth(*rest))
    return {id_: Regularity(tuple(of[-MONTHS:])) for id_, of in months.items()}
