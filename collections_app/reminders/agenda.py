"""What wants doing for many customers on a day, and what waits: the facts behind *Today*."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from typing import Any, Final, NamedTuple

from collections_app.accounts.models import Person
from collections_app.core.months import first_of
from collections_app.core.planned import fetch_planned
from collections_app.customers.models import CustomerQuerySet
from collections_app.followups.models import Request
from collections_app.organisation.queries import (
    Policies,
    policies_on,
    work_calendar,
)
from collections_app.reminders.agenda_sql import FACTS
from collections_app.reminders.following import follow_ups_wanted
from collections_app.reminders.portfolio import Account, accounts_of
from collections_app.reminders.ranking import Item, Kind, ranked
from collections_app.standing.models import LAPSED

# A customer wants a contact after so many intervals of its rating: A 28, B 16, C 8, D 4 days.
QUIET_INTERVALS: Final = 4
ASK_BY_WORKING_DAY: Final = 3
# For so long a message that could not be delivered asks for a better address.
DEAD_DAYS: Final = 30
LONGEST_REMINDER: Final = 60
# A customer on hold is left in peace; what is done without it goes on.
STILLED: Final = frozenset(
    {Kind.LAPSED, Kind.DUE, Kind.PUT_OFF, Kind.NOT_ASKED, Kind.NO_CONTACT, Kind.NO_REGULAR}
)
FOLLOWED_UP, ON_HOLD, SNOOZED = "followed_up", "hold", "snoozed"


class Fact(NamedTuple):
    """What the statement says of one thing of a customer's."""

    subject: str
    detail: str
    amount: int
    first_on: date | None
    second_on: date | None


class Touch(NamedTuple):
    """When one was last in touch with a customer, and when its rating changed."""

    outcome: str | None = None
    spoken_on: date | None = None
    next_on: date | None = None
    asked_on: date | None = None
    ask_again_on: date | None = None
    promised_on: date | None = None
    rated_on: date | None = None


