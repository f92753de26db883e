"""What rules 8, 9 and 11 say in the story of sixty days, worked out day by day from their words.

Written apart from the product, of which it uses nothing: where the two differ, one is wrong. It
knows the story's kinds of events alone: a promise is never renegotiated, a payment never bounces.
Run as a program it prints what it says.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tests.reminders.rulebook_facts import (
    DAY,
    OF,
    Facts,
    deadline_of,
    is_worked,
    named,
    policy_of,
    worked_after,
    worked_from,
)
from tests.reminders.sixty_days import (
    ANNA,
    BO,
    DAYS,
    EVENTS,
    FIRST,
    MADE,
    MEI,
    OUTAGE,
    PROMISES,
    SUMMER_TIME,
    Promise,
    known_through,
)

OLDEST: Final = 7  # days; nothing older is said to a customer
LEDGER_DAYS: Final = 2  # working days for which a lapse waits for payments to be known
OPENING_DAYS: Final = 5  # working days before a month


@dataclass
class Said:
    """A thing to say about a promise, and what became of it."""

    kind: str
    since: date
    promise: Promise | None = None
    reason: str = ""
    is_sent: bool = False

    @property
    def waits(self) -> bool:
        return not self.reason and not self.is_sent

    @property
    def is_final(self) -> bool:
        """Said, or about to be, or for ever not."""
        return not self.reason or self.reason in ("too_late", "unreleased")


@dataclass
class Mail:
    """One message, and the first day and hour on which it may leave."""

    to: str
    due: date
    hour: int
    carries: list[Said] = field(default_factory=list)
    awaits_release: bool = False
    is_released: bool = False
    is_done: bool = False


class Rulebook:
    """The days, one after the other."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.mails: list[Mail] = []
        self.asked: dict[Promise, date] = {}
        self.to_chase: dict[Promise, date] = {}
        self.once: set[tuple[str, str, Promise]] = set()
        self.to_customers: dict[tuple[Promise, str, int | None], Said] = {}
        self.lines: list[str] = []

    def play(self) -> list[str]:
        for number in range(DAYS):
            day = FIRST + number * DAY
            self.look_for_chases(day)
            if day not in OUTAGE:
                self.sweep(day)
                for hour in (7, 9):
                    self.deliver(day, hour)
            for event in EVENTS:
                if event.day == day:
                    self.facts.take(event)
                    if event.kind == "is_released":
                        self.release(event.code, day)
        return sorted(self.lines) + sorted(self.unsaid())

    def unsaid(self) -> list[str]:
        return [
            f"not said: {said.since:%m-%d} {said.kind} {named(promise)}: {said.reason}"
            for (promise, _kind, _days), said in self.to_customers.items()
            if said.reason
        ]

    # To reps and managers.

    def look_for_chases(self, day: date) -> None:
        """Every interval while lapsed and no follow-up since; nobody asks during a hold.

        The first is the morning after the deadline, for which the lapse's own notice stands. An
        outage stops no interval.
        """
        for promise in PROMISES:
            since = deadline_of(promise)
            if not self.facts.has_lapsed(promise, day) or self.facts.is_held(promise.code, day):
                continue
            spoken = [d for d in self.facts.spoken[promise.code] if d > since]
            last = max([self.asked.get(promise, date.min), *spoken])
            if last == date.min or (day - last).days >= policy_of(promise).every:
                self.asked[promise] = day
                if day > since + DAY:
                    self.to_chase[promise] = day

    def sweep(self, day: date) -> None:
        """What one sweep has to say to one person goes into one message."""
        to_say: defaultdict[str, list[Said]] = defaultdict(list)
        for promise in PROMISES:
            if self.facts.has_lapsed(promise, day):
                self.tell_of_lapse(promise, day, to_say)
        self.look_at_waiting(day)
        for promise in PROMISES:
            self.tell_customer(promise, day, to_say)
        for to, carries in to_say.items():
            self.mails.append(Mail(to, worked_from(day), 7, carries))
        if is_worked(day):
            self.tell_of_plans(day)
            self.tell_of_the_day(day)

    def tell_of_lapse(
        self, promise: Promise, day: date, to_say: defaultdict[str, list[Said]]
    ) -> None:
        debtor = OF[promise.code]
        reps = self.facts.reps(debtor, day)
        is_new = self.is_first(("lapsed", ANNA, promise))
        if is_new:
            for rep in reps:
                to_say[rep].append(Said("lapsed", day, promise))
        # After an outage the latest step is told, not the backlog: of a lapse told now, the lapse.
        if (self.to_chase.pop(promise, None)) and not is_new:
            for rep in reps:
                to_say[rep].append(Said("chase", day, promise))
        late = (day - deadline_of(promise)).days
        is_due = late >= max(policy_of(promise).escalate, 1)
        is_due = is_due and not self.facts.is_held(debtor.code, day)
        if is_due and self.is_first(("escalated", MEI, promise)):
            to_say[MEI].append(Said("escalated", day, promise))

    def is_first(self, what: tuple[str, str, Promise]) -> bool:
        """At most one ever."""
        is_new = what not in self.once
        self.once.add(what)
        return is_new

    def tell_of_plans(self, day: date) -> None:
        """On the last working days of the month before: customers without plan, or not asked."""
        month = (day.replace(day=1) + 31 * DAY).replace(day=1)
        last = [d for n in range(1, 32) if is_worked(d := month - n * DAY)][:OPENING_DAYS]
        if day in last and month not in self.facts.targets:
            self.mails.append(Mail(BO, day, 7, [Said(f"plan_due {month:%Y-%m}", day)]))

    def tell_of_the_day(self, day: date) -> None:
        """A digest, to reps on working mornings and to managers on Mondays, the first day worked of
        a week with a holiday; it goes with what a sweep has to say that morning.
        """
        monday = day - day.weekday() * DAY
        people = [who for who in (ANNA, BO) if self.has_to_do(who, day)]
        people += [MEI] if worked_from(monday) == day else []
        for who in people:
            waiting = [m for m in self.mails if m.to == who and m.due == day and not m.is_done]
            of_sweeps = [m for m in waiting if m.carries[0].promise]
            if not of_sweeps:
                of_sweeps = [Mail(who, day, 7)]
                self.mails += of_sweeps
            of_sweeps[0].carries.append(Said("digest", day))

    def has_to_do(self, who: str, day: date) -> bool:
        """A lapse that nobody spoke about for an interval; what falls due within the reminders of
        its rating; a month that is not covered. A customer on hold is left in peace.
        """
        if who == BO and self.facts.is_uncovered(day):
            return True
        return any(
            who in self.facts.reps(OF[promise.code], day) and self.wants_something(promise, day)
            for promise in PROMISES
        )

    def wants_something(self, promise: Promise, day: date) -> bool:
        policy = policy_of(promise)
        if not self.facts.is_owed(promise) or self.facts.is_held(promise.code, day):
            return False
        if self.facts.has_lapsed(promise, day):
            spoken = [d for d in self.facts.spoken[promise.code] if d > deadline_of(promise)]
            return not spoken or (day - max(spoken)).days >= policy.every
        return promise.due <= day + max(policy.reminders) * DAY

    # To customers.

    def tell_customer(
        self, promise: Promise, day: date, to_say: defaultdict[str, list[Said]]
    ) -> None:
        """The latest step that applies, or why it is not said."""
        step = self.step_of(promise, day)
        if step is None or ("not_told", ANNA, promise) in self.once:
            return
        kind, days, since = step
        former = self.to_customers.get((promise, kind, days))
        if former is not None and former.is_final:
            return
        said = former or Said(kind, since, promise)
        self.to_customers[promise, kind, days] = said
        said.reason = self.why_not(promise.code, day)
        if not said.reason and kind == "lapsed" and known_through(day) < deadline_of(promise):
            said.reason = "stale_ledger"
            # Two working days at most, then it goes to the rep instead.
            if day > worked_after(deadline_of(promise), LEDGER_DAYS):
                self.once.add(("not_told", ANNA, promise))
                for rep in self.facts.reps(OF[promise.code], day):
                    to_say[rep].append(Said("not_told", day, promise))
        if said.reason:
            return
        self.put(said, day)
        for (whose, _kind, _days), other in self.to_customers.items():
            if whose == promise and other is not said and other.waits:
                other.reason = "replaced"

    def step_of(self, promise: Promise, day: date) -> tuple[str, int | None, date] | None:
        """The kind, the days before the due date, and the first day on which it is to be said."""
        if not self.facts.is_owed(promise):
            return None
        if day > deadline_of(promise):
            since = worked_from(deadline_of(promise) + DAY)
            return ("lapsed", None, since) if day <= since + OLDEST * DAY else None
        firsts = [(promise.due - n * DAY, n) for n in policy_of(promise).reminders]
        begun = [(since, n) for since, n in firsts if MADE < since <= day]
        if not begun or day > min(promise.due, max(begun)[0] + OLDEST * DAY):
            return None
        since, days = max(begun)
        return "due_soon", days, since

    def why_not(self, code: str, day: date) -> str:
        if OF[code].mode == "never":
            return "never"
        if self.facts.is_held(code, day):
            return "hold"
        return "quiet" if self.facts.is_quiet(code, day) else ""

    def put(self, said: Said, day: date) -> None:
        """Into the message that waits in the same way for the customer, or a new one."""
        assert said.promise is not None
        debtor = OF[said.promise.code]
        for mail in self.mails:
            if mail.to == debtor.address and not mail.is_done and not mail.is_released:
                mail.carries.append(said)
                return
        awaits = debtor.mode == "approve"
        self.mails.append(Mail(debtor.address, worked_from(day), 9, [said], awaits_release=awaits))

    def look_at_waiting(self, day: date) -> None:
        for mail in self.mails:
            if mail.awaits_release and not mail.is_done:
                for said in mail.carries:
                    if said.waits and (gone := self.gone(said, day, waits=True)) != "quiet":
                        said.reason = gone
                mail.is_done = not any(said.waits for said in mail.carries)

    def gone(self, said: Said, day: date, *, waits: bool = False) -> str:
        """Why something to a customer is not to be said after all."""
        assert said.promise is not None
        promise, is_lapse = said.promise, said.kind == "lapsed"
        if not self.facts.is_owed(promise):
            return "paid"
        if not is_lapse and self.facts.has_lapsed(promise, day):
            return "lapsed"
        if why := self.why_not(promise.code, day):
            return why
        if not is_lapse and promise.due < day:
            return "too_late"
        if said.since + OLDEST * DAY < day:
            return "unreleased" if waits else "too_late"
        stale = is_lapse and known_through(day) < deadline_of(promise)
        return "stale_ledger" if stale else ""

    def release(self, code: str, day: date) -> None:
        """The rep lets go what waits: it leaves in the next business hours after the quiet."""
        for mail in self.mails:
            if mail.to == OF[code].address and mail.awaits_release and not mail.is_done:
                mail.awaits_release, mail.is_released = False, True
                mail.due = day + DAY
                while not is_worked(mail.due) or self.facts.is_quiet(code, mail.due):
                    mail.due += DAY

    # Leaving.

    def deliver(self, day: date, hour: int) -> None:
        """What is due is looked at once more; what has nothing left to say does not leave."""
        for mail in self.mails:
            is_due = (mail.due, mail.hour) <= (day, hour) and mail.hour <= hour
            if mail.is_done or mail.awaits_release or not is_due or not is_worked(day):
                continue
            mail.is_done = True
            is_to_customer = mail.hour == 9
            for said in mail.carries:
                if said.waits:
                    said.reason = (
                        self.gone(said, day) if is_to_customer else self.is_void(mail, said, day)
                    )
            told = [said for said in mail.carries if said.waits]
            if told:
                self.write_down(mail, told, day, hour)

    def is_void(self, mail: Mail, said: Said, day: date) -> str:
        """Why something to a rep or manager is not to be said after all."""
        if said.promise is None:
            return ""
        if not self.facts.is_owed(said.promise):
            return "paid"
        if mail.to == MEI:
            return ""
        if mail.to not in self.facts.reps(OF[said.promise.code], day):
            return "back"
        if said.kind != "chase":
            return ""
        if any(spoken >= said.since for spoken in self.facts.spoken[said.promise.code]):
            return "followed_up"
        if self.facts.is_held(said.promise.code, day):
            return "hold"
        later = [
            other
            for one in self.mails
            if one.to == mail.to
            for other in one.carries
            if (other.kind, other.promise) == ("chase", said.promise) and other.since > said.since
        ]
        return "replaced" if later else ""

    def write_down(self, mail: Mail, told: list[Said], day: date, hour: int) -> None:
        by_kind: defaultdict[str, list[str]] = defaultdict(list)
        for said in told:
            said.is_sent = True
            by_kind[said.kind] += [named(said.promise)] if said.promise else []
            if mail.hour == 9 and said.promise:
                self.facts.written[said.promise.code] = day
        utc = hour - (2 if day >= SUMMER_TIME else 1)
        texts = [" ".join([kind, *sorted(by_kind[kind])]) for kind in sorted(by_kind)]
        self.lines.append(f"{day:%m-%d} {utc:02} {mail.to}: {'; '.join(texts)}")


def told_by_the_rules() -> list[str]:
    """The whole list: a line for each message, then for each thing not said."""
    return Rulebook().play()


if __name__ == "__main__":
    sys.stdout.write("\n".join(told_by_the_rules()) + "\n")
