"""How the demo's customers pay: in time, late, in part or not at all, by their rating."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Protocol

from collections_app.core.months import last_of
from collections_app.core.workdays import WorkCalendar

Row = dict[str, Any]
# Of a hundred instalments: paid in time, late, in part; the rest not.
WORD = {"A": (92, 6, 1), "B": (80, 13, 4), "C": (58, 22, 12), "D": (36, 26, 18)}
# The most days by which late money is late.
LATE = {"A": 8, "B": 15, "C": 30, "D": 45}
# How likely money that nobody promised comes within its month.
UNASKED = {"A": 0.85, "B": 0.7, "C": 0.5, "D": 0.3}


@dataclass(slots=True)
class Files:
    """The rows of each file, as an import takes them."""

    customers: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    adjustments: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)
    measures: list[Row] = field(default_factory=list)
    commitments: list[Row] = field(default_factory=list)
    followups: list[Row] = field(default_factory=list)


class Chase(Protocol):
    """Who follows up what was not paid by its day."""

    def chase(self, due: date, *, until: date | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Promised:
    """One instalment: how much, in minor units, by when."""

    due: date
    amount: int


def text_of(amount: int) -> str:
    """Minor units as a file has them."""
    return f"{amount // 100}.{amount % 100:02d}"


class Money:
    """The payments of one customer until the day before ``on``."""

    def __init__(
        self,
        code: str,
        rating: str,
        random: Random,
        on: date,
        calendar: WorkCalendar,
        files: Files,
    ) -> None:
        self.code, self.rating, self.random = code, rating, random
        self.on, self.calendar, self.files = on, calendar, files
        self.count = 0

    def keep(self, promised: list[Promised], contacts: Chase) -> int:
        """Pay instalments as the customer's word goes; return how much of them never came.

        What is not there by its day is followed up by ``contacts``.
        """
        missing = 0
        in_time, late, in_part = WORD[self.rating]
        for one in promised:
            fate, share = self.random.random() * 100, self.random.choice((0.3, 0.5, 0.6))
            early = self.random.choice((0, 0, 0, 1, 2))
            days = self.random.randint(4, LATE[self.rating])
            if fate < in_time:
                self._pay(self.calendar.on_or_before(one.due - timedelta(days=early)), one.amount)
            elif fate < in_time + late:
                self._pay(one.due + timedelta(days=days), one.amount)
                contacts.chase(one.due, until=one.due + timedelta(days=days))
            elif fate < in_time + late + in_part:
                part = int(one.amount * share) // 100 * 100
                self._pay(self.calendar.on_or_before(one.due), part)
                missing += one.amount - part
                contacts.chase(one.due, until=None)
            else:
                missing += one.amount
                contacts.chase(one.due, until=None)
        return missing

    def catch_up(self, amount: int, after: date) -> None:
        """Pay what had not come some weeks after a month, if at all."""
        if amount and self.random.random() < 0.8:
            self._pay(after + timedelta(days=self.random.randint(5, 40)), amount)

    def unpromised(self, month: date, amount: int) -> None:
        """Pay what fell due in a month and nobody promised, late in it or in the weeks after."""
        if amount < 100_00:
            return
        days = self.random.randint(0, 6)
        if self.random.random() < UNASKED[self.rating]:
            day = last_of(month) - timedelta(days=days)
        else:
            day = last_of(month) + timedelta(days=days * 6)
        self._pay(day, amount)

    def receive(self, day: date, amount: int) -> str | None:
        """Money on a day, if that has come; the payment's reference."""
        if day >= self.on or amount <= 0:
            return None
        self.count += 1
        reference = f"PAY-{day:%Y%m%d}-{self.code}-{self.count}"
        self.files.payments.append(
            {
                "reference": reference,
                "customer_code": self.code,
                "received_on": day,
                "amount": text_of(amount),
                "method": "transfer",
            }
        )
        return reference

    def _pay(self, day: date, amount: int) -> None:
        """Receive it on the next working day; now and then as a draft, now and then it bounces."""
        day = self.calendar.on_or_after(day)
        method, fate = self.random.random(), self.random.random()
        reference = self.receive(day, amount)
        if reference is None:
            return
        row = self.files.payments[-1]
        if method < 0.15:
            row |= {
                "method": "acceptance_draft",
                "matures_on": day + timedelta(days=90),
            }
        elif method < 0.25:
            row["method"] = "cheque"
        bounced = self.calendar.after(day, 4)
        if fate < 0.01 and bounced < self.on:
            self._bounce(reference, bounced, amount)
            self._pay(bounced + timedelta(days=7), amount)

    def _bounce(self, reference: str, day: date, amount: int) -> None:
        self.files.payments.append(
            {
                "reference": f"REV-{reference}",
                "customer_code": self.code,
                "received_on": day,
                "amount": f"-{text_of(amount)}",
                "method": self.files.payments[-1]["method"],
                "reverses": reference,
            }
        )
