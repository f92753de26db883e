"""What dashboards ask of each portfolio: sums of rule 1, by day and by age, and of a year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from collections_app.core.months import add_months, first_of, last_of, month_before
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.standing.course_sql import AGES, DAYS
from collections_app.standing.figures import parameters_of, serves_kept
from collections_app.standing.gaps_sql import sums_statement
from collections_app.standing.month import days_of
from collections_app.standing.points import Point, parameters_of_points, points_of
from collections_app.standing.quality_sql import work_rows
from collections_app.standing.rates import months_of, window_of
from collections_app.standing.realised_sql import DONE_SUMS, LATEST
from collections_app.standing.trends_sql import KEPT, MONTHS
from collections_app.standing.verdicts_sql import MOST_MISSING, WEEKS

# Of so many months before a day it is told what measures brought.
MONTHS_DONE: Final = 12
# What narrows nothing.
WHOLE: dict[str, None] = {"owners": None, "rating": None, "currency": None, "portfolios": None}


def are_kept(month: date, on: date) -> bool:
    """Whether answers of a month as of a day are kept: of the standing day, and a month before."""
    stands_on = organisation().standing_on
    is_near = stands_on is not None and on in (stands_on, month_before(stands_on))
    return is_near and month == first_of(on)


@dataclass(frozen=True, slots=True)
class OfMonth:
    """A question of a month as of a day."""

    month: date
    on: date

    @property
    def text(self) -> str:
        return f"{type(self).__name__} {self.month} {self.on}"

    def values(self, customers: Collection[int] | None) -> dict[str, Any]:
        found = parameters_of(self.month, on=self.on, customers=customers, owners=None)
        return found | WHOLE

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class MonthSums(OfMonth):
    """The sums of rule 1, and of what pace is measured against, which working days tell."""

    working_days: int
    worked_days: int

    @classmethod
    def of(cls, month: date, on: date) -> Self:
        days = days_of(month, on=on)
        return cls(month, on, days["working_days"], days["worked_days"])

    @property
    def text(self) -> str:
        return f"MonthSums {self.month} {self.on} {self.worked_days}/{self.working_days}"

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        values = self.values(customers) | days_of(self.month, on=self.on)
        values |= {"working_days": self.working_days, "worked_days": self.worked_days}
        is_kept = serves_kept(self.month, on=self.on, ids=values["customers"])
        return sums_statement(is_kept=is_kept), values


class MonthWork(OfMonth):
    """Of how many customers the month is planned, agreed, asked for and covered."""

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        values = self.values(customers) | days_of(self.month, on=self.on)
        is_kept = serves_kept(self.month, on=self.on, ids=values["customers"])
        return work_rows(is_kept=is_kept), values


class MonthDays(OfMonth):
    """What falls due and what came, by day."""

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return DAYS, self.values(customers)


class MonthAges(OfMonth):
    """What is open, by age."""

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return AGES, self.values(customers)


@dataclass(frozen=True, slots=True)
class YearMonths:
    """Figures of the twelve months up to ``month``, each as of its own days (trends)."""

    month: date
    on: date
    points: tuple[Point, ...]

    @classmethod
    def of(cls, month: date, on: date) -> Self:
        return cls(month, on, points_of(month, on=on, calendar=work_calendar()))

    @property
    def text(self) -> str:
        days = " ".join(f"{day:%m%d}" for kind, _month, day in self.points if kind == "early")
        return f"YearMonths {self.month} {self.on} {days}"

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return MONTHS, parameters_of_points(self.points, customers) | WHOLE


class OfVerdicts(OfMonth):
    """A question of promises whose deadline fell in the ``months`` that end with the month."""

    months = 1

    def values(self, customers: Collection[int] | None) -> dict[str, Any]:
        window = {"since": add_months(self.month, 1 - self.months), "until": last_of(self.month)}
        return super().values(customers) | window | {"zone": organisation().time_zone}


class YearVerdicts(OfVerdicts):
    """What was judged and in time of the twelve months' promises."""

    months = 12

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return KEPT, self.values(customers)


class MonthVerdicts(OfVerdicts):
    """What was kept, partially kept and broken, by week."""

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return WEEKS, self.values(customers)


class MostMissing(OfVerdicts):
    """The instalments with most not in time, one by one."""

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return MOST_MISSING, self.values(customers)


class DoneMeasures(OfMonth):
    """What done measures of the months before the day brought, by kind."""

    def values(self, customers: Collection[int] | None) -> dict[str, Any]:
        window = window_of(self.on, months=MONTHS_DONE)
        return months_of(window, self.on, customers) | WHOLE | {"kind": None}

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return DONE_SUMS, self.values(customers)


class LatestMeasures(DoneMeasures):
    """The done measures of the latest months, one by one."""

    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        return LATEST, self.values(customers)


AnyQuestion = OfMonth | YearMonths


def present_questions(day: date) -> list[AnyQuestion]:
    """What is asked each day: of the standing day, and of the same day of the month before."""
    month, before = first_of(day), month_before(day)
    return [
        MonthSums.of(month, day),
        MonthSums.of(first_of(before), before),
        MonthDays(month, day),
        MonthAges(month, day),
        MonthWork(month, day),
        YearMonths.of(month, day),
        YearVerdicts(month, day),
        MonthVerdicts(month, day),
        MostMissing(month, day),
        DoneMeasures(month, day),
        LatestMeasures(month, day),
    ]
