"""What happened at the demo's customers: invoices, payments, plans, promises, month by month."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from collections_app.core.money import split_evenly
from collections_app.core.months import add_months, first_of, last_of, month_text, segment_ends
from collections_app.core.workdays import WorkCalendar
from collections_app.upkeep.demo_people import CONTACTS, REPS, name_of

Row = dict[str, Any]
MONTHS_BACK = 13
TERMS_DAYS = 30
# How many days after the due date money comes, and how often it does not come at all.
LATENESS = {"A": (-6, 2, 0.0), "B": (-2, 9, 0.02), "C": (0, 30, 0.06), "D": (8, 60, 0.15)}
MEASURES = ("incentive", "promotion", "joint_collection", "outlet_development", "training")
CHANNELS = ("visit", "phone", "wechat")


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


def tell_story(*, customers: int, seed: int, on: date, calendar: WorkCalendar) -> Files:
    """Everything that happened at so many customers until the day before ``on``."""
    files = Files()
    for number in range(1, customers + 1):
        # A source of chance for each, so that one more customer changes no other.
        _Customer(number, Random(f"{seed}/{number}"), on, calendar, files).live()
    _add_seed_example(files, on, calendar)
    return files


class _Customer:
    """One customer's thirteen months and the present one."""

    def __init__(
        self, number: int, random: Random, on: date, calendar: WorkCalendar, files: Files
    ) -> None:
        self.random, self.on, self.calendar, self.files = random, on, calendar, files
        self.code = f"C{number:04d}"
        self.rating = random.choices("ABCD", weights=(25, 40, 25, 10))[0]
        self.volume = random.choice((8_000, 15_000, 30_000, 60_000, 120_000))
        self.contact = random.choice(CONTACTS)
        self.due: dict[date, int] = {}
        files.customers.append(
            {
                "code": self.code,
                "name": name_of(number, random),
                "owner_email": REPS[number % len(REPS)],
                "credit_rating": self.rating,
                "currency": "CNY",
                "contact_name": self.contact,
                "contact_email": f"ap@{self.code.lower()}.example",
                "payment_terms_days": TERMS_DAYS,
                "reminder_mode": random.choice(("automatic", "approve", "approve", "never")),
            }
        )

    def live(self) -> None:
        present = first_of(self.on)
        for back in range(MONTHS_BACK, -1, -1):
            self._invoice(add_months(present, -back))
        for back in range(MONTHS_BACK - 2, -1, -1):
            self._plan(add_months(present, -back))

    def _invoice(self, month: date) -> None:
        for place in range(self.random.randint(1, 3)):
            issued = month + timedelta(days=self.random.randint(0, 26))
            if issued >= self.on:
                continue
            due = issued + timedelta(days=TERMS_DAYS)
            amount = round(self.volume * self.random.uniform(0.25, 0.6), 0)
            number = f"INV-{month:%Y%m}-{self.code}-{place + 1}"
            self.files.invoices.append(
                {
                    "number": number,
                    "customer_code": self.code,
                    "issued_on": issued,
                    "due_on": due,
                    "amount": f"{amount:.2f}",
                }
            )
            self.due[first_of(due)] = self.due.get(first_of(due), 0) + int(amount)
            self._pay(number, due, int(amount))

    def _pay(self, number: str, due: date, amount: int) -> None:
        earliest, latest, never = LATENESS[self.rating]
        if self.random.random() < 0.02:
            self._adjust(number, due, amount)
        if self.random.random() < never:
            return
        parts = [amount] if self.random.random() < 0.8 else split_evenly(amount, 2)
        day = due + timedelta(days=self.random.randint(earliest, latest))
        for place, part in enumerate(parts, 1):
            if day >= self.on:
                return
            reference = f"PAY-{number[4:]}-{place}"
            row = {
                "reference": reference,
                "customer_code": self.code,
                "received_on": day,
                "amount": f"{part:.2f}",
                "method": self.random.choice(("transfer", "transfer", "acceptance_draft")),
            }
            if self.random.random() < 0.25:
                row["invoice_number"] = number
            self.files.payments.append(row)
            bounced = day + timedelta(days=6)
            if self.random.random() < 0.008 and bounced < self.on:
                self.files.payments.append(
                    {
                        "reference": f"REV-{reference}",
                        "customer_code": self.code,
                        "received_on": bounced,
                        "amount": f"-{part:.2f}",
                        "reverses": reference,
                    }
                )
            day += timedelta(days=self.random.randint(4, 15))

    def _adjust(self, number: str, due: date, amount: int) -> None:
        if due >= self.on:
            return
        self.files.adjustments.append(
            {
                "number": f"ADJ-{number[4:]}",
                "customer_code": self.code,
                "on": due,
                "amount": f"{amount * 0.05:.2f}",
                "kind": self.random.choice(("credit_note", "discount", "rebate_offset")),
                "invoice_number": number,
            }
        )

    def _plan(self, month: date) -> None:
        is_present = month == first_of(self.on)
        target = round(self.due.get(month, 0) * self.random.uniform(0.95, 1.25), -2)
        if target <= 0 or self.random.random() < (0.15 if is_present else 0.08):
            return
        row: Row = {
            "customer_code": self.code,
            "month": month_text(month),
            "target": f"{target:.2f}",
        }
        self.files.plans.append(row)
        start = self.calendar.nth_of_month(month, self.random.randint(1, 3))
        if start >= self.on:
            return
        if self.random.random() < (0.65 if is_present else 0.85):
            row |= {
                "agreed_on": start,
                "agreed_with": self.contact,
                "channel": self.random.choice(CHANNELS),
            }
        promised = self.random.random() < (0.6 if is_present else 0.7)
        asked = promised or self.random.random() < 0.5
        if asked:
            answers = ("put_off", "refused", "no_answer")
            row["asked_on"] = start
            row["answer"] = "committed" if promised else self.random.choice(answers)
        committed = 0
        if promised:
            committed = int(round(target * self.random.choice((0.5, 0.7, 0.8, 1.0)), -2))
            self._promise(month, start, committed)
        self._measure(month, int(target) - committed)

    def _promise(self, month: date, made: date, amount: int) -> None:
        if amount < 300:
            return
        ends = [day for day in segment_ends(month) if day >= made]
        days = ends if self.random.random() < 0.6 else [self.random.choice(ends)]
        reference = f"PRM-{month:%Y%m}-{self.code}"
        rows = self._rows(reference, made, days, amount)
        fate = self.random.random()
        again = made + timedelta(days=self.random.randint(9, 14))
        if fate < 0.05 and again < min(self.on, last_of(month)):
            late = [day for day in segment_ends(month) if day >= again]
            renewed = self._rows(f"{reference}-2", again, late, int(round(amount * 0.6, -2)))
            for row in renewed:
                row["supersedes"] = reference
            rows += renewed
        elif fate < 0.07 and again < self.on:
            for row in rows:
                row["cancelled_on"] = again
        self.files.commitments.extend(rows)

    def _rows(self, reference: str, made: date, days: list[date], amount: int) -> list[Row]:
        channel = self.random.choice(CHANNELS)
        return [
            {
                "reference": reference,
                "customer_code": self.code,
                "made_on": made,
                "position": place,
                "due_on": day,
                "amount": f"{part}.00",
                "promised_by": self.contact,
                "channel": channel,
            }
            for place, (day, part) in enumerate(
                zip(days, split_evenly(amount, len(days)), strict=True), 1
            )
        ]

    def _measure(self, month: date, gap: int) -> None:
        is_present = month == first_of(self.on)
        if gap < 1_000 or self.random.random() < 0.35:
            return
        kinds = self.random.sample(MEASURES, self.random.randint(1, 2))
        for kind in kinds:
            uplift = int(round(gap * self.random.uniform(0.3, 0.5), -2))
            statuses = ("planned", "in_progress") if is_present else ("done", "done", "dropped")
            row: Row = {
                "customer_code": self.code,
                "month": month_text(month),
                "kind": kind,
                "expected_uplift": f"{uplift}.00",
                "status": self.random.choice(statuses),
                "due_on": last_of(month),
            }
            if row["status"] == "done":
                row["realised_uplift"] = f"{int(uplift * self.random.uniform(0.2, 1.1))}.00"
            self.files.measures.append(row)


