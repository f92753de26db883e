"""Rows of *Today*: each thing to do with its reason and the ways to do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import quote
from uuid import UUID

from django.db.models import FilteredRelation, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collections_app.commitments.models import Instalment
from collections_app.core.months import first_of, month_text
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.planning.models import Measure
from collections_app.reminders.agenda import SNOOZED, Waiting
from collections_app.reminders.ranking import Item, Kind
from collections_app.web.pages.today_words import (
    badge_of,
    reason_of,
    waits_as,
    waits_because,
    why_here,
)

_NOBODY = UUID(int=0)
OF_PROMISES: Final = frozenset({Kind.LAPSED, Kind.DUE})
OF_REQUESTS: Final = frozenset({Kind.DECIDED, Kind.TO_DECIDE})


@dataclass(frozen=True, slots=True)
class Act:
    """A way to do something: a link, or a form ``in_place``; one that ``posts`` is a button.

    What is no more than a page to look at opens in no dialog.
    """

    label: str
    path: str
    in_place: bool = False
    posts: bool = False

    @property
    def opens(self) -> bool:
        """Whether it is the form of a promise, which is too large for a row."""
        return not self.in_place and "/commitments/" in self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayRow:
    """One thing to do: ``at_stake`` in minor units, ``state`` the key of its badge.

    ``acts`` are offered at once, ``more`` on asking. ``whose`` says for whom one does it, where it
    is not one's own; ``why`` is the rank in words and figures, blank for what only waits.
    """

    key: str
    kind: str
    customer_id: int
    public_id: UUID
    name: str
    code: str
    rating: str
    whose: str
    currency: str
    state: str
    reason: str
    at_stake: int
    path: str
    acts: tuple[Act, ...]
    more: tuple[Act, ...] = ()
    phone: str = ""
    email: str = ""
    why: str = ""


class Whom(NamedTuple):
    """The customer of a row."""

    id: int
    public_id: UUID
    name: str
    owner_id: int
    owner: str
    phone: str | None
    email: str | None


@dataclass(frozen=True)
class Readers:
    """Whose list it is: what is another's is marked with the name.

    ``away`` are colleagues for whom the reader stands in, until when.
    """

    own_id: int
    away: Mapping[int, date] = field(default_factory=dict)

    def whose(self, whom: Whom) -> str:
        """Whose customer it is, in words; blank for one's own."""
        if whom.owner_id == self.own_id:
            return ""
        until = self.away.get(whom.owner_id)
        if until is None:
            return whom.owner
        return _("for %(name)s, away until %(day)s") % {
            "name": whom.owner, "day": date_format(until, "MONTH_DAY_FORMAT"),
        }  # fmt: skip


@dataclass(frozen=True)
class _Known:
    """What rows are made of, beside the items."""

    day: date
    readers: Readers
    people: Mapping[int, Whom]
    promises: Mapping[str, tuple[str, UUID]]
    measures: Mapping[str, tuple[str, UUID]]
    requests: Mapping[str, tuple[str, UUID]]

    @cached_property
    def labels(self) -> dict[str, str]:
        """What each act is called; hundreds of rows need but a few."""
        return {name: str(label) for name, (label, _in_place) in _ANY.items()}

    def about(self, item: Item) -> tuple[str, UUID]:
        """What the item's subject is called, and its public id."""
        of: Mapping[str, tuple[str, UUID]] = {}
        if item.kind in OF_PROMISES:
            of = self.promises
        elif item.kind == Kind.MEASURE_DUE:
            of = self.measures
        elif item.kind in OF_REQUESTS:
            of = self.requests
        return of.get(item.subject, ("", _NOBODY))


def rows_of(items: Collection[Item], *, day: date, readers: Readers) -> list[TodayRow]:
    """Rows of the items, in their order; a fixed number of statements for each kind there is."""
    known = _known(items, day, readers)
    return [_row(item, known) for item in items if item.customer_id in known.people]


def waiting_rows(rows: Collection[Waiting], *, day: date, readers: Readers) -> list[TodayRow]:
    """Rows of what wants nothing today, each with why and until when."""
    known = _known([row.item for row in rows], day, readers)
    return [_waiting_row(row, known) for row in rows if row.item.customer_id in known.people]


def _known(items: Iterable[Item], day: date, readers: Readers) -> _Known:
    def subjects(kinds: Collection[Kind]) -> list[int]:
        return [int(item.subject) for item in items if item.kind in kinds]

    whom = Customer.objects.filter(pk__in={item.customer_id for item in items}).annotate(
        first=FilteredRelation("contacts", condition=Q(contacts__is_primary=True))
    )
    people = whom.values_list(
        "pk", "public_id", "name", "owner_id", "owner__name", "first__phone", "first__email"
    )
    promises: dict[str, tuple[str, UUID]] = {}
    if ids := subjects(OF_PROMISES):
        of = Instalment.objects.filter(pk__in=ids).values_list(
            "pk", "commitment__reference", "position", "commitment__public_id"
        )
        promises = {str(pk): (f"{reference} / {place}", id_) for pk, reference, place, id_ in of}
    measures: dict[str, tuple[str, UUID]] = {}
    if ids := subjects({Kind.MEASURE_DUE}):
        rows = Measure.objects.filter(pk__in=ids).values_list("pk", "description", "public_id")
        measures = {str(pk): (words, id_) for pk, words, id_ in rows}
    requests: dict[str, tuple[str, UUID]] = {}
    if ids := subjects(OF_REQUESTS):
        asked = Request.objects.filter(pk__in=ids)
        found = asked.values_list("pk", "asked_by__name", "public_id")
        requests = {str(pk): (name, id_) for pk, name, id_ in found}
    return _Known(day, readers, {p[0]: Whom(*p) for p in people}, promises, measures, requests)


