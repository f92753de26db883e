"""The twelve months behind one customer: what was planned, promised and paid, and conceded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from collections_app.core.months import add_months, last_of
from collections_app.core.planned import fetch_planned
from collections_app.organisation.queries import organisation
from collections_app.standing.one_sql import PAST
from collections_app.standing.rates import ConcessionRate, concession_rates, window_of
from collections_app.standing.year import MONTHS, YearMonth, year_of


@dataclass(frozen=True, slots=True)
class Past:
    """The months up to one, the earliest first; what was conceded in the twelve before today."""

    year: list[YearMonth]
    conceded: list[ConcessionRate]


def past_of(customer_id: int, *, until: date, on: date) -> Past:
    """The past as of the end of ``on``: one statement on the standing day, planned once."""
    window = window_of(on, months=MONTHS)
    if on != organisation().standing_on:
        conceded = concession_rates(window=window, on=on, customers=[customer_id])
        return Past(year_of(customer_id, until=until, on=on), conceded)
    values: dict[str, Any] = {
        "customer": customer_id,
        "as_of": on,
        "first": add_months(until, 1 - MONTHS),
        "last": until,
        "last_day": last_of(until),
        "window_first": window.first_month,
        "window_last": window.last_month,
    }
    year, given = fetch_planned(PAST, values)[0]
    return Past(
        [YearMonth(date.fromisoformat(row.pop("month")), **row) for row in year],
        [ConcessionRate(**row) for row in given or ()],
    )
