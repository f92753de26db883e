"""Changing the calendar of working days: deadlines still ahead move along, as one act on record.

What is past stays as it was counted: a change is of today or later, and a new country leaves the
days before as they were (rules 5 and 11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.accounts.operations import record
from collections_app.commitments.making import deadline_of
from collections_app.commitments.models import Commitment, Instalment, InstalmentQuerySet
from collections_app.core.refusals import Refused
from collections_app.core.workdays import WorkCalendar
from collections_app.organisation.defaults import countries, holiday_names, holidays_of
from collections_app.organisation.models import CalendarDay, Organisation
from collections_app.organisation.operations import change_settings
from collections_app.organisation.queries import (
    held_organisation,
    organisation,
    today,
    work_calendar,
)
from collections_app.planning.models import MonthPlan
from collections_app.standing.operations import refresh_touched


class CalendarRefused(Refused):
    """The calendar cannot be changed like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """One change: another ``country``, or one ``day`` that is worked, or not, or as it ever was.

    ``is_working`` None takes the organisation's own entry for the day out.
    """

    day: date | None = None
    is_working: bool | None = None
    name: str = ""
    country: str | None = None

    @property
    def on(self) -> date:
        """The day of a change of one day."""
        assert self.day is not None
        return self.day


@dataclass(frozen=True, slots=True)
class Moved:
    """How many deadlines a change of the calendar moves, and of how many customers."""

    deadlines: int = 0
    customers: int = 0


def preview_calendar(change: CalendarChange) -> Moved:
    """How much ``change_calendar`` would move now; raises as it does and writes nothing."""
    home = organisation()
    _check(change, home)
    groups = list(_moving(_after(change, home), home))
    return _counted(groups)


def change_calendar(
    change: CalendarChange, *, actor: Person | None, seen: Mapping[str, str] | None = None
) -> Moved:
    """Change the calendar, move the deadlines still ahead and bring what hangs on them up to date.

    Raises ``CalendarRefused``: ``in_the_past``, ``conflict`` (the day has an entry already),
    ``unchanged``, ``removed`` (it has none any more), ``unknown_value`` (a country).
    """
    with transaction.atomic():
        home = held_organisation()
        _check(change, home)
        after = _after(change, home)
        _write(change, home, actor=actor, seen=seen)
        moved = _counted(list(_move(after, home)))
        record(
            actor=actor,
            verb="change",
            subject_kind="calendar",
            subject_id=change.country or str(change.day or ""),
            payload={
                "day": change.day,
                "is_working": change.is_working,
                "name": change.name,
                "country": change.country,
                "deadlines_moved": moved.deadlines,
                "customers": moved.customers,
            },
        )
        refresh_touched()
    return moved


def first_open_day(home: Organisation) -> date:
    """The first day that a change may be of: today, or the standing day if that lies ahead."""
    return max(today(), home.standing_on or date.min)


def _check(change: CalendarChange, home: Organisation) -> None:
    if change.country is not None:
        if change.country and change.country not in countries():
            raise CalendarRefused(
                _("The holidays of this country are not known."),
                code="unknown_value",
                field="country",
            )
        if change.country == home.country:
            raise CalendarRefused(_("Nothing changes."), code="unchanged", field="country")
        return
    if change.on < first_open_day(home):
        raise CalendarRefused(
            _("Past days stay as they were counted: choose today or a later day."),
            code="in_the_past",
            field="day",
        )
    stored = CalendarDay.objects.filter(day=change.on).exists()
    if change.is_working is None:
        if not stored:
            raise CalendarRefused(_("This entry was removed meanwhile."), code="removed")
        return
    if stored:
        raise CalendarRefused(
            _("There is an entry for this day already: remove it first."),
            code="conflict",
            field="day",
        )
    if work_calendar().is_working(change.on) is change.is_working:
        raise CalendarRefused(
            _("This day is worked already.")
            if change.is_working
            else _("This day is not worked anyway."),
            code="unchanged",
            field="day",
        )