def _row(item: Item, known: _Known) -> TodayRow:
    whom, (name, subject_id) = known.people[item.customer_id], known.about(item)
    acts, more = _acts(item, whom, subject_id, known)
    return _whole(
        item, whom,
        whose=known.readers.whose(whom),
        state=badge_of(item, known.day),
        reason=reason_of(item, known.day, name=name),
        path=_home(item, whom, subject_id, known.day),
        acts=acts,
        more=more,
        phone=whom.phone or "",
        email=whom.email or "",
        why=why_here(item),
    )  # fmt: skip


def _waiting_row(row: Waiting, known: _Known) -> TodayRow:
    item = row.item
    whom, (name, subject_id) = known.people[item.customer_id], known.about(item)
    acts: tuple[Act, ...] = ()
    if row.why == SNOOZED:
        back = f"{_path('snooze_end', whom.public_id)}?{_subject(item)}&todo={item.key}"
        acts = (Act(_("Bring it back"), back, posts=True),)
    return _whole(
        item, whom,
        whose=known.readers.whose(whom),
        state=waits_as(row),
        reason=f"{waits_because(row)} · {reason_of(item, known.day, name=name)}",
        path=_home(item, whom, subject_id, known.day),
        acts=acts,
    )  # fmt: skip


def _whole(item: Item, whom: Whom, **more: Any) -> TodayRow:
    return TodayRow(
        key=item.key,
        kind=str(item.kind),
        customer_id=item.customer_id,
        public_id=whom.public_id,
        name=whom.name,
        code=item.code,
        rating=item.rating or "",
        currency=item.currency,
        at_stake=item.amount,
        **more,
    )


def _home(item: Item, whom: Whom, subject_id: UUID, day: date) -> str:
    """Where the customer's page shows what the item is about."""
    page = _path("customer_detail", whom.public_id)
    if item.kind in OF_PROMISES:
        return f"{page}?tab=commitments#commitment-{subject_id}"
    if item.kind in OF_REQUESTS:
        return f"{_path('request_detail', subject_id)}?todo={item.key}"
    return f"{page}?month={month_text(_month(item, day))}"


def _month(item: Item, day: date) -> date:
    is_past = item.kind == Kind.MEASURE_DUE and item.until is not None
    return item.until if is_past and item.until else first_of(day)


def _subject(item: Item) -> str:
    return f"kind={item.kind}&subject={quote(item.subject)}"


# What can be done for any customer: the URL, its words, and whether it is done in the list.
_ANY: Final = {
    "followup_log": (gettext_lazy("Log a follow-up"), True),
    "promise_record": (gettext_lazy("Record a promise"), False),
    "measure_add": (gettext_lazy("Add a measure"), True),
    "plan_ask": (gettext_lazy("Asked"), True),
    "hold_put": (gettext_lazy("Put on hold"), True),
    "regular_agree": (gettext_lazy("Agree a regular payment"), True),
    "payment_receive": (gettext_lazy("Enter a payment"), False),
}
_FIRST: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.LAPSED: ("followup_log",),
    Kind.DUE: ("followup_log", "payment_receive"),
    Kind.PUT_OFF: ("followup_log", "promise_record"),
    Kind.NOT_ASKED: ("plan_ask", "promise_record"),
    Kind.UNCOVERED: ("measure_add", "promise_record"),
    Kind.MEASURE_DUE: (),
    Kind.UNDELIVERABLE: ("followup_log",),
    Kind.NO_CONTACT: ("followup_log", "promise_record"),
    Kind.NO_REGULAR: ("regular_agree",),
}
_MORE: Final = ("followup_log", "promise_record", "measure_add", "hold_put")


def _acts(
    item: Item, whom: Whom, subject_id: UUID, known: _Known
) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """What is offered at once, and what on asking."""
    if item.kind in OF_REQUESTS:
        return _of_request(item, subject_id), ()
    month = month_text(_month(item, known.day))

    def act(name: str) -> Act:
        path = f"{_path(name, whom.public_id)}?month={month}&todo={item.key}"
        return Act(known.labels[name], path, _ANY[name][1])

    first = [act(name) for name in _FIRST[item.kind]]
    if item.kind == Kind.LAPSED:
        again = _path("promise_renegotiate", subject_id)
        first.append(Act(_("Renegotiate"), f"{again}?todo={item.key}"))
    elif item.kind == Kind.MEASURE_DUE:
        change = _path("measure_change", subject_id)
        first.append(Act(_("Say what became of it"), f"{change}?todo={item.key}", True))
    elif item.kind == Kind.UNDELIVERABLE:
        first.insert(0, Act(_("Check the address"), _home(item, whom, subject_id, known.day)))
    more = [act(name) for name in _MORE if name not in _FIRST[item.kind]]
    later = f"{_path('snooze_put', whom.public_id)}?{_subject(item)}&todo={item.key}"
    return tuple(first), (*more, Act(_("Not today"), later, True))


def _of_request(item: Item, subject_id: UUID) -> tuple[Act, ...]:
    page = f"{_path('request_detail', subject_id)}?todo={item.key}"
    if item.kind == Kind.TO_DECIDE:
        return (Act(_("Decide"), page),)
    seen = f"{_path('request_seen', subject_id)}?todo={item.key}"
    return Act(_("Open"), page), Act(_("Seen"), seen, posts=True)


def _path(name: str, public_id: UUID) -> str:
    """The path of a page; hundreds of rows need but a few patterns."""
    return _pattern(name).replace(str(_NOBODY), str(public_id))


@lru_cache(maxsize=32)
def _pattern(name: str) -> str:
    return reverse(f"web:{name}", args=[_NOBODY])
