"""Sixty days of customers of every rating and mode: the whole list of messages, line by line.

What happens stands in ``happens``; what is said because of it in ``sixty_days.txt``, a line for
each message: the day, the hour in UTC, the recipient, and its notices. Then what was not said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from collections_app.accounts.models import Delegation
from collections_app.actions.release import release, waiting_for
from collections_app.customers.models import Customer, Hold
from collections_app.followups.models import FollowUp
from collections_app.notices.models import Notice, NoticeState
from collections_app.organisation.models import CalendarDay, Organisation
from collections_app.organisation.queries import moment_on
from collections_app.outbox.models import Message
from collections_app.reminders.sweep import sweep
from tests.conftest import Cast
from tests.ledger_facts import make_customer, pay, promise
from tests.reminders.clockwork import Clockwork, clock, reachable

__all__ = ["clock"]

EXPECTED = Path(__file__).with_name("sixty_days.txt")
MADE, FIRST, DAYS = date(2026, 3, 1), date(2026, 3, 2), 60
DUE = date(2026, 3, 31)  # a Tuesday; summer time began on the 29th
GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)
OUTAGE = {date(2026, 3, 24) + timedelta(days=n) for n in range(4)}
MODES = {"auto": "automatic", "appr": "approve", "never": "never"}


def april(day: int) -> date:
    return date(2026, 4, day)


class Story:
    """The customers, by rating and mode, and what happens on which day at noon."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.of: dict[str, Customer] = {}
        for rating in "ABCD":
            for short, mode in MODES.items():
                code = f"{rating}-{short}"
                made = make_customer(cast.east_rep, rating=rating)
                Customer.objects.filter(pk=made.pk).update(code=code)
                reachable(made, mode=mode, email=f"{code.lower()}@c.test")
                promise(made, [(DUE, 100)], made_on=MADE)
                self.of[code] = made
        promise(self.of["A-auto"], [(date(2026, 3, 12), 20)], made_on=MADE)
        promise(self.of["A-auto"], [(april(30), 50)], made_on=MADE)
        promise(self.of["B-auto"], [(EASTER_MONDAY, 50)], made_on=MADE)
        promise(self.of["C-auto"], [(april(14), 50)], made_on=MADE)

    def pays(self, code: str, amount: int) -> Callable[[date], object]:
        return lambda day: pay(self.of[code], amount, day)

    def is_spoken_with(self, code: str) -> Callable[[date], object]:
        return lambda day: FollowUp.objects.create(
            customer=self.of[code], at=moment_on(day), on_day=day, outcome="put_off",
            entered_by=self.cast.east_rep,
        )  # fmt: skip

    def is_on_hold(self, code: str, until: date) -> Callable[[date], object]:
        return lambda day: Hold.objects.create(
            customer=self.of[code], kind="dispute", starts_on=day, ends_on=until,
            entered_by=self.cast.east_rep,
        )  # fmt: skip

    def rep_is_away(self, until: date) -> Callable[[date], object]:
        return lambda day: Delegation.objects.create(
            person=self.cast.east_rep, delegate=self.cast.east_rep_two, starts_on=day, ends_on=until
        )

    def releases(self, *codes: str) -> Callable[[date], object]:
        def act(_day: date) -> None:
            ids = [self.of[code].pk for code in codes]
            mail = waiting_for(self.cast.east_rep).filter(notices__customer__in=ids)
            release(messages=list(mail.values_list("public_id", flat=True)), by=self.cast.east_rep)

        return act

    def happens(self) -> dict[date, list[Callable[[date], object]]]:
        """By day; a payment is known once the ledger covers its day."""
        return {
            date(2026, 3, 12): [self.pays("A-auto", 20)],
            date(2026, 3, 30): [self.pays("A-auto", 100), self.releases("A-appr", "B-appr")],
            DUE: [self.pays("B-auto", 40), self.rep_is_away(april(2))],
            april(1): [self.is_on_hold("D-auto", april(9))],
            april(2): [self.is_spoken_with("C-auto"), self.releases("B-appr")],
            april(7): [self.pays("D-appr", 100)],
            april(10): [self.pays("B-auto", 60)],
            april(12): [self.is_spoken_with("C-auto")],
            april(20): [self.pays(code, 100) for code in ("C-auto", "D-auto", "C-appr")],
            april(22): [self.pays(code, 100) for code in ("A-appr", "A-never", "B-never")],
            april(23): [self.pays(code, 100) for code in ("C-never", "D-never", "B-appr")],
            april(24): [self.pays(code, 50) for code in ("B-auto", "C-auto")],
        }


def known_through(day: date) -> date:
    """Payments are known through the day before; but not over Easter week."""
    return april(5) if april(6) <= day <= april(14) else day - timedelta(days=1)


def played(cast: Cast, clock: Clockwork) -> list[str]:
    """Play the days: swept at one, mail at seven and nine, and at noon what happens."""
    Organisation.objects.update(time_zone="Europe/Berlin", country="")
    for holiday in (GOOD_FRIDAY, EASTER_MONDAY):
        CalendarDay.objects.create(day=holiday, is_working=False)
    story = Story(cast)
    happens, lines, seen = story.happens(), [], set[int]()
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        Organisation.objects.update(payments_complete_through=known_through(day))
        if day not in OUTAGE:
            clock.set(day, 1)
            sweep(on=day)
            for hour in (7, 9):
                instant = clock.set(day, hour).astimezone(UTC)
                clock.deliver(day, hour)
                for message in Message.objects.filter(state="sent").exclude(pk__in=seen):
                    seen.add(message.pk)
                    lines.append(f"{instant:%m-%d %H} {message.to_address}: {carried(message)}")
        clock.set(day, 12)
        for act in happens.get(day, ()):
            act(day)
    return sorted(lines) + sorted(unsaid())


def carried(message: Message) -> str:
    """The notices that the message left with, by kind."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for notice in message.notices.filter(state=NoticeState.OWED).select_related("instalment"):
        told[notice.kind].append(about(notice))
    return "; ".join(f"{kind} {' '.join(sorted(told[kind]))}" for kind in sorted(told))


def about(notice: Notice) -> str:
    assert notice.instalment is not None
    return f"{notice.about.code}/{notice.instalment.due_on:%m-%d}"


def unsaid() -> list[str]:
    """What was owed to a customer and not said, with the step's first day and the reason."""
    rows = Notice.objects.filter(person__isnull=True, state=NoticeState.WITHDRAWN)
    rows = rows.select_related("customer", "instalment")
    return [f"not said: {n.on_day:%m-%d} {n.kind} {about(n)}: {n.reason}" for n in rows]


@pytest.mark.slow
def test_sixty_days_say_what_the_rules_say_and_nothing_else(cast: Cast, clock: Clockwork) -> None:
    assert played(cast, clock) == EXPECTED.read_text(encoding="utf-8").splitlines()
