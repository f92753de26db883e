"""What happened at the demo's customers: invoices, plans and promises, month by month.

``demo_money`` says what came of each promise. Amounts are whole minor units until they are rows.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from collections_app.core.money import split_evenly
from collections_app.core.months import add_months, first_of, last_of, month_text, segment_ends
from collections_app.core.workdays import WorkCalendar
from collections_app.upkeep.demo_contacts import Contacts
from collections_app.upkeep.demo_money import Files, Money, Promised, Row, text_of
from collections_app.upkeep.demo_people import (
    CONTACTS,
    ENGLISH_CONTACTS,
    MEASURES,
    REPS,
    SEED_NAME,
    is_english,
    name_of,
)

MONTHS_BACK = 13
TERMS_DAYS = 30
VOLUMES = (8_000, 15_000, 30_000, 60_000, 120_000)
CHANNELS = ("visit", "phone", "wechat")
SEED_TARGET, SEED_PROMISE = 200_000_00, 100_000_00
SEED_MEASURES = (
    ("incentive", 40_000_00),
    ("promotion", 35_000_00),
    ("joint_collection", 25_000_00),
)


def tell_story(
    *, customers: int, seed: int, on: date, calendar: WorkCalendar, first: int = 1
) -> Files:
    """What happened until the day before ``on`` at so many customers, numbered from ``first``."""
    files = Files()
    for number in range(first, first + customers):
        story = _Customer if number > 1 else _SeedCustomer
        story(number, seed, on, calendar, files).live()
    return files


class _Customer:
    """One customer's thirteen months and the present one."""

    def __init__(
        self, number: int, seed: int, on: date, calendar: WorkCalendar, files: Files
    ) -> None:
        # A source of chance for each, so that one more customer changes no other.
        self.random = Random(f"{seed}/{number}")
        self.number, self.seed, self.on = number, seed, on
        self.calendar, self.files = calendar, files
        self.code, self.english = f"C{number:04d}", is_english(number)
        self.owner = REPS[(number - 1) % len(REPS)]
        self.rating = self.random.choices("ABCD", weights=(25, 40, 25, 10))[0]
        self.volume = self.random.choice(VOLUMES)
        self.contact = self.random.choice(ENGLISH_CONTACTS if self.english else CONTACTS)
        self.due: dict[date, int] = {}
        self.money = Money(self.code, self.rating, self.random, on, calendar, files)
        self.contacts = Contacts(
            self.code, rating=self.rating, random=Random(f"{seed}/{number}/contacts"),
            is_english=self.english, on=on, calendar=calendar, files=files,
        )  # fmt: skip
        # What is promised anew: the amount, and the commitment that the next one replaces.
        self.again: tuple[int, str] | None = None

    def live(self) -> None:
        """Tell it month by month; invoices first, because a month collects the last one's."""
        self.files.customers.append(self._row())
        present = first_of(self.on)
        for back in range(MONTHS_BACK + 1, -1, -1):
            self._invoice(add_months(present, -back))
        for back in range(MONTHS_BACK, -1, -1):
            self._month(add_months(present, -back))

    def _row(self) -> Row:
        regular = self.random.random() < 0.3
        return {
            "code": self.code,
            "name": name_of(self.number, self.seed),
            "owner_email": self.owner,
            "credit_rating": self.rating,
            "currency": "CNY",
            "contact_name": self.contact,
            "contact_email": f"ap@{self.code.lower()}.example",
            "contact_phone": f"138 0000 {self.number % 10_000:04d}",
            "language": "en" if self.english else "zh-hans",
            "payment_terms_days": TERMS_DAYS,
            "reminder_mode": self.random.choice(("automatic", "approve", "approve", "never")),
            "regular_amount": f"{self.volume // 4}.00" if regular else "",
            "regular_day": self.random.choice((10, 15, 20, 25)) if regular else "",
        }

    def _invoice(self, month: date) -> None:
        for place in range(self.random.choice((1, 1, 2))):
            issued = month + timedelta(days=self.random.randint(0, 26))
            amount = round(self.volume * self.random.uniform(0.4, 0.9)) * 100
            self._bill(f"INV-{month:%Y%m}-{self.code}-{place + 1}", issued, amount)

    def _bill(self, number: str, issued: date, amount: int) -> None:
        due = issued + timedelta(days=TERMS_DAYS)
        if issued >= self.on:
            return
        self.files.invoices.append(
            {
                "number": number,
                "customer_code": self.code,
                "issued_on": issued,
                "due_on": due,
                "amount": text_of(amount),
            }
        )
        month = first_of(due)
        if self.random.random() < 0.03 and due < self.on:
            amount -= self._adjust(number, due, amount)
        self.due[month] = self.due.get(month, 0) + amount

    def _adjust(self, number: str, due: date, amount: int) -> int:
        off = amount // 20
        self.files.adjustments.append(
            {
                "number": f"ADJ-{number[4:]}",
                "customer_code": self.code,
                "on": due,
                "amount": text_of(off),
                "kind": self.random.choice(("credit_note", "discount", "rebate_offset", "claim")),
                "invoice_number": number,
            }
        )
        return off

    def _month(self, month: date) -> None:
        due = self.due.get(month, 0)
        overdue, replaced = self.again or (0, "")
        self.again = None
        target = _hundreds(due * self.random.uniform(0.95, 1.1)) + overdue
        is_present = month == first_of(self.on)
        if target <= 0 or (not replaced and self.random.random() < (0.14 if is_present else 0.06)):
            self.money.unpromised(month, due)
            return
        row: Row = {
            "customer_code": self.code,
            "month": month_text(month),
            "target": text_of(target),
        }
        self.files.plans.append(row)
        start, promised = self._talk(month, row, must=bool(replaced))
        committed = 0
        if promised and start < self.on:
            committed = overdue + _hundreds(due * self.random.choice((0.5, 0.6, 0.7, 0.8, 0.9)))
            self._promise(month, start, committed, replaced)
        self.money.unpromised(month, max(due + overdue - committed, 0))
        self._measures(month, target - committed, is_present=is_present)

    def _talk(self, month: date, row: Row, *, must: bool) -> tuple[date, bool]:
        """When the plan was spoken about, around the month's start, and whether that promised."""
        is_present, random = month == first_of(self.on), self.random
        # What replaces a lapsed promise is made once that has lapsed.
        place = random.choice((1, 2, 3) if must else (-4, -3, -2, -1, 1, 2, 3))
        start = (
            self.calendar.nth_of_month(month, place)
            if place > 0
            else self.calendar.after(month, place)
        )
        agreed, promised = random.random(), must or random.random() < (0.7 if is_present else 0.8)
        asked, answer = random.random() < 0.5, random.choice(("put_off", "refused", "no_answer"))
        channel = random.choice(CHANNELS)
        if start >= self.on:
            return start, False
        if agreed < (0.75 if is_present else 0.88):
            row |= {"agreed_on": start, "agreed_with": self.contact, "channel": channel}
        if promised or asked:
            row |= {"asked_on": start, "answer": "committed" if promised else answer}
        return start, promised

    def _promise(self, month: date, made: date, amount: int, replaced: str) -> None:
        if amount < 300_00:
            return
        ends = [day for day in segment_ends(month) if day >= made]
        shape = self.random.random()
        if shape < 0.5:
            days = ends
        else:
            # Any working day of the month, or two, so that something falls due on most days.
            several = [self.random.randint(3, 26) for _ in range(1 if shape < 0.8 else 2)]
            dues = [self.calendar.on_or_after(month + timedelta(days=n)) for n in several]
            days = sorted({max(day, made) for day in dues})
        reference = f"PRM-{month:%Y%m}-{self.code}"
        promised = self._commit(reference, made, days, amount, replaced)
        fate, day = self.random.random(), made + timedelta(days=self.random.randint(9, 16))
        left = [one for one in promised if one.due >= day]
        if fate < 0.07 and left and day < self.on:
            self._change_mind(reference, month, left, day, cancelled=fate < 0.02)
            promised = [one for one in promised if one.due < day]
        lapsed = self.money.keep(promised, self.contacts)
        # Half of what did not come is promised anew with the next month; the rest drips in.
        if lapsed and month < first_of(self.on) and self.random.random() < 0.5 and fate >= 0.07:
            self.again = (lapsed, reference)
        else:
            self.money.catch_up(lapsed, last_of(month))

    def _change_mind(
        self, reference: str, month: date, left: list[Promised], day: date, *, cancelled: bool
    ) -> None:
        """End a commitment half way: take it back, or promise what is left for later."""
        amount = sum(one.amount for one in left)
        if cancelled:
            for row in self.files.commitments:
                if row["reference"] == reference:
                    row["cancelled_on"] = day
            self.money.catch_up(amount, last_of(month))
            return
        following = add_months(month, 1)
        days = [max(last_of(month), day), following.replace(day=10)]
        following_up = self._commit(f"{reference}-2", day, days, amount, reference)
        self.money.keep(following_up, self.contacts)

    def _commit(
        self, reference: str, made: date, days: list[date], amount: int, replaced: str = ""
    ) -> list[Promised]:
        channel = self.random.choice(CHANNELS)
        self.contacts.promised(made, days[0])
        promised = [
            Promised(day, part)
            for day, part in zip(days, split_evenly(amount, len(days)), strict=True)
        ]
        for place, one in enumerate(promised, 1):
            row: Row = {
                "reference": reference,
                "customer_code": self.code,
                "made_on": made,
                "position": place,
                "due_on": one.due,
                "amount": text_of(one.amount),
                "promised_by": self.contact,
                "channel": channel,
            }
            self.files.commitments.append(row | ({"supersedes": replaced} if replaced else {}))
        return promised

    def _measures(self, month: date, gap: int, *, is_present: bool) -> None:
        if gap < 1_000_00 or self.random.random() < 0.4:
            return
        kinds = self.random.sample(sorted(MEASURES), self.random.randint(1, 2))
        statuses = ("planned", "planned", "in_progress", "done")
        for kind in kinds:
            uplift = _hundreds(gap * self.random.uniform(0.25, 0.5))
            status = self.random.choice(statuses if is_present else ("done", "done", "dropped"))
            share = self.random.uniform(0.2, 1.1)
            row = self._measure(month, kind, uplift, status)
            if status == "done":
                row["realised_uplift"] = text_of(_hundreds(uplift * share))
            self.files.measures.append(row)

    def _measure(self, month: date, kind: str, uplift: int, status: str) -> Row:
        return {
            "customer_code": self.code,
            "month": month_text(month),
            "kind": kind,
            "description": MEASURES[kind][0 if self.english else 1],
            "expected_uplift": text_of(uplift),
            "status": status,
            "owner_email": self.owner,
            "due_on": last_of(month),
        }


