"""A customer's record: what became of its promises, month by month, and what that suggests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from collections_app.customers.models import Customer
from collections_app.organisation.models import Rating, RatingPolicy
from collections_app.organisation.queries import policies_on
from collections_app.standing.head import WINDOWS, Head
from collections_app.standing.past import past_of
from collections_app.standing.rates import (
    ConcessionRate,
    KeptRate,
    kept_rates_of,
)
from collections_app.standing.regularity import Regularity, regularities
from collections_app.standing.suggesting import Suggestion, suggest
from collections_app.standing.year import YearMonth
from collections_app.web.pages.bars import Bar, Panel, columns, panels
from collections_app.web.pages.units import Unit

# The window by which a customer is judged, in months.
YEAR: Final = WINDOWS[-1]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a customer behaved over twelve months, and the rating that it suggests."""

    kept: KeptRate | None
    regularity: Regularity | None
    suggestion: Suggestion | None
    rating: str | None
    is_agreed: bool

    @property
    def differs(self) -> bool:
        """Whether another rating is suggested than the customer has."""
        return self.suggestion is not None and self.suggestion.rating != self.rating

    @property
    def verdicts(self) -> int:
        return self.kept.number if self.kept else 0


@dataclass(frozen=True, slots=True)
class RegularPicture:
    """The regular payment month by month."""

    bars: list[Bar]
    score: int
    regularity: Regularity


@dataclass(frozen=True, slots=True)
class RecordTab:
    """The tab: kept rates by window, the regular payment, the twelve months up to one."""

    conduct: Conduct
    windows: list[tuple[int, KeptRate | None]]
    conceded: ConcessionRate | None
    regular: RegularPicture | None
    year: list[YearMonth]
    panels: list[Panel]
    unit: Unit

    @property
    def has_year(self) -> bool:
        return any(m.target or m.committed or m.received for m in self.year)


def conduct_of(customer: Customer, *, on: date) -> Conduct:
    """Kept rate, regularity and suggested rating as of ``on``: two statements."""
    kept = kept_rates_of([customer.pk], on=on).get(customer.pk)
    return _conduct(customer, kept, regularities([customer.pk], on=on).get(customer.pk))


def conduct_in(head: Head, customer: Customer) -> Conduct:
    """The same of what is known already."""
    return _conduct(customer, head.kept.get(YEAR), head.regularity)


def _conduct(customer: Customer, kept: KeptRate | None, regularity: Regularity | None) -> Conduct:
    is_agreed = customer.regular_amount is not None and customer.regular_day is not None
    present = regularity if is_agreed else None
    return Conduct(kept, present, suggest(kept, present), customer.rating, is_agreed)


def record_tab(
    customer: Customer, head: Head, conduct: Conduct, *, month: date, on: date
) -> RecordTab:
    """The record up to ``month``, as of ``on``."""
    windows = [(months, head.kept.get(months)) for months in WINDOWS]
    past = past_of(customer.pk, until=month, on=on)
    amounts: list[int | None] = [customer.regular_amount]
    amounts += [a for _, kept in windows if kept for a in (kept.amount, kept.on_time)]
    amounts += [a for m in past.year for a in (m.target, m.committed, m.received)]
    regular = None
    if conduct.regularity:
        months = conduct.regularity.months
        amounts += [a for m in months for a in (m.amount, m.received)]
        shares = [(m.month, m.share) for m in months]
        regular = RegularPicture(columns(shares), conduct.regularity.score, conduct.regularity)
    return RecordTab(
        conduct=conduct,
        windows=windows,
        conceded=next((c for c in past.conceded if c.number), None),
        regular=regular,
        year=past.year,
        panels=panels(past.year),
        unit=Unit.of(customer.currency, amounts),
    )


def policy_lines(team_id: int | None, *, on: date) -> list[RatingPolicy]:
    """What each rating means for customers of the team's people, A first."""
    now = policies_on(on)
    return [now.of(rating, team_id) for rating in Rating.values]
