"""Rule 7: what a month will bring, from what came, what is promised and what is planned.

Forecast = received + what open instalments still owe × the customer's kept rate + measures × their
kind's realised rate. A short record says little of who made it: each rate is drawn towards the mean
of the customer's rating (of all kinds) as Bühlmann's credibility has it, z = n / (n + K) being the
weight of n cases of one's own ("Experience Rating and Credibility", ASTIN Bulletin 4, 1967).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from collections_app.core.months import last_of
from collections_app.customers.models import Customer
from collections_app.standing.figures import CustomerFigures, customer_figures, parameters_of
from collections_app.standing.forecast_sql import EXPECTED, OPEN
from collections_app.standing.rates import (
    KeptRate,
    kept_rates,
    kept_rates_of,
    window_of,
)
from collections_app.standing.realised import RealisedRate, realised_rates

MONTHS: Final = 12
# As many cases of one's own as weigh as much as the mean; ``docs/forecast.md`` has what others do.
CREDIBILITY: Final = 5
# Where nobody has promised anything yet, nothing speaks for one outcome or the other.
UNKNOWN: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Share:
    """What came of what was to come: amounts in minor units or numbers, in ``cases`` cases."""

    part: int
    whole: int
    cases: int

    def __add__(self, other: Share) -> Share:
        return Share(self.part + other.part, self.whole + other.whole, self.cases + other.cases)


NOTHING: Final = Share(0, 0, 0)


def drawn_to(mean: Fraction, own: Share) -> Fraction:
    """One's own share, drawn towards the mean by as much as the record is short."""
    if own.whole <= 0:
        return mean
    weight = Fraction(own.cases, own.cases + CREDIBILITY)
    return weight * Fraction(own.part, own.whole) + (1 - weight) * mean


def mean_of(shares: Iterable[Share], otherwise: Fraction) -> Fraction:
    """What came of all together; ``otherwise`` where there is nothing to go by."""
    all_of = sum(shares, NOTHING)
    return Fraction(all_of.part, all_of.whole) if all_of.whole > 0 else otherwise


def forecast_of(
    received: int,
    rest: int,
    kept: Fraction,
    measures: Mapping[str, int],
    realised: Mapping[str, Fraction],
) -> int:
    """What one customer's month will bring, in minor units, rounded down."""
    promised = rest * kept
    planned = sum((amount * realised[kind] for kind, amount in measures.items()), Fraction(0))
    return received + int(promised + planned)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a customer's month may still bring: open instalments' rest, measures by kind."""

    rest: int = 0
    measures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlook:
    """One customer's forecast, with what it is made of; minor units of the figures' currency."""

    figures: CustomerFigures
    expected: Expected
    kept: Fraction
    kept_number: Fraction
    forecast: int

    @property
    def from_promises(self) -> int:
        """What open instalments are expected to bring, rounded down."""
        return int(self.expected.rest * self.kept)

    @property
    def from_measures(self) -> int:
        """What measures are expected to bring: the rest of the forecast."""
        return self.forecast - self.figures.received - self.from_promises

    @property
    def all_kept(self) -> int:
        """The naive forecast: every open promise is kept, every measure brings what it should."""
        return self.figures.received + self.expected.rest + sum(self.expected.measures.values())


class Rates:
    """The rates of a day, each drawn towards its mean."""

    def __init__(self, customers: Collection[int], *, on: date, measured: bool) -> None:
        window = window_of(on, months=MONTHS)
        self.own = kept_rates_of(customers, on=on, months=MONTHS) if customers else {}
        self.rated = kept_rates(by="rating", window=window, on=on)
        self.done = realised_rates(window=window, on=on) if measured else []
        self._means: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}
        self._kinds: dict[str, tuple[Fraction, dict[str, Fraction]]] = {}

    def kept(self, customer: int, rating: str | None, currency: str) -> tuple[Fraction, Fraction]:
        """The customer's kept rate, by amount and by number."""
        by_amount, by_number = self._mean(rating or "", currency)
        own = self.own.get(customer)
        if own is None:
            return by_amount, by_number
        return drawn_to(by_amount, _by_amount(own)), drawn_to(by_number, _by_number(own))

    def _mean(self, rating: str, currency: str) -> tuple[Fraction, Fraction]:
        """The kept rate of all of a rating, by amount and by number; of all where it has none."""
        if (rating, currency) not in self._means:
            ours = [rate for rate in self.rated if rate.currency == currency]
            peers = [rate for rate in ours if rate.key == rating]
            amount, number = (
                mean_of(map(share, peers), mean_of(map(share, ours), UNKNOWN))
                for share in (_by_amount, _by_number)
            )
            self._means[rating, currency] = amount, number
        return self._means[rating, currency]

    def realised(self, kinds: Iterable[str], currency: str) -> dict[str, Fraction]:
        """What measures of each kind bring of what is expected of them."""
        if currency not in self._kinds:
            ours = [rate for rate in self.done if rate.currency == currency]
            mean = mean_of(map(_realised, ours), UNKNOWN)
            own = {rate.kind: drawn_to(mean, _realised(rate)) for rate in ours}
            self._kinds[currency] = mean, own
        mean, of_kind = self._kinds[currency]
        return {kind: of_kind.get(kind, mean) for kind in kinds}


