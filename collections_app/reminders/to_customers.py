"""What a day owes to customers' contacts, and why it does not say the rest (rule 9)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from collections_app.customers.models import Contact
from collections_app.notices.manners import Manner, Whom, manners_of
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.operations import OPENING, Owed, owe, set_aside
from collections_app.notices.to_contacts import put_to_contacts, withdraw_unsent
from collections_app.organisation.queries import (
    Policies,
    business_hours,
    policies_on,
    work_calendar,
)
from collections_app.outbox.models import MessageState
from collections_app.reminders.courtesy import Owing, Step, step_on
from collections_app.reminders.mornings import day_by_the_clock
from collections_app.standing.models import LAPSED, InstalmentStanding, State
from collections_app.standing.queries import chunks, payments_known_through

# A lapse of so long ago is not looked at: longer than it waits for payments over any holiday.
LOOK_BACK: Final = timedelta(days=30)
TO: Final = "/to-"
# What a person or the opening decided is not owed again; nor what is past its days.
FINAL: Final = frozenset({OPENING, "declined", "unreleased", "too_late"})
UNSENT: Final = (MessageState.QUEUED, MessageState.AWAITING_APPROVAL)


@dataclass(slots=True)
class Spoken:
    """Notices that are newly owed, by kind; new messages; what goes to the reps instead."""

    queued: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    to_reps: list[Owed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the day asks to be said about one instalment."""

    customer_id: int
    owner_id: int
    instalment_id: int
    step: Step

    @property
    def key(self) -> str:
        """Names it, whoever it is said to."""
        return self.step.key_of(self.instalment_id)

    def owed_to(self, contact: Whom) -> Owed:
        """It, said to a contact; the key names the contact too, who may be removed one day."""
        return Owed(
            person_id=None,
            contact_id=contact.pk,
            key=f"{self.key}{TO}{contact.pk}",
            customer_id=self.customer_id,
            instalment_id=self.instalment_id,
            on_day=self.step.since,
        )


@dataclass(frozen=True, slots=True)
class Former:
    """A notice of before about the same instalment."""

    id: int
    kind: str
    key: str
    state: str
    reason: str
    contact_id: int | None
    is_unsent: bool

    def is_of(self, wish: Wish) -> bool:
        return self.kind == wish.step.kind and self.key.partition(TO)[0] == wish.key


Formers = Mapping[int, Sequence[Former]]


def owe_customers(
    *, on: date, only: Collection[int] | None = None, is_opening: bool = False
) -> Spoken:
    """Owe what the day asks to be said, in the caller's transaction; and put down what is not.

    ``only`` some customers. ``is_opening`` takes note alone. Kept states stand on the day. A fixed
    number of statements for each lot of customers.
    """
    spoken = Spoken()
    if only is not None and not only:
        return spoken
    wishes: defaultdict[int, list[Wish]] = defaultdict(list)
    for wish in _wishes(on, only):
        wishes[wish.customer_id].append(wish)
    for lot in chunks(sorted(wishes)):
        _owe_lot([wish for id_ in lot for wish in wishes[id_]], on, spoken, is_opening)
    return spoken


def _owe_lot(wishes: list[Wish], on: date, spoken: Spoken, is_opening: bool) -> None:
    manners = manners_of({wish.customer_id for wish in wishes}, on=on)
    formers, told_reps = _formers(wishes), _told_reps(wishes)
    owed: defaultdict[NoticeKind, list[Owed]] = defaultdict(list)
    aside: defaultdict[tuple[NoticeKind, str], list[Owed]] = defaultdict(list)
    changed: defaultdict[str, list[int]] = defaultdict(list)
    replaced: list[Former] = []
    for wish in wishes:
        manner = manners[wish.customer_id]
        whom = manner.whom
        before = [one for one in formers.get(wish.instalment_id, ()) if one.is_of(wish)]
        if whom is None or wish.instalment_id in told_reps or _is_settled(before):
            continue
        reason = OPENING if is_opening else _why_not(wish, manner)
        if reason is None:
            owed[wish.step.kind].append(wish.owed_to(whom))
            others = (f for f in formers.get(wish.instalment_id, ()) if not f.is_of(wish))
            replaced += [f for f in others if f.is_unsent]
            continue
        if reason == "stale_ledger" and wish.step.came_too_late:
            spoken.to_reps.append(_to_rep(wish))
        same = [one for one in before if one.contact_id == whom.pk]
        if not same:
            aside[wish.step.kind, reason].append(wish.owed_to(whom))
        elif same[0].reason != reason:
            changed[reason].append(same[0].id)
    for reason, ids in changed.items():
        Notice.objects.filter(pk__in=ids).update(state=NoticeState.WITHDRAWN, reason=reason)
    for (kind, reason), rows in aside.items():
        set_aside(kind, rows, reason=reason)
    fresh: list[int] = []
    for kind, rows in owed.items():
        ids = owe(kind, rows)
        spoken.queued[kind.value] += len(ids)
        fresh += ids
    spoken.messages += put_to_contacts(fresh, due_at=leaves_at(on))
    # After that: what waits to leave with an earlier step takes up the later one.
    withdraw_unsent([f.id for f in replaced], reason="replaced")


