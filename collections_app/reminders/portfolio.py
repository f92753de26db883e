"""What of many customers *Today* looks at first: who they are, what they owe, how their month
stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection

from collections_app.core.months import first_of
from collections_app.core.planned import fetch_planned
from collections_app.customers.models import CustomerQuerySet
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import customer_figures
from collections_app.standing.queries import open_balances

_PEOPLE: Final = """
SELECT c.id, c.public_id, c.name, o.id, o.name, k.phone, k.email
FROM unnest(%(customers)s::bigint[]) a(id)
JOIN customers_customer c ON c.id = a.id
JOIN accounts_person o ON o.id = c.owner_id
LEFT JOIN customers_contact k ON k.customer_id = c.id AND k.is_primary
"""
# Who of the customers that a query selects (put in) stands how, by what is kept for them.
_ACCOUNTS: Final = """
SELECT c.id, c.code, c.rating, c.currency, c.owner_id, o.team_id, c.regular_amount,
    (c.entered_at AT TIME ZONE %s)::date,
    EXISTS (SELECT 1 FROM standing_touched t WHERE t.customer_id = c.id),
    l.open, f.month, f.target, f.committed, f.measures, f.unpromised, f.asked
FROM ({customers}) asked_for(id)
JOIN customers_customer c ON c.id = asked_for.id
JOIN accounts_person o ON o.id = c.owner_id
LEFT JOIN standing_ledgersums l ON l.customer_id = c.id
LEFT JOIN standing_monthfigures f ON f.customer_id = c.id
"""


@dataclass(slots=True)
class Account:
    """One customer; amounts in minor units. ``asked`` is the answer for the month, blank: none."""

    id: int
    code: str
    rating: str | None
    currency: str
    owner_id: int
    team_id: int | None
    regular_amount: int | None
    entered_on: date
    open: int = 0
    target: int = 0
    committed: int = 0
    measures: int = 0
    unpromised: int = 0
    asked: str = ""

    @property
    def uncovered(self) -> int:
        return self.target - self.committed - self.measures - self.unpromised

    @property
    def unpromised_target(self) -> int:
        """What of the target is neither promised nor paid."""
        return self.target - self.committed - self.unpromised


def accounts_of(customers: CustomerQuerySet, *, day: date) -> list[Account]:
    """The customers with the figures of the month as of ``day``.

    One statement where what is kept says it; the figures are worked out where it does not.
    """
    month = first_of(day)
    rows = _kept_rows(customers)
    if day != organisation().standing_on or any(row[8] for row in rows):
        return _worked_out([Account(*row[:8]) for row in rows], month, day)
    return [_kept(row[:8], row[9], row[10:], month) for row in rows]


def _kept_rows(customers: CustomerQuerySet) -> list[tuple[Any, ...]]:
    try:
        asked_for, values = customers.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        statement = _ACCOUNTS.replace("{customers}", asked_for)
        cursor.execute(statement, (organisation().time_zone, *values))
        return list(cursor.fetchall())


def _kept(own: Any, open_: int | None, of_month: Any, month: date) -> Account:
    """An account by what is kept; of another month's figures nothing."""
    figures = of_month[1:] if of_month[0] == month else (0, 0, 0, 0, "")
    values: tuple[Any, ...] = (*own, open_ or 0, *figures)
    return Account(*values)


def _worked_out(accounts: list[Account], month: date, day: date) -> list[Account]:
    ids = [account.id for account in accounts]
    figures = {row.customer_id: row for row in customer_figures(month, on=day, customers=ids)}
    balances = open_balances(ids, on=day)
    found = []
    for account in accounts:
        of_month = figures.get(account.id)
        whole = replace(account, open=balances.get(account.id, 0))
        if of_month is not None:
            whole = replace(
                whole,
                target=of_month.target,
                committed=of_month.committed,
                measures=of_month.measures,
                unpromised=of_month.unpromised,
                asked=of_month.asked or "",
            )
        found.append(whole)
    return found


class Whom(NamedTuple):
    """A customer and its owner by name, with telephone and address of its first contact."""

    id: int
    public_id: UUID
    name: str
    owner_id: int
    owner: str
    phone: str | None
    email: str | None


def people_of(customer_ids: Collection[int]) -> dict[int, Whom]:
    """Whom one speaks with of each customer; one statement."""
    rows = fetch_planned(_PEOPLE, {"customers": sorted(set(customer_ids))})
    return {row[0]: Whom(*row) for row in rows}