def _add_seed_example(files: Files, on: date, calendar: WorkCalendar) -> None:
    """The story that Kept was made for: 200,000 meant, 100,000 promised, three measures."""
    month, code = first_of(on), "C0001"
    for name in ("plans", "measures", "commitments"):
        rows: list[Row] = getattr(files, name)
        rows[:] = [
            row
            for row in rows
            if row["customer_code"] != code
            or not str(row.get("month", row.get("made_on"))).startswith(month_text(month))
        ]
    start = min(calendar.nth_of_month(month, 1), on)
    told = {"agreed_on": start, "agreed_with": CONTACTS[0], "channel": "visit"}
    plan = {"customer_code": code, "month": month_text(month), "target": "200000.00"}
    files.plans.append(plan | told | {"asked_on": start, "answer": "committed"})
    for kind, uplift in (("incentive", 40), ("promotion", 35), ("joint_collection", 25)):
        files.measures.append(
            {
                "customer_code": code,
                "month": month_text(month),
                "kind": kind,
                "expected_uplift": f"{uplift}000.00",
                "due_on": last_of(month),
            }
        )
    for place, (day, part) in enumerate(
        zip(segment_ends(month), split_evenly(10_000_000, 3), strict=True), 1
    ):
        files.commitments.append(
            {
                "reference": f"PRM-{month:%Y%m}-{code}",
                "customer_code": code,
                "made_on": start,
                "position": place,
                "due_on": max(day, start),
                "amount": f"{part // 100}.{part % 100:02d}",
                "promised_by": CONTACTS[0],
                "channel": "visit",
            }
        )