def _after(change: CalendarChange, home: Organisation) -> WorkCalendar:
    """The calendar as the change makes it."""
    now = work_calendar()
    if change.country is None:
        special = dict(now.special)
        special.pop(change.on, None)
        value = change.is_working
        if value is None:
            value = holidays_of(home.country).get(change.on)
        if value is not None:
            special[change.on] = value
        return WorkCalendar(special)
    special = dict(holidays_of(change.country))
    special.update(CalendarDay.objects.values_list("day", "is_working"))
    floor = first_open_day(home)
    former = {day: now.is_working(day) for day in {*now.special, *special} if day < floor}
    return WorkCalendar(special | former)


def _write(
    change: CalendarChange,
    home: Organisation,
    *,
    actor: Person | None,
    seen: Mapping[str, str] | None,
) -> None:
    if change.country is not None:
        _keep_the_past(change.country, home)
        change_settings(actor=actor, seen=seen, country=change.country)
    elif change.is_working is None:
        CalendarDay.objects.filter(day=change.on).delete()
    else:
        CalendarDay.objects.create(
            day=change.on, is_working=change.is_working, name=change.name.strip()
        )


def _keep_the_past(country: str, home: Organisation) -> None:
    """Write down how days before today were counted, where the new country has them otherwise."""
    starts = [
        first
        for first in (
            MonthPlan.objects.aggregate(first=Min("month"))["first"],
            Commitment.objects.aggregate(first=Min("made_on"))["first"],
        )
        if first is not None
    ]
    if not starts:
        return
    start, end = min(starts), first_open_day(home)
    now = work_calendar()
    then = dict(holidays_of(country))
    stored = set(CalendarDay.objects.values_list("day", flat=True))
    calendar = WorkCalendar(then)
    kept = [
        CalendarDay(
            day=day,
            is_working=now.is_working(day),
            name=holiday_names(home.country, day.year, home.language).get(day, "")[:200],
        )
        for day in sorted({*now.special, *then} - stored)
        if start <= day < end and now.is_working(day) != calendar.is_working(day)
    ]
    CalendarDay.objects.bulk_create(kept, batch_size=1000)


@dataclass(frozen=True, slots=True)
class _Group:
    """Instalments of one due date and grace whose deadline moves to ``to``."""

    due_on: date
    grace_days: int
    to: date
    count: int
    customers: frozenset[int]


def _ahead(home: Organisation) -> InstalmentQuerySet:
    """Instalments whose deadline has not passed, of commitments that have not ended."""
    floor = first_open_day(home)
    in_force = Q(commitment__ended_on__isnull=True) | Q(commitment__ended_on__gt=floor)
    return Instalment.objects.filter(in_force, deadline_on__gte=floor)


def _moving(calendar: WorkCalendar, home: Organisation) -> Iterator[_Group]:
    """What moves under the calendar; few groups however many instalments."""
    floor = first_open_day(home)
    rows = (
        _ahead(home)
        .values_list("due_on", "commitment__grace_days", "deadline_on")
        .annotate(count=Count("pk"), owing=ArrayAgg("customer_id", distinct=True))
        .order_by("due_on", "commitment__grace_days", "deadline_on")
    )
    for due_on, grace, former, count, owing in rows:
        to = deadline_of(
            due_on,
            grace_days=grace,
            calendar=calendar,
            next_working_day=home.due_on_next_working_day,
        )
        # A deadline that is still ahead is never moved to where it has passed already.
        if to != former and to >= floor:
            yield _Group(due_on, grace, to, count, frozenset(owing))


def _move(calendar: WorkCalendar, home: Organisation) -> Iterator[_Group]:
    for group in list(_moving(calendar, home)):
        _ahead(home).filter(due_on=group.due_on, commitment__grace_days=group.grace_days).exclude(
            deadline_on=group.to
        ).update(deadline_on=group.to)
        yield group


def _counted(groups: list[_Group]) -> Moved:
    customers: set[int] = set()
    for group in groups:
        customers |= group.customers
    return Moved(sum(group.count for group in groups), len(customers))
