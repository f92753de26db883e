"""Sixty days of customers of every rating and mode: the whole list of messages, line by line.

``sixty_days`` is what happens, ``rulebook`` what the rules make of it, apart from the product, and
``sixty_days.txt`` the same to read: a line for each message with the day, the hour in UTC, the
recipient and its notices; then what was not said.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from collections_app.accounts.models import Delegation, Person
from collections_app.actions.release import release, waiting_for
from collections_app.customers.models import Customer, Hold
from collections_app.followups.models import FollowUp
from collections_app.notices.models import Notice, NoticeState
from collections_app.organisation.models import CalendarDay, Organisation
from collections_app.organisation.queries import moment_on
from collections_app.outbox.models import Message
from collections_app.planning.models import MonthPlan
from collections_app.planning.operations import record_ask, set_target
from collections_app.reminders.digests import owe_digests
from collections_app.reminders.opening import open_month
from collections_app.reminders.sweep import sweep
from tests.conftest import Cast
from tests.ledger_facts import make_customer, pay, plan, promise
from tests.reminders.clockwork import Clockwork, clock, reachable
from tests.reminders.rulebook import told_by_the_rules
from tests.reminders.sixty_days import (
    DAYS,
    DEBTORS,
    EVENTS,
    FIRST,
    HOLIDAYS,
    MADE,
    OUTAGE,
    PROMISES,
    Event,
    known_through,
    month_planned,
)

__all__ = ["clock"]

TO_READ = Path(__file__).with_name("sixty_days.txt")


class Story:
    """The customers of the story, and what happens to them, in the product."""

    def __init__(self, cast: Cast) -> None:
        self.rep, self.other = cast.east_rep, cast.east_rep_two
        self.of: dict[str, Customer] = {}
        for debtor in DEBTORS:
            made = make_customer(Person.objects.get(email=debtor.owner), rating=debtor.rating)
            Customer.objects.filter(pk=made.pk).update(code=debtor.code)
            reachable(made, mode=debtor.mode, email=debtor.address)
            self.of[debtor.code] = made
            if debtor.target:
                opened = plan(made, debtor.target, month=MADE)
                MonthPlan.objects.filter(pk=opened.pk).update(asked_on=MADE, answer="committed")
        for one in PROMISES:
            promise(self.of[one.code], [(one.due, one.amount)], made_on=MADE)

    def let_happen(self, event: Event) -> None:
        getattr(self, event.kind)(event)

    def pays(self, event: Event) -> None:
        pay(self.of[event.code], event.amount, event.day)

    def is_spoken_with(self, event: Event) -> None:
        FollowUp.objects.create(
            customer=self.of[event.code], at=moment_on(event.day), on_day=event.day,
            outcome="put_off", entered_by=self.rep,
        )  # fmt: skip

    def is_on_hold(self, event: Event) -> None:
        Hold.objects.create(
            customer=self.of[event.code], kind="dispute", starts_on=event.day, ends_on=event.until,
            entered_by=self.rep,
        )  # fmt: skip

    def rep_is_away(self, event: Event) -> None:
        Delegation.objects.create(
            person=self.rep, delegate=self.other, starts_on=event.day, ends_on=event.until
        )

    def is_released(self, event: Event) -> None:
        mail = waiting_for(self.rep).filter(notices__customer=self.of[event.code])
        release(messages=list(mail.values_list("public_id", flat=True)), by=self.rep)

    def is_planned(self, event: Event) -> None:
        customer, month = self.of[event.code], month_planned(event.day)
        set_target(
            customer=customer, month=month, target=event.amount * 100, expected=None, by=self.other,
            on=event.day,
        )  # fmt: skip
        record_ask(
            customer=customer, month=month, asked_on=event.day, answer="no_answer", by=self.other,
            on=event.day,
        )  # fmt: skip


def played(cast: Cast, clock: Clockwork) -> list[str]:
    """Play the days: swept at one, mail at seven and nine, and at noon what happens."""
    Organisation.objects.update(time_zone="Europe/Berlin", country="")
    for holiday in HOLIDAYS:
        CalendarDay.objects.create(day=holiday, is_working=False)
    story = Story(cast)
    lines, seen = [], set[int]()
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        Organisation.objects.update(payments_complete_through=known_through(day))
        if day not in OUTAGE:
            look_after(day, clock)
            for hour in (7, 9):
                instant = clock.set(day, hour).astimezone(UTC)
                clock.deliver(day, hour)
                for message in Message.objects.filter(state="sent").exclude(pk__in=seen):
                    seen.add(message.pk)
                    lines.append(f"{instant:%m-%d %H} {message.to_address}: {carried(message)}")
        clock.set(day, 12)
        for event in EVENTS:
            if event.day == day:
                story.let_happen(event)
    return sorted(lines) + sorted(unsaid())


def look_after(day: date, clock: Clockwork) -> None:
    """What the clock does in the night."""
    clock.set(day, 1)
    sweep(on=day)
    open_month(on=day)
    owe_digests(on=day)


def carried(message: Message) -> str:
    """The notices that the message left with, by kind."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for notice in message.notices.filter(state=NoticeState.OWED).select_related("instalment"):
        kind = f"{notice.kind} {notice.month:%Y-%m}" if notice.month else notice.kind
        told[kind] += [about(notice)] if notice.instalment else []
    return "; ".join(" ".join([kind, *sorted(told[kind])]) for kind in sorted(told))


def about(notice: Notice) -> str:
    assert notice.instalment is not None
    return f"{notice.about.code}/{notice.instalment.due_on:%m-%d}"


def unsaid() -> list[str]:
    """What was owed to a customer and not said, with the step's first day and the reason."""
    rows = Notice.objects.filter(person__isnull=True, state=NoticeState.WITHDRAWN)
    rows = rows.select_related("customer", "instalment")
    return [f"not said: {n.on_day:%m-%d} {n.kind} {about(n)}: {n.reason}" for n in rows]


def test_what_there_is_to_read_is_what_the_rules_say() -> None:
    assert told_by_the_rules() == TO_READ.read_text(encoding="utf-8").splitlines()


@pytest.mark.slow
def test_sixty_days_say_what_the_rules_say_and_nothing_else(cast: Cast, clock: Clockwork) -> None:
    assert played(cast, clock) == told_by_the_rules()
