"""The figures of rule 1 for a selection: its total, its teams, reps, ratings and customers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from collections_app.core.money import ratio
from collections_app.core.rows import identified
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import (
    CustomerFigures,
    GroupFigures,
    is_kept_month,
    parameters_of,
)
from collections_app.standing.gaps_sql import (
    SHOWN,
    SORTED,
    customers_statement,
    gaps_statement,
    total_statement,
)
from collections_app.standing.month import days_of
from collections_app.standing.queries import nothing_touched
from collections_app.standing.questions import MonthSums
from collections_app.standing.selection import Selection, kept_values
from collections_app.standing.sums_sql import summed_statement, summed_total_statement

NARROWINGS: Final = tuple(SHOWN)
SORTS: Final = tuple(SORTED)


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
    """Which of the customers are listed, in what order; ``words`` are searched for.

    ``is_whole``: a page that would not hold all of them may be left empty.
    """

    show: str = "all"
    sort: str = "at_risk"
    descending: bool = True
    words: str = ""
    limit: int | None = None
    offset: int = 0
    is_whole: bool = False


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
    on which reversals make a difference. Customers in the order of what is at risk, not searched
    and not narrowed, are read in that order, and all sums are kept ones.
    """
    is_present = is_kept_month(chosen.month, on=chosen.on)
    if is_present and _is_by_risk(asked) and (kept := _summed(chosen, asked, most)):
        return kept
    values, is_kept = _parameters(chosen)
    values |= _listing(asked) | {"most": most}
    statement = gaps_statement(
        show=asked.show, sort=asked.sort, descending=asked.descending, is_kept=is_kept
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return _gaps(cursor.fetchone())


def _gaps(row: Sequence[Any]) -> Gaps:
    currencies, total, teams, reps, ratings, page, listed, riskiest = row
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
    values = kept_values(chosen, {"sums": MonthSums.of(chosen.month, chosen.on)})
    if values is not None:
        statement = summed_total_statement()
        values |= _money(chosen)
    else:
        values, is_kept = _parameters(chosen)
        statement = total_statement(is_kept=is_kept)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (total,) = cursor.fetchone()
    return next(iter(_groups(total)), None)


def _is_by_risk(asked: CustomersAsked) -> bool:
    is_first = asked.sort == "at_risk" and asked.descending
    return asked.show == "all" and not asked.words and (is_first or asked.limit == 0)


def _summed(chosen: Selection, asked: CustomersAsked, most: int) -> Gaps | None:
    """What kept answers say of the selection; None where they do not serve."""
    question = MonthSums.of(chosen.month, chosen.on)
    values = kept_values(chosen, {"sums": question})
    if values is None:
        return None
    values |= _listing(asked) | _money(chosen) | {"month": chosen.month, "most": most}
    values |= {"working_days": question.working_days, "worked_days": question.worked_days}
    with connection.cursor() as cursor:
        cursor.execute(summed_statement(is_whole=asked.is_whole), values)
        *row, is_old = cursor.fetchone()
    return None if is_old else _gaps(row)


def _listing(asked: CustomersAsked) -> dict[str, Any]:
    return {
        "words": asked.words or None,
        "letters": "".join(asked.words.split()),
        "limit": asked.limit,
        "offset": asked.offset,
    }


def _parameters(chosen: Selection) -> tuple[dict[str, Any], bool]:
    is_kept, by_whose = is_kept_month(chosen.month, on=chosen.on), chosen.is_of_portfolios
    ids = None if is_kept and by_whose else chosen.ids
    is_kept = is_kept and nothing_touched(ids)
    if by_whose and not is_kept:
        ids = chosen.ids
    values = parameters_of(chosen.month, on=chosen.on, customers=ids, owners=chosen.owners)
    values |= days_of(chosen.month, on=chosen.on) | _money(chosen) | {"rating": chosen.rating}
    return values | {"portfolios": chosen.portfolios if by_whose and is_kept else None}, is_kept


def _money(chosen: Selection) -> dict[str, Any]:
    return {
        "asked_currency": chosen.currency,
        "own_currency": organisation().currency,
    }


def _groups(text: str | None) -> list[GroupGap]:
    return [GroupGap(**identified(row)) for row in json.loads(text or "[]")]


def _customers(text: str | None) -> list[CustomerGap]:
    rows = json.loads(text or "[]")
    for row in rows:
        row.pop("place", None)
    return [CustomerGap(**identified(row)) for row in rows]
