"""A story of sixty days: customers of every rating and mode, and what happens to them. Data alone.

Amounts are whole currency units. What happens on a day happens at noon, after its mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ANNA, BO, MEI = "anna@kept.test", "bo@kept.test", "mei@kept.test"
MADE, FIRST, DAYS = date(2026, 3, 1), date(2026, 3, 2), 60
DUE = date(2026, 3, 31)  # a Tuesday
SUMMER_TIME = date(2026, 3, 29)
GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)
HOLIDAYS = (GOOD_FRIDAY, EASTER_MONDAY)
OUTAGE = tuple(date(2026, 3, 24) + timedelta(days=n) for n in range(4))
MODES: Final = {"auto": "automatic", "appr": "approve", "never": "never"}


def march(day: int) -> date:
    return date(2026, 3, day)


def april(day: int) -> date:
    return date(2026, 4, day)


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer, its rep, and the month's target that it begins with."""

    code: str
    rating: str
    mode: str
    owner: str = ANNA
    target: int = 0

    @property
    def address(self) -> str:
        return f"{self.code.lower()}@c.test"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a customer promised on the day before the first."""

    code: str
    due: date
    amount: int


@dataclass(frozen=True, slots=True)
class Event:
    """What happens on a day to a customer; ``until`` and ``amount`` as its kind has it."""

    day: date
    kind: str
    code: str = ""
    amount: int = 0
    until: date = date.min


# Of Bo, who has one customer: March is planned, asked for and paid.
PLANNED: Final = "E-plan"
DEBTORS: Final = (
    *(Debtor(f"{r}-{short}", r, mode) for r in "ABCD" for short, mode in MODES.items()),
    Debtor(PLANNED, "B", "never", owner=BO, target=50),
)
PROMISES: Final = (
    *(Promise(debtor.code, DUE, 100) for debtor in DEBTORS if debtor.owner == ANNA),
    Promise("A-auto", march(12), 20),
    Promise("A-auto", april(30), 50),
    Promise("B-auto", EASTER_MONDAY, 50),
    Promise("C-auto", april(14), 50),
    # Chased across the outage; lapsed within it, one so that it is told on the day of a chase.
    Promise("C-never", march(20), 30),
    Promise("D-never", march(24), 20),
    Promise("B-never", march(20), 20),
)
EVENTS: Final = (
    Event(march(4), "pays", PLANNED, 50),
    Event(march(12), "pays", "A-auto", 20),
    Event(march(30), "pays", "A-auto", 100),
    Event(march(30), "pays", "D-never", 20),
    *(Event(march(30), "is_released", code) for code in ("A-appr", "B-appr")),
    Event(DUE, "pays", "B-auto", 40),
    Event(DUE, "pays", "C-never", 30),
    Event(DUE, "pays", "B-never", 20),
    # What Bo is owed on Good Friday would leave when Anna is back.
    Event(DUE, "rep_is_away", until=GOOD_FRIDAY),
    Event(april(1), "is_on_hold", "D-auto", until=april(9)),
    Event(april(2), "is_spoken_with", "C-auto"),
    Event(april(2), "is_released", "B-appr"),
    Event(april(7), "pays", "D-appr", 100),
    Event(april(8), "is_planned", PLANNED, 40),
    Event(april(10), "pays", "B-auto", 60),
    # After the chase of that day.
    Event(april(10), "is_on_hold", "B-never", until=april(15)),
    Event(april(12), "is_spoken_with", "C-auto"),
    Event(april(15), "pays", PLANNED, 40),
    *(Event(april(20), "pays", code, 100) for code in ("C-auto", "D-auto", "C-appr")),
    Event(april(22), "pays", "A-appr", 100),
    # Within the tolerance.
    Event(april(22), "pays", "A-never", 99),
    Event(april(22), "pays", "B-never", 100),
    *(Event(april(23), "pays", code, 100) for code in ("C-never", "D-never", "B-appr")),
    *(Event(april(24), "pays", code, 50) for code in ("B-auto", "C-auto")),
    Event(april(28), "is_planned", PLANNED, 60),
)


def known_through(day: date) -> date:
    """Payments are known through the day before; but not over Easter week."""
    return april(5) if april(6) <= day <= april(14) else day - timedelta(days=1)


def month_planned(day: date) -> date:
    """The month that a plan of the day is for: the next one, once it is nearly over."""
    return date(2026, 5, 1) if day >= april(24) else date(2026, 4, 1)
