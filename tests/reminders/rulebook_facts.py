"""Policies, working days and the facts of the story of sixty days, for the rulebook beside it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final, NamedTuple

from tests.reminders.sixty_days import (
    ANNA,
    BO,
    DEBTORS,
    HOLIDAYS,
    PLANNED,
    PROMISES,
    Debtor,
    Event,
    Promise,
    month_planned,
)

DAY: Final = timedelta(days=1)
QUIET_DAYS: Final = 2


class Policy(NamedTuple):
    """A line of the table of rule 8."""

    grace: int
    tolerance: float
    reminders: tuple[int, ...]
    every: int
    escalate: int


POLICIES: Final = {
    "A": Policy(3, 0.01, (1,), 7, 14),
    "B": Policy(1, 0, (3,), 4, 7),
    "C": Policy(0, 0, (5, 1), 2, 3),
    "D": Policy(0, 0, (7, 3, 1), 1, 0),
}
OF: Final = {debtor.code: debtor for debtor in DEBTORS}


def is_worked(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def worked_from(day: date) -> date:
    """The day itself or the next one worked."""
    return day if is_worked(day) else worked_from(day + DAY)


def worked_after(day: date, count: int) -> date:
    """So many working days after the day."""
    for _ in range(count):
        day = worked_from(day + DAY)
    return day


def policy_of(promise: Promise) -> Policy:
    return POLICIES[OF[promise.code].rating]


def deadline_of(promise: Promise) -> date:
    return worked_after(promise.due, policy_of(promise).grace)


def named(promise: Promise) -> str:
    return f"{promise.code}/{promise.due:%m-%d}"


class Facts:
    """What is on record by now; nothing of the future."""

    def __init__(self) -> None:
        self.paid: defaultdict[str, list[int]] = defaultdict(list)
        self.spoken: defaultdict[str, list[date]] = defaultdict(list)
        self.written: dict[str, date] = {}
        self.holds: defaultdict[str, list[tuple[date, date]]] = defaultdict(list)
        self.away: list[tuple[date, date]] = []
        # By month, and paid towards it.
        self.targets = {date(2026, 3, 1): OF[PLANNED].target}

    def take(self, event: Event) -> None:
        if event.kind == "pays":
            self.paid[event.code].append(event.amount)
        elif event.kind == "is_spoken_with":
            self.spoken[event.code].append(event.day)
        elif event.kind == "is_on_hold":
            self.holds[event.code].append((event.day, event.until))
        elif event.kind == "rep_is_away":
            self.away.append((event.day, event.until))
        elif event.kind == "is_planned":
            self.targets[month_planned(event.day)] = event.amount

    def is_owed(self, promise: Promise) -> bool:
        """Payments fill a customer's instalments, the first due first (rule 4)."""
        left = sum(self.paid[promise.code])
        for one in sorted((p for p in PROMISES if p.code == promise.code), key=lambda p: p.due):
            if one == promise:
                return left < promise.amount - min(policy_of(one).tolerance * one.amount, 500)
            left -= min(left, one.amount)
        raise AssertionError(promise)

    def has_lapsed(self, promise: Promise, day: date) -> bool:
        return day > deadline_of(promise) and self.is_owed(promise)

    def is_held(self, code: str, day: date) -> bool:
        return any(since <= day <= until for since, until in self.holds[code])

    def is_quiet(self, code: str, day: date) -> bool:
        """Two days after a contact by hand or a message."""
        last = max([*self.spoken[code], self.written.get(code, date.min)], default=date.min)
        return last != date.min and day < last + QUIET_DAYS * DAY

    def reps(self, debtor: Debtor, day: date) -> list[str]:
        """Its rep, and during an absence of Anna's Bo, who acts for her (rule 11)."""
        return [debtor.owner, *([BO] if debtor.owner == ANNA and self.is_away(day) else [])]

    def is_away(self, day: date) -> bool:
        return any(since <= day <= until for since, until in self.away)

    def is_uncovered(self, day: date) -> bool:
        """Whether a part of the planned customer's month has no source: target − received."""
        months = sorted(month for month in self.targets if month <= day)
        return sum(self.targets[m] for m in months) > sum(self.paid[PLANNED])