def leaves_at(on: date) -> datetime:
    """When what is owed on the day leaves: as business begins, then or on the next working day."""
    hours = business_hours()
    return hours.next_at(hours.begin(day_by_the_clock(on)))


def _is_settled(before: Sequence[Former]) -> bool:
    """Whether it is owed already or was said, to whomever; or is not to be said any more."""
    return any(f.state == NoticeState.OWED or f.reason in FINAL for f in before)


def _why_not(wish: Wish, manner: Manner) -> str | None:
    if (why := manner.why_not) is not None:
        return why
    return "stale_ledger" if wish.step.waits or wish.step.came_too_late else None


def _to_rep(wish: Wish) -> Owed:
    key = f"instalment/{wish.instalment_id}"
    return Owed(wish.owner_id, key, wish.customer_id, wish.instalment_id)


def _wishes(on: date, only: Collection[int] | None) -> Iterator[Wish]:
    """What the policies of the day ask to be said, of customers of whom anybody is known."""
    policies, calendar, known = policies_on(on), work_calendar(), payments_known_through()
    for row in _rows(on, longest_reminder(policies), only):
        customer_id, instalment_id, made_on, due_on, deadline_on, rating, team_id, owner_id = row
        step = step_on(
            Owing(made_on, due_on, deadline_on),
            reminder_days=policies.of(rating, team_id).reminder_days,
            on=on,
            known_through=known,
            calendar=calendar,
        )
        if step is not None:
            yield Wish(customer_id, owner_id, instalment_id, step)


def longest_reminder(policies: Policies) -> timedelta:
    """How long before the due date the earliest reminder of any policy comes."""
    rows = (*policies.of_all.values(), *policies.by_team.values())
    return timedelta(days=max((day for row in rows for day in row.reminder_days), default=0))


Row = tuple[int, int, date, date, date, str | None, int | None, int]


def _rows(on: date, horizon: timedelta, only: Collection[int] | None) -> Iterable[Row]:
    known = InstalmentStanding.objects.filter(
        Exists(Contact.objects.filter(customer=OuterRef("customer")))
    )
    if only is not None:
        known = known.filter(customer__in=only)
    # What is open can still change, and there is an index of what can.
    coming = known.filter(
        changes_on__isnull=False, state=State.OPEN, instalment__due_on__range=(on, on + horizon)
    )
    lapsed = known.filter(
        state__in=LAPSED,
        instalment__deadline_on__gte=on - LOOK_BACK,
        instalment__deadline_on__lt=on,
    )
    return [*_values(coming), *_values(lapsed)]


def _values(rows: QuerySet[InstalmentStanding]) -> Iterable[Row]:
    return rows.order_by("customer", "instalment").values_list(
        "customer_id", "instalment_id", "instalment__commitment__made_on", "instalment__due_on",
        "instalment__deadline_on", "customer__rating", "customer__owner__team_id",
        "customer__owner_id",
    )  # fmt: skip


def _formers(wishes: Sequence[Wish]) -> Formers:
    """By instalment: what was owed to the customers about it before."""
    rows = Notice.objects.filter(
        person__isnull=True,
        customer__in={wish.customer_id for wish in wishes},
        instalment__in={wish.instalment_id for wish in wishes},
    ).order_by("pk")
    found: defaultdict[int, list[Former]] = defaultdict(list)
    facts = rows.values_list(
        "instalment_id", "message__state", "message__attempts", "pk", "kind", "key", "state",
        "reason", "contact_id",
    )  # fmt: skip
    for instalment_id, far, tries, id_, kind, key, state, reason, to in facts:
        is_unsent = state == NoticeState.OWED and far in UNSENT and not tries
        former = Former(id_, kind, key, state, reason, to, is_unsent)
        found[instalment_id or 0].append(former)
    return found


def _told_reps(wishes: Sequence[Wish]) -> set[int]:
    """The lapses of which the rep was told that the customer was not."""
    rows = Notice.objects.filter(
        kind=NoticeKind.NOT_TOLD, instalment__in={wish.instalment_id for wish in wishes}
    )
    return set(rows.values_list("instalment_id", flat=True))
