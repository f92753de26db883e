"""The sweep: with nothing to do, and over one day on which many promises lapse."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any
from unittest.mock import patch

from django.db import connection

from benchmarks.databases import empty_database, settle, taken_back
from benchmarks.files import REPS, bring, bring_people_and_customers, csv_of
from benchmarks.measure import Ratio, Report, Size, Times, side_by_side
from collections_app.reminders import stirring
from collections_app.reminders.sweep import Swept, sweep
from collections_app.standing.models import InstalmentStanding

# Customers with promises of the past, all kept; the first of them have some that lapse.
CUSTOMERS, PAST = 200, 20
LAPSING_CUSTOMERS, LAPSING = 100, 10
# A Tuesday in the past of any clock; what is due on it has lapsed on the next day.
DUE_ON = date(2025, 6, 10)
LAPSED_ON = DUE_ON + timedelta(days=1)
MADE_ON = DUE_ON - timedelta(weeks=PAST + 2)
TIMES_NOTHING, TIMES_DAY = 40, 7
UPDATE = """
    UPDATE standing_instalmentstanding SET state = 'broken', swept_state = 'broken'
    WHERE instalment_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class _Measured:
    nothing: Times
    nothing_database: float
    day: Times
    update: Times
    swept: Swept
    instalments: int


def run(size: Size) -> Report:
    """The cost is to follow what is due, not what exists."""
    few = _measure(size, size.at_one(CUSTOMERS))
    many = _measure(size, size.scaled(CUSTOMERS)) if size.scale > 1 else few
    report = Report()
    for times, one in {1: few, size.scale: many}.items():
        floor = "a bare UPDATE of the same rows"
        job = f"one day with notices, at {times} ×"
        report.ratios.append(Ratio(job, one.day.p50, floor, one.update.p50, at_most=4))
        report.figures |= {
            f"instalments at {times} ×": one.instalments,
            f"lapsed at {times} ×": sum(one.swept.transitions.values()),
            f"messages at {times} ×": one.swept.messages,
            f"nothing due at {times} ×, ms of database": round(one.nothing_database, 2),
        }
    if size.scale > 1:
        for job, large, small, most in (
            ("nothing due", many.nothing, few.nothing, 1.5),
            ("one day with notices", many.day, few.day, 1.3),
        ):
            name = f"{job}, at {size.scale} ×"
            report.ratios.append(Ratio(name, large.p50, "the same at 1 ×", small.p50, at_most=most))
    _compare_ticks(size, report)
    return report


def _compare_ticks(size: Size, report: Report) -> None:
    """A tick of a day that was swept, while every customer has mail that waits for a person."""
    tick, whole = _ticks(size, size.scaled(CUSTOMERS))
    name = f"a tick with nothing new, at {size.scale} ×"
    report.ratios.append(Ratio(name, tick.p50, "a whole sweep of it", whole.p50, at_most=0.5))
    if size.scale > 1:
        small, _whole = _ticks(size, size.at_one(CUSTOMERS))
        report.ratios.append(Ratio(name, tick.p50, "the same at 1 ×", small.p50, at_most=1.5))


def _ticks(size: Size, customers: int) -> tuple[Times, Times]:
    with empty_database():
        bring_people_and_customers(customers, on=DUE_ON)
        header = "code,name,owner_email,contact_name,contact_email,reminder_mode"
        rows = [
            (f"K{n}", f"Customer {n}", f"rep{n % REPS}@kept.test", "Q", f"q{n}@c.test", "approve")
            for n in range(customers)
        ]
        bring("customers", csv_of(header, rows), on=DUE_ON)
        soon = [
            (f"S{n}", f"K{n}", MADE_ON, DUE_ON + timedelta(days=3), "100.00")
            for n in range(customers)
        ]
        bring(
            "commitments", csv_of("reference,customer_code,made_on,due_on,amount", soon), on=DUE_ON
        )
        sweep(on=DUE_ON)
        settle()
        # What was just brought is on record as done of late.
        with patch.object(stirring, "LOOKED_BACK", timedelta(0)):
            tick, whole = side_by_side(
                lambda: sweep(on=DUE_ON, is_tick=True),
                _sweep_nothing,
                times=size.times(TIMES_NOTHING),
            )
    return tick, whole


def _measure(size: Size, customers: int) -> _Measured:
    with empty_database():
        _fill(customers, lapsing=min(customers, size.at_one(LAPSING_CUSTOMERS)))
        settle()
        lapsing = list(
            InstalmentStanding.objects.filter(changes_on__lte=LAPSED_ON).values_list(
                "pk", flat=True
            )
        )
        (nothing,) = side_by_side(_sweep_nothing, times=size.times(TIMES_NOTHING))
        day, update = side_by_side(
            _sweep_a_day, lambda: _update(lapsing), times=size.times(TIMES_DAY)
        )
        swept = _sweep_a_day()
        assert sum(swept.transitions.values()) == len(lapsing) > 0
        return _Measured(
            nothing=nothing,
            nothing_database=median(
                _database_milliseconds(_sweep_nothing) for _ in range(size.times(TIMES_DAY))
            ),
            day=day,
            update=update,
            swept=swept,
            instalments=InstalmentStanding.objects.count(),
        )


def _fill(customers: int, *, lapsing: int) -> None:
    bring_people_and_customers(customers, on=DUE_ON)
    past = [
        (f"P{n}-{week}", f"K{n}", MADE_ON, DUE_ON - timedelta(weeks=week), "100.00")
        for n in range(customers)
        for week in range(1, PAST + 1)
    ]
    due = [
        (f"D{n}-{k}", f"K{n}", MADE_ON, DUE_ON, "100.00")
        for n in range(lapsing)
        for k in range(LAPSING)
    ]
    header = "reference,customer_code,made_on,due_on,amount"
    bring("commitments", csv_of(header, past + due), on=DUE_ON)
    paid = [(reference, code, on, amount) for reference, code, _made, on, amount in past]
    bring("payments", csv_of("reference,customer_code,received_on,amount", paid), on=DUE_ON)
    sweep(on=DUE_ON, notify=False)


def _sweep_nothing() -> None:
    sweep(on=DUE_ON)


def _sweep_a_day() -> Swept:
    with taken_back():
        return sweep(on=LAPSED_ON)


def _update(instalments: list[int]) -> None:
    with taken_back(), connection.cursor() as cursor:
        cursor.execute(UPDATE, [instalments])
        assert cursor.rowcount == len(instalments)


def _database_milliseconds(work: Callable[[], object]) -> float:
    """How long the statements of a work take, as seen from here."""
    total = 0.0

    def timed(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal total
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            total += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        work()
    return total * 1000
