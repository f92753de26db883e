"""Who is to be told what, when, and when a lapse wants a follow-up: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collections_app.core.workdays import WorkCalendar

DAY = timedelta(days=1)


def morning_of(on: date, *, hour: int, zone: str, calendar: WorkCalendar) -> datetime:
    """When mail about the day's sweep leaves: that morning, or the next working one (rule 9)."""
    return datetime.combine(calendar.on_or_after(on), time(hour), ZoneInfo(zone))


def quiet_until(contact_on: date, *, days: int) -> date:
    """The first day on which a message may go again after a contact by hand (rule 9)."""
    return contact_on + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Interval:
    """Follow up a lapse every so many days, from a day on (None: from the beginning)."""

    valid_from: date | None
    days: int


@dataclass(frozen=True, slots=True)
class Chased:
    """One lapse and what stills its chase (rules 8 and 9).

    ``intervals`` ascend by day, the first one without a day: that of the rating's policy, each day
    judged by the policy of its time. ``follow_ups`` are the days of contacts; those up to the
    deadline say nothing of the lapse. ``still`` are spans of days, both ends included, on which
    nobody asks: holds, and open promises that cover the money.
    """

    deadline_on: date
    intervals: Sequence[Interval]
    follow_ups: Sequence[date] = ()
    still: Sequence[tuple[date, date]] = ()

    def last_follow_up(self, on: date) -> date | None:
        """The latest contact since the lapse, by the day ``on``."""
        return max((d for d in self.follow_ups if self.deadline_on < d <= on), default=None)

    def interval_on(self, day: date) -> int:
        """The interval of the policy in force on the day."""
        known = [i for i in self.intervals if i.valid_from is None or i.valid_from <= day]
        return known[-1].days if known else self.intervals[0].days


def chase_days(lapse: Chased, *, on: date) -> Iterator[date]:
    """The days by ``on`` on which a follow-up is wanted, ascending.

    The first is the morning after the deadline, or after whatever stills it then; another comes
    whenever an interval has passed since the last one, or since a follow-up. On the day of a
    follow-up none is wanted.
    """
    contacts = sorted({day for day in lapse.follow_ups if lapse.deadline_on < day <= on})
    reached: date | None = None
    day = lapse.deadline_on + DAY
    while day <= on:
        while contacts and contacts[0] <= day:
            reached = contacts.pop(0)
        if reached is not None and (waited := (day - reached).days) < lapse.interval_on(day):
            day = _step(lapse, day, lapse.interval_on(day) - waited, contacts)
        elif (end := _still_until(lapse, day)) is not None:
            day = min([end + DAY, *contacts[:1]])
        else:
            yield day
            reached = day
            day += DAY


def _step(lapse: Chased, day: date, count: int, contacts: Sequence[date]) -> date:
    """So many days on, but not past the next contact, nor past the start of another policy."""
    changes = [i.valid_from for i in lapse.intervals if i.valid_from and i.valid_from > day]
    return min([day + count * DAY, *contacts[:1], *changes])


def _still_until(lapse: Chased, day: date) -> date | None:
    return max((end for start, end in lapse.still if start <= day <= end), default=None)


def wants_follow_up(lapse: Chased, *, on: date) -> bool:
    """Whether a follow-up is wanted on just that day: the days of a chase, counted by notices."""
    return any(day == on for day in chase_days(lapse, on=on))


def wanted_since(lapse: Chased, *, on: date) -> date | None:
    """Since when a follow-up is wanted that nobody has made yet; None while nothing is wanted.

    What was wanted yesterday and not done is wanted today; a hold stills that as well.
    """
    if _still_until(lapse, on) is not None:
        return None
    last = lapse.last_follow_up(on) or lapse.deadline_on
    return next((day for day in chase_days(lapse, on=on) if day > last), None)