class _SeedCustomer(_Customer):
    """The story that Kept was made for: 200,000 meant, 100,000 promised, three measures.

    It keeps its word to the day, so that no stray money blurs the picture of the present month.
    """

    def __init__(
        self, number: int, seed: int, on: date, calendar: WorkCalendar, files: Files
    ) -> None:
        super().__init__(number, seed, on, calendar, files)
        self.rating = "B"

    def _row(self) -> Row:
        plain = {"regular_amount": "", "regular_day": "", "reminder_mode": "approve"}
        return super()._row() | plain | {"name": SEED_NAME, "credit_rating": "B"}

    def _invoice(self, month: date) -> None:
        # Terms of thirty days: from early in a month to within the next, whatever its length.
        for place, day in enumerate((4, 18), 1):
            self._bill(f"INV-{month:%Y%m}-{self.code}-{place}", month.replace(day=day), 100_000_00)

    def _month(self, month: date) -> None:
        is_present = month == first_of(self.on)
        start = min(self.calendar.nth_of_month(month, 1), self.on)
        row: Row = {"customer_code": self.code, "month": month_text(month)}
        row |= {"target": text_of(SEED_TARGET), "agreed_on": start, "agreed_with": self.contact}
        row |= {"channel": "visit", "asked_on": start, "answer": "committed"}
        self.files.plans.append(row)
        days = [max(self.calendar.on_or_before(day), start) for day in segment_ends(month)]
        amount = SEED_PROMISE if is_present else SEED_TARGET
        for one in self._commit(f"PRM-{month:%Y%m}-{self.code}", start, days, amount):
            self.money.receive(one.due, one.amount)
        for kind, uplift in SEED_MEASURES if is_present else ():
            self.files.measures.append(self._measure(month, kind, uplift, "planned"))


def _hundreds(amount: float) -> int:
    """Minor units rounded to hundreds of the currency, as people promise."""
    return round(amount / 100_00) * 100_00
