"""The figures of rule 1 for a selection: its total, its teams, reps, ratings and customers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from collections_app.core.money import ratio
from collections_app.core.months import add_months, first_of, last_of
from collections_app.core.rows import identified
from collections_app.customers.models import Customer
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import (
    CustomerFigures,
    GroupFigures,
    parameters_of,
    serves_kept,
)
from collections_app.standing.gaps_sql import (
    SHOWN,
    SORTED,
    customers_statement,
    gaps_statement,
    total_statement,
)
from collections_app.standing.month import days_of

NARROWINGS: Final = tuple(SHOWN)
SORTS: Final = tuple(SORTED)
UNRATED: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Of which customers' month (None: of all), as of the end of ``on``.

    ``owners`` narrows to the reps whom the month belongs to, ``rating`` to a letter or
    ``UNRATED``; None for all. ``currency`` is the one preferred, where there are several.
    """

    month: date
    on: date
    customers: QuerySet[Customer] | Collection[int] | None
    owners: Collection[int] | None = None
    rating: str | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class GroupGap(GroupFigures):
    """The sums of one team, rep, rating or all; ``expected`` is what pace is measured against."""

    expected: int

    @property
    def pace(self) -> Decimal | None:
        """Received of what was to be expected by now; None where nothing was."""
        return ratio(self.received, self.expected)


@dataclass(frozen=True, kw_only=True)
class CustomerGap(CustomerFigures):
    """One customer's month; ``rating`` is that of the day."""

    expected: int

    @property
    def pace(self) -> Decimal | None:
        """Received of what was to be expected by now; None where nothing was."""
        return ratio(self.received, self.expected)


@dataclass(frozen=True, slots=True)
class CustomersAsked:
    """Which of the customers are listed, in what order; ``words`` are searched for."""

    show: str = "all"
    sort: str = "at_risk"
    descending: bool = True
    words: str = ""
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Gaps:
    """A selection in figures of one currency; ``total`` is None where it has none.

    ``listed`` counts the customers of all pages; ``riskiest`` are those with most at risk.
    """

    currencies: list[str] = field(default_factory=list)
    total: GroupGap | None = None
    teams: list[GroupGap] = field(default_factory=list)
    reps: list[GroupGap] = field(default_factory=list)
    ratings: list[GroupGap] = field(default_factory=list)
    customers: list[CustomerGap] = field(default_factory=list)
    listed: int = 0
    riskiest: list[CustomerGap] = field(default_factory=list)


def gaps_of(chosen: Selection, asked: CustomersAsked, *, most: int = 10) -> Gaps:
    """All figures of the selection, a page of its customers and the ``most`` at risk.

    One statement, of what is kept where that serves; and those of ``customer_figures`` for a day
    on which reversals make a difference.
    """
    values, is_kept = _parameters(chosen)
    values |= _listing(asked) | {"most": most}
    statement = gaps_statement(
        show=asked.show, sort=asked.sort, descending=asked.descending, is_kept=is_kept
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        currencies, total, teams, reps, ratings, page, listed, riskiest = cursor.fetchone()
    return Gaps(
        currencies=json.loads(currencies or "[]"),
        total=next(iter(_groups(total)), None),
        teams=_groups(teams),
        reps=_groups(reps),
        ratings=_groups(ratings),
        customers=_customers(page),
        listed=listed,
        riskiest=_customers(riskiest),
    )


def customer_rows(chosen: Selection, asked: CustomersAsked) -> Iterator[CustomerGap]:
    """The customers listed, all of them or the page asked for, made one by one as they are read.

    The statement has run when this returns.
    """
    values, is_kept = _parameters(chosen)
    values |= _listing(asked)
    statement = customers_statement(
        show=asked.show, sort=asked.sort, descending=asked.descending, is_kept=is_kept
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    return (CustomerGap(**dict(zip(names, row, strict=True))) for row in rows)


def total_of(chosen: Selection) -> GroupGap | None:
    """The sums over the selection alone; None where it has no figures."""
    values, is_kept = _parameters(chosen)
    with connection.cursor() as cursor:
        cursor.execute(total_statement(is_kept=is_kept), values)
        (total,) = cursor.fetchone()
    return next(iter(_groups(total)), None)


def month_before(day: date) -> date:
    """The same day of the month before; its last where that month is shorter."""
    former = add_months(first_of(day), -1)
    return former.replace(day=min(day.day, last_of(former).day))


def _listing(asked: CustomersAsked) -> dict[str, Any]:
    return {
        "words": asked.words or None,
        "letters": "".join(asked.words.split()),
        "limit": asked.limit,
        "offset": asked.offset,
    }


def _parameters(chosen: Selection) -> tuple[dict[str, Any], bool]:
    values = parameters_of(
        chosen.month, on=chosen.on, customers=chosen.customers, owners=chosen.owners
    )
    values |= days_of(chosen.month, on=chosen.on)
    values |= {
        "rating": chosen.rating,
        "asked_currency": chosen.currency,
        "own_currency": organisation().currency,
    }
    return values, serves_kept(chosen.month, on=chosen.on, ids=values["customers"])


def _groups(text: str | None) -> list[GroupGap]:
    return [GroupGap(**identified(row)) for row in json.loads(text or "[]")]


def _customers(text: str | None) -> list[CustomerGap]:
    rows = json.loads(text or "[]")
    for row in rows:
        row.pop("place", None)
    return [CustomerGap(**identified(row)) for row in rows]
