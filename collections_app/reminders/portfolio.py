"""What of many customers *Today* looks at first: who they are, what they owe, how their month
stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from collections_app.core.months import first_of
from collections_app.customers.models import CustomerQuerySet
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import customer_figures
from collections_app.standing.queries import nothing_touched, open_balances

_OWN = ("pk", "code", "rating", "currency", "owner_id", "owner__team_id", "regular_amount")
_KEPT = ("ledger_sums__open", "month_figures__month") + tuple(
    f"month_figures__{name}" for name in ("target", "committed", "measures", "unpromised", "asked")
)


@dataclass(frozen=True, slots=True)
class Account:
    """One customer; amounts in minor units. ``asked`` is the answer for the month, blank: none."""

    id: int
    code: str
    rating: str | None
    currency: str
    owner_id: int
    team_id: int | None
    regular_amount: int | None
    entered_at: datetime
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

    Two statements where what is kept says it; the figures are worked out where it does not.
    """
    month = first_of(day)
    rows = list(customers.order_by().values_list(*_OWN, "entered_at", *_KEPT))
    ids = [row[0] for row in rows]
    if day != organisation().standing_on or not nothing_touched(ids):
        return _worked_out([Account(*row[:8]) for row in rows], month, day)
    return [
        Account(
            *row[:8],
            max(row[8] or 0, 0),
            *(row[10:14] if row[9] == month else (0, 0, 0, 0)),
            (row[14] or "") if row[9] == month else "",
        )
        for row in rows
    ]


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
