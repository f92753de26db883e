"""The calendar of a year: what is worked other than its weekday says."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest
from django.utils.formats import date_format

from collections_app.actions.change_calendar import first_open_day
from collections_app.core.workdays import SATURDAY
from collections_app.organisation.defaults import FIRST_YEAR as HOLIDAYS_FROM
from collections_app.organisation.defaults import LAST_YEAR as HOLIDAYS_TO
from collections_app.organisation.defaults import holiday_names, holidays_of
from collections_app.organisation.models import CalendarDay
from collections_app.organisation.queries import organisation
from collections_app.web.countries import country_name
from collections_app.web.requests import FIRST_YEAR, LAST_YEAR


@dataclass(frozen=True, slots=True)
class Entry:
    """A day that is worked, or not, other than its weekday or the country says."""

    day: date
    is_working: bool
    name: str
    is_own: bool
    is_open: bool

    @property
    def can_go(self) -> bool:
        return self.is_own and self.is_open


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month's grid; ``kind`` is blank for a working day like any other."""

    day: date
    kind: str
    name: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday to Sunday; None where a week reaches into another month."""

    first: date
    weeks: list[list[Cell | None]]
    working_days: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """A weekday's name, whole and as the head of a narrow column."""

    name: str
    letter: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """One year."""

    year: int
    country: str
    months: list[Month]
    entries: list[Entry]
    weekdays: list[Weekday]
    is_known: bool

    @property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def previous_year(self) -> int | None:
        return self.year - 1 if self.year > FIRST_YEAR else None

    @property
    def next_year(self) -> int | None:
        return self.year + 1 if self.year < LAST_YEAR else None


def calendar_page(request: HttpRequest, *, language: str) -> CalendarPage:
    """The calendar of ``?year=``, else of this year; 404 for what is no year."""
    home = organisation()
    floor = first_open_day(home)
    year = _year_asked(request, floor.year)
    entries = _entries(home.country, year, floor, language)
    by_day = {entry.day: entry for entry in entries}
    return CalendarPage(
        year=year,
        country=home.country,
        months=[_month(year, number, by_day, floor) for number in range(1, 13)],
        entries=entries,
        weekdays=_weekdays(language),
        is_known=not home.country or HOLIDAYS_FROM <= year <= HOLIDAYS_TO,
    )


def _weekdays(language: str) -> list[Weekday]:
    """From Monday on: Monday, M; 星期一, 一."""
    monday, place = date(2024, 1, 1), -1 if language.startswith("zh") else 0
    names = [date_format(monday.replace(day=n), "l") for n in range(1, 8)]
    return [Weekday(name, name[place]) for name in names]


def _year_asked(request: HttpRequest, default: int) -> int:
    text = request.GET.get("year", str(default))
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:6]) <= LAST_YEAR):
        raise Http404
    return int(text)


def _entries(country: str, year: int, floor: date, language: str) -> list[Entry]:
    names = holiday_names(country, year, language)
    found = {
        day: Entry(day, is_working, names.get(day, ""), is_own=False, is_open=day >= floor)
        for day, is_working in holidays_of(country).items()
        if day.year == year
    }
    for own in CalendarDay.objects.filter(day__year=year):
        found[own.day] = Entry(
            own.day, own.is_working, own.name, is_own=True, is_open=own.day >= floor
        )
    return [found[day] for day in sorted(found)]


def _month(year: int, number: int, entries: dict[date, Entry], today: date) -> Month:
    weeks: list[list[Cell | None]] = []
    working = 0
    for week in calendar.Calendar().monthdatescalendar(year, number):
        row: list[Cell | None] = []
        for day in week:
            if day.month != number:
                row.append(None)
                continue
            cell = _cell(day, entries.get(day), today)
            working += cell.kind in ("", "makeup")
            row.append(cell)
        weeks.append(row)
    return Month(date(year, number, 1), weeks, working)


def _cell(day: date, entry: Entry | None, today: date) -> Cell:
    is_weekend = day.weekday() >= SATURDAY
    if entry is not None and entry.is_working:
        kind = "makeup" if is_weekend else ""
    elif entry is not None:
        kind = "holiday"
    else:
        kind = "weekend" if is_weekend else ""
    return Cell(day, kind, entry.name if entry else "", day == today)