@dataclass(slots=True)
class Told:
    """All that the statement says of one customer, by what it is about."""

    touch: Touch = field(default_factory=Touch)
    things: dict[str, list[Fact]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing that wants nothing today: why, until the day before which, and the words for it."""

    item: Item
    why: str
    until: date | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that wants doing, in rank, and all that waits; ``owners`` are the customers' reps.

    ``to_release`` messages to the customers wait for a person.
    """

    items: list[Item]
    waiting: list[Waiting]
    owners: dict[int, int]
    to_release: int = 0


class _Morning:
    """What is known for all customers on the day; policies are as they are since ``changed_on``."""

    def __init__(self, day: date, policies: Policies) -> None:
        self.day, self.policies = day, policies
        rows = (*policies.of_all.values(), *policies.by_team.values())
        self.changed_on = max((row.valid_from for row in rows if row.valid_from), default=date.min)
        # The working day of the month by which everybody is to be asked.
        self.ask_by = work_calendar().nth_of_month(first_of(day), ASK_BY_WORKING_DAY)


class _One:
    """One customer on the day. ``spoken_on`` is the day of the latest follow-up, or long ago."""

    __slots__ = ("account", "day", "morning", "policy", "spoken_on", "things", "touch", "waited")

    def __init__(self, account: Account, morning: _Morning, told: Told) -> None:
        self.account, self.morning, self.day = account, morning, morning.day
        self.touch, self.things = told.touch, told.things
        self.policy = morning.policies.of(account.rating, account.team_id)
        self.spoken_on = told.touch.spoken_on or date.min
        self.waited = (morning.day - self.spoken_on).days

    @property
    def is_unsure(self) -> bool:
        """Whether rating or policy changed since the latest follow-up, which may not be enough.

        A day is judged by the rating and policy of its time: a follow-up may have been wanted
        before they changed, and not been made.
        """
        changed_on = max(self.morning.changed_on, self.touch.rated_on or date.min)
        return self.waited < self.policy.chase_every_days and changed_on > self.spoken_on

    def wants_follow_up(self, lapse: Item, wanted: Collection[int]) -> bool:
        """Whether a lapse wants a follow-up today, as ``reminders.following`` says it (rule 8).

        What nobody has followed up does, and what was followed up an interval ago. Else it does
        not, unless the interval was another since: then ``wanted`` says.
        """
        assert lapse.until is not None
        if self.spoken_on <= lapse.until or self.waited >= self.policy.chase_every_days:
            return True
        return self.is_unsure and int(lapse.subject) in wanted

    @property
    def last_touch(self) -> date:
        """When one last spoke with the customer; the day it was entered, if one never did."""
        touch = self.touch
        known = [day for day in (touch.spoken_on, touch.asked_on, touch.promised_on) if day]
        return max(known) if known else self.account.entered_on

    def item(
        self,
        kind: Kind,
        amount: int,
        days: int = 0,
        subject: str = "",
        since: date | None = None,
        until: date | None = None,
        detail: str = "",
    ) -> Item:
        of, stake = self.account, max(amount, 0)
        return Item(
            kind, of.id, of.code, of.rating, of.currency, stake, days, subject, since, until, detail
        )


def agenda_of(
    customers: CustomerQuerySet, *, person: Person, day: date, decides: bool = False
) -> Agenda:
    """What wants doing for the customers on the standing day, and what waits.

    Requests decided are those that ``person`` asked for; with ``decides``, the requests that wait
    for them are told too. A fixed number of statements, however many customers.
    """
    accounts = accounts_of(customers, day=day)
    told = _told_of([account.id for account in accounts], person, day)
    morning = _Morning(day, policies_on(day))
    customers_of_day = [_One(a, morning, told.get(a.id) or Told()) for a in accounts]
    unsure = [one.account.id for one in customers_of_day if one.is_unsure]
    wanted = {row.instalment_id for row in follow_ups_wanted(unsure, on=day)} if unsure else set()
    items: list[Item] = []
    waiting: list[Waiting] = []
    for one in customers_of_day:
        _sort_out(one, items, waiting, wanted)
    if decides:
        items += _to_decide({account.id: account for account in accounts}, person, day)
    waiting.sort(key=lambda row: (row.until or day, row.item.code, row.item.key))
    owners = {account.id: account.owner_id for account in accounts}
    to_release = sum(f.amount for one in told.values() for f in one.things.get("to_release", ()))
    return Agenda(ranked(items), waiting, owners, to_release)


def _told_of(ids: Sequence[int], person: Person, day: date) -> dict[int, Told]:
    values: dict[str, Any] = {
        "customers": list(ids),
        "person": person.pk,
        "day": day,
        "month": first_of(day),
        "due_by": day + timedelta(days=LONGEST_REMINDER),
        "dead_since": day - timedelta(days=DEAD_DAYS),
    }
    found: dict[int, Told] = defaultdict(Told)
    for what, id_, subject, detail, amount, *days in fetch_planned(FACTS, values):
        if what == "touch":
            found[id_].touch = Touch(detail, *days)
        else:
            fact = Fact(subject, detail, amount, days[0], days[1])
            found[id_].things.setdefault(what, []).append(fact)
    return found


def _sort_out(
    one: _One, items: list[Item], waiting: list[Waiting], wanted: Collection[int]
) -> None:
    """Put what wants doing for a customer on one list, and what waits on the other.

    ``wanted`` are the lapsed instalments that want a follow-up where only history tells.
    """
    hold = one.things["hold"][0] if "hold" in one.things else None
    snoozed = _snoozed(one.things["snooze"]) if "snooze" in one.things else {}
    for item in _all_of(one):
        if hold is not None and item.kind in STILLED:
            waiting.append(Waiting(item, ON_HOLD, hold.second_on, hold.detail))
        elif snoozed and (found := snoozed.get((item.kind, item.subject))) is not None:
            waiting.append(Waiting(item, SNOOZED, *found))
        elif item.kind == Kind.LAPSED and not one.wants_follow_up(item, wanted):
            until = one.spoken_on + timedelta(days=one.policy.chase_every_days)
            waiting.append(Waiting(item, FOLLOWED_UP, until))
        else:
            items.append(item)


def _snoozed(facts: Iterable[Fact]) -> dict[tuple[str, str], tuple[date | None, str]]:
    """Until when, and why, by kind and subject."""
    return {
        (kind, fact.subject): (fact.second_on, reason)
        for fact in facts
        for kind, _space, reason in (fact.detail.partition(" "),)
    }


def _all_of(one: _One) -> Iterator[Item]:
    return chain(
        _instalments(one),
        _put_off(one),
        _of_the_month(one),
        _measures(one),
        _told(one),
        _habits(one),
    )


def _instalments(one: _One) -> Iterator[Item]:
    """Lapsed instalments, and those that fall due within the reminders of the policy."""
    day = one.day
    horizon = day + timedelta(days=max(one.policy.reminder_days, default=0))
    for subject, state, amount, due_on, deadline_on in one.things.get("instalment", ()):
        assert due_on is not None
        assert deadline_on is not None
        if state in LAPSED:
            kind, days = Kind.LAPSED, (day - deadline_on).days
        elif due_on <= horizon:
            kind, days = Kind.DUE, max((day - due_on).days, 0)
        else:
            continue
        yield one.item(
            kind, amount, days=days, subject=subject, since=due_on, until=deadline_on, detail=state
        )


def _put_off(one: _One) -> Iterator[Item]:
    """The day to ask again, or to go on, has come, and nothing was logged since."""
    touch, day, days_due = one.touch, one.day, []
    promised_on, next_on = touch.promised_on or date.min, touch.next_on
    if next_on is not None and next_on <= day and promised_on <= one.spoken_on:
        days_due.append(next_on)
    again = touch.ask_again_on
    if again is not None and again <= day:
        goes_on = next_on is not None and next_on > day and one.spoken_on > (touch.asked_on or day)
        if max(one.spoken_on, promised_on) < again and not goes_on:
            days_due.append(again)
    if days_due:
        since = min(days_due)
        stake = max(one.account.unpromised_target, 0) or one.account.open
        detail = touch.outcome if touch.outcome and since == next_on else "put_off"
        yield one.item(Kind.PUT_OFF, stake, days=(day - since).days, since=since, detail=detail)


def _of_the_month(one: _One) -> Iterator[Item]:
    """Not asked for the month; a gap that nothing covers."""
    account, ask_by = one.account, one.morning.ask_by
    stake = account.target or account.open
    if not account.asked and stake > 0:
        late = (one.day - ask_by).days
        detail = "target" if account.target else "open"
        yield one.item(
            Kind.NOT_ASKED, stake, days=max(late, 0),
            since=ask_by if late >= 0 else None, detail=detail,
        )  # fmt: skip
    if account.uncovered > 0:
        yield one.item(
            Kind.UNCOVERED, account.uncovered, detail="short" if account.measures else "none"
        )


def _measures(one: _One) -> Iterator[Item]:
    for subject, kind, uplift, due_on, month in one.things.get("measure", ()):
        assert due_on is not None
        late = (one.day - due_on).days
        yield one.item(
            Kind.MEASURE_DUE, uplift, days=late, subject=subject, since=due_on, until=month,
            detail=kind,
        )  # fmt: skip


def _told(one: _One) -> Iterator[Item]:
    """Requests that were decided, and messages that could not be delivered or had no address."""
    day = one.day
    for subject, detail, amount, decided_on, _none in one.things.get("decided", ()):
        late = (day - decided_on).days if decided_on else 0
        yield one.item(
            Kind.DECIDED, amount, days=max(late, 0), subject=subject, since=decided_on,
            detail=detail,
        )  # fmt: skip
    for fact in one.things.get("dead", ()):
        late = (day - fact.first_on).days if fact.first_on else 0
        stake = one.account.open or one.account.target
        yield one.item(
            Kind.UNDELIVERABLE, stake, days=max(late, 0), since=fact.first_on, detail=fact.detail
        )
    for fact in one.things.get("no_address", ()):
        late = (day - fact.first_on).days if fact.first_on else 0
        stake = one.account.open or one.account.target
        yield one.item(
            Kind.UNDELIVERABLE, stake, days=max(late, 0), subject="address", since=fact.first_on,
            detail="0",
        )  # fmt: skip


def _habits(one: _One) -> Iterator[Item]:
    """Nobody has spoken with a customer that owes, or nothing regular is agreed with it."""
    account, day = one.account, one.day
    if account.open <= 0:
        return
    least = QUIET_INTERVALS * one.policy.chase_every_days
    silent = (day - one.last_touch).days
    # A lapse asks for the same contact, sooner and with its reason.
    if silent > least and not any(f.detail in LAPSED for f in one.things.get("instalment", ())):
        yield one.item(
            Kind.NO_CONTACT, account.open, days=silent - least, since=one.last_touch,
            detail=str(least),
        )  # fmt: skip
    if account.regular_amount is None:
        yield one.item(Kind.NO_REGULAR, account.open)


def _to_decide(accounts: Mapping[int, Account], person: Person, day: date) -> Iterator[Item]:
    """What waits for the person to decide."""
    rows = Request.objects.decidable_by(person).waiting().filter(customer__in=[*accounts])
    for id_, customer_id, kind, amount, asked_on in rows.order_by().values_list(
        "pk", "customer_id", "kind", "amount", "asked_on"
    ):
        one = accounts[customer_id]
        yield Item(
            kind=Kind.TO_DECIDE,
            customer_id=customer_id,
            code=one.code,
            rating=one.rating,
            currency=one.currency,
            amount=amount,
            days=max((day - asked_on).days, 0),
            subject=str(id_),
            since=asked_on,
            detail=kind,
        )
