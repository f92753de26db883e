"""Rule 1: the figures of a month, per customer, rep, team and over all, for any day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from collections_app.core.money import ratio
from collections_app.core.months import first_of, last_of
from collections_app.core.rows import fetch_rows
from collections_app.core.seen import seen
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment, Reversal
from collections_app.organisation.queries import organisation
from collections_app.standing.allocation import allocate
from collections_app.standing.figures_sql import by_customer, grouped
from collections_app.standing.loading import load_facts
from collections_app.standing.queries import chunks, ids_of, nothing_touched

Grouping = Literal["rep", "team", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of rule 1, in minor units of one currency; ratios to four decimals or None."""

    currency: str
    target: int
    original_target: int
    committed: int
    measures: int
    received: int
    unpromised: int
    lapsed: int
    short: int
    surplus: int

    @property
    def target_cut(self) -> int:
        """How far the target was lowered after the lock (negative: raised)."""
        return self.original_target - self.target

    @property
    def commitment_gap(self) -> int:
        return self.target - self.committed

    @property
    def uncovered(self) -> int:
        return self.target - self.committed - self.measures - self.unpromised

    @property
    def at_risk(self) -> int:
        return self.short + self.lapsed

    @property
    def collection_gap(self) -> int:
        return self.target - self.received

    @property
    def attainment(self) -> Decimal | None:
        return ratio(self.received, self.target)

    @property
    def original_attainment(self) -> Decimal | None:
        return ratio(self.received, self.original_target)

    @property
    def coverage(self) -> Decimal | None:
        if self.target <= 0:
            return None
        covered = self.committed + self.measures + self.unpromised
        return min(Decimal("1.0000"), ratio(covered, self.target) or Decimal("0.0000"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFigures(Figures):
    """One customer's month. ``owner_id`` is the rep to whom the month's figures belong."""

    customer_id: int
    public_id: UUID
    code: str
    name: str
    rating: str | None
    owner_id: int
    owner_name: str
    plan_state: str
    asked: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures(Figures):
    """The sum over the customers of one rep, one team or all, in one currency."""

    key: str
    name: str
    public_id: UUID | None
    customers: int


def customer_figures(
    month: date,
    *,
    on: date,
    customers: QuerySet[Customer] | Collection[int] | None = None,
    owners: Collection[int] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[CustomerFigures]:
    """The customers' figures for the month whose first day is given, largest at risk first.

    As of the end of ``on``. One statement, of what is kept where that serves; and the allocations
    of customers whose reversals make that day differ from what is kept. ``owners`` narrows to the
    reps whom the month belongs to.
    """
    values = parameters_of(month, on=on, customers=customers, owners=owners)
    is_kept = serves_kept(month, on=on, ids=values["customers"])
    rows = fetch_rows(by_customer(is_kept=is_kept), {**values, "limit": limit, "offset": offset})
    return [CustomerFigures(**row) for row in rows]


def grouped_figures(
    month: date,
    *,
    on: date,
    by: Grouping,
    customers: QuerySet[Customer] | None = None,
    owners: Collection[int] | None = None,
) -> list[GroupFigures]:
    """The sums of the customers' figures by rep, team or over all, a row per currency."""
    values = parameters_of(month, on=on, customers=customers, owners=owners)
    statement = grouped(by, is_kept=serves_kept(month, on=on, ids=values["customers"]))
    rows = fetch_rows(statement, values, first=("key", "name", "public_id"))
    return [GroupFigures(**row) for row in rows]


def parameters_of(
    month: date,
    *,
    on: date,
    customers: QuerySet[Customer] | Collection[int] | None,
    owners: Collection[int] | None,
) -> dict[str, Any]:
    """The parameters of the statements of ``figures_sql``."""
    ids = None if customers is None else ids_of(customers)
    return {
        **allocated_parameters(ids, on=on),
        "month": month,
        "month_end": last_of(month),
        "customers": ids,
        "owners": None if owners is None else sorted(owners),
    }


def allocated_parameters(ids: Collection[int] | None, *, on: date) -> dict[str, Any]:
    """The parameters of ``figures_sql.ALLOCATED``: the day, and what is not read of what is kept.

    ``ids`` are the customers asked for, None for all.
    """
    anew = sorted(differing_customers(on) if ids is None else differing_customers(on) & set(ids))
    instalments: list[int] = []
    days: list[date] = []
    amounts: list[int] = []
    for chunk in chunks(anew):
        for facts in load_facts(chunk).values():
            for part in allocate(facts, on=on):
                instalments.append(part.instalment)
                days.append(part.received_on)
                amounts.append(part.amount)
    return {
        "as_of": on,
        "anew": anew,
        "new_instalments": instalments,
        "new_days": days,
        "new_amounts": amounts,
    }


def serves_kept(month: date, *, on: date, ids: Collection[int] | None) -> bool:
    """Whether kept month figures answer: for the standing day's month, where none is touched."""
    return is_kept_month(month, on=on) and nothing_touched(ids)


def is_kept_month(month: date, *, on: date) -> bool:
    """Whether month figures of just this day and month are kept."""
    return on == organisation().standing_on and month == first_of(on)


def differing_customers(on: date) -> set[int]:
    """Customers whose kept allocations, cut off at ``on``, are not those of the day ``on``.

    Looking back, those with a reversal since; looking ahead, those with a payment or reversal
    until then; before the first sweep, all that ever paid.
    """
    return seen(("differing", on), lambda: _differing(on))


def _differing(on: date) -> set[int]:
    kept = organisation().standing_on
    if kept is None:
        return set(
            Payment.objects.filter(received_on__lte=on).values_list("customer_id", flat=True)
        )
    if on == kept:
        return set()
    window = Q(received_on__gt=min(on, kept), received_on__lte=max(on, kept))
    found = set(Reversal.objects.filter(window).values_list("customer_id", flat=True))
    if on > kept:
        found |= set(Payment.objects.filter(window).values_list("customer_id", flat=True))
    return found