def _by_amount(rate: KeptRate) -> Share:
    return Share(rate.on_time, rate.amount, rate.number)


def _by_number(rate: KeptRate) -> Share:
    return Share(rate.kept, rate.number, rate.number)


def _realised(rate: RealisedRate) -> Share:
    return Share(rate.realised, rate.expected, rate.done)


def outlooks(
    month: date,
    *,
    on: date,
    customers: QuerySet[Customer] | Collection[int] | None = None,
    owners: Collection[int] | None = None,
) -> list[Outlook]:
    """The forecast of each customer with a row in the month, as of the end of ``on``.

    Once the month is over it is what was received. Rates are those of the twelve months before
    ``on``; six statements, and what ``customer_figures`` takes for past days.
    """
    return outlooks_of(
        customer_figures(month, on=on, customers=customers, owners=owners), month, on
    )


def outlooks_of(rows: Sequence[CustomerFigures], month: date, on: date) -> list[Outlook]:
    """The forecasts of customers whose figures of the month are given, as of the end of ``on``."""
    expected = _expected(month, on, [row.customer_id for row in rows])
    measured = any(one.measures for one in expected.values())
    rates = Rates(sorted(expected), on=on, measured=measured)
    return [_outlook(row, expected.get(row.customer_id, Expected()), rates) for row in rows]


def _outlook(row: CustomerFigures, expected: Expected, rates: Rates) -> Outlook:
    kept, number = rates.kept(row.customer_id, row.rating, row.currency)
    realised = rates.realised(expected.measures, row.currency)
    total = forecast_of(row.received, expected.rest, kept, expected.measures, realised)
    return Outlook(row, expected, kept, number, total)


def _expected(month: date, on: date, customers: list[int]) -> dict[int, Expected]:
    if on > last_of(month) or not customers:
        return {}
    rests: dict[int, int] = defaultdict(int)
    measures: dict[int, dict[str, int]] = defaultdict(dict)
    for customer, kind, amount in _rows(EXPECTED, month, on, customers):
        if kind is None:
            rests[customer] = amount
        else:
            measures[customer][kind] = amount
    return {c: Expected(rests.get(c, 0), measures.get(c, {})) for c in rests.keys() | measures}


def open_instalments(month: date, *, on: date, customers: list[int]) -> list[tuple[int, int, str]]:
    """Instalments due in the month and open at ``on``: customer, id, verdict as it stands today.

    The verdict is blank where none has been reached, or none ever will be.
    """
    return [(c, i, v) for c, i, v in _rows(OPEN, month, on, customers)] if customers else []


def _rows(statement: str, month: date, on: date, customers: list[int]) -> list[tuple[Any, ...]]:
    values = parameters_of(month, on=on, customers=customers, owners=None)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
