"""The days that the months of a year are looked at, and what on them is not as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from collections_app.core.months import add_months, last_of
from collections_app.core.workdays import WorkCalendar
from collections_app.ledger.models import Reversal
from collections_app.organisation.queries import organisation
from collections_app.standing.allocation import allocate
from collections_app.standing.figures import differing_customers
from collections_app.standing.loading import load_facts
from collections_app.standing.queries import chunks

COUNT: Final = 12
# By this working day of a month what is to come should have a source.
EARLY: Final = 5
# Of which kind it is, a month, and the day that the month stands on.
Point = tuple[str, date, date]


def points_of(month: date, *, on: date, calendar: WorkCalendar) -> tuple[Point, ...]:
    """The twelve months up to ``month`` at their ends, and at their beginnings, until ``on``."""
    months = [add_months(month, n) for n in range(1 - COUNT, 1)]
    ends: list[Point] = [("month", each, min(last_of(each), on)) for each in months]
    early: list[Point] = [("early", each, calendar.nth_of_month(each, EARLY)) for each in months]
    return (*ends, *(point for point in early if point[2] <= on))


def parameters_of_points(
    points: Sequence[Point], customers: Collection[int] | None
) -> dict[str, Any]:
    """The parameters of ``trends_sql.MONTHS`` that tell of the points and of the customers."""
    return {
        "customers": None if customers is None else sorted(customers),
        "kinds": [kind for kind, _month, _day in points],
        "months": [month for _kind, month, _day in points],
        "month_ends": [last_of(month) for _kind, month, _day in points],
        "days": [day for _kind, _month, day in points],
    } | _anew(sorted({day for _kind, _month, day in points}), customers)


def _anew(days: Sequence[date], ids: Collection[int] | None) -> dict[str, list[Any]]:
    """What on each of the days is not as what is kept says: whose, and what it is instead."""
    differing = _differing(days)
    if ids is not None:
        differing = {day: found & set(ids) for day, found in differing.items()}
    parts = []
    for chunk in chunks(sorted(set().union(*differing.values()))):
        for customer, facts in load_facts(chunk).items():
            for day in (day for day in days if customer in differing[day]):
                parts += [(day, part) for part in allocate(facts, on=day)]
    pairs = [(day, customer) for day in days for customer in sorted(differing[day])]
    return {
        "anew_days": [day for day, _customer in pairs],
        "anew_customers": [customer for _day, customer in pairs],
        "new_points": [day for day, _part in parts],
        "new_instalments": [part.instalment for _day, part in parts],
        "new_days": [part.received_on for _day, part in parts],
        "new_amounts": [part.amount for _day, part in parts],
    }


def _differing(days: Sequence[date]) -> dict[date, set[int]]:
    """``differing_customers`` of each day; days that what is kept has passed cost one statement."""
    kept = organisation().standing_on
    if kept is None or days[-1] > kept:
        return {day: differing_customers(day) for day in days}
    found = list(
        Reversal.objects.filter(received_on__gt=days[0], received_on__lte=kept).values_list(
            "received_on", "customer_id"
        )
    )
    return {day: {id_ for received_on, id_ in found if received_on > day} for day in days}
