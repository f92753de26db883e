"""Rows of *Today*: each thing to do with its reason and the ways to do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collections_app.core.months import first_of, month_text
from collections_app.reminders.agenda import SNOOZED, Waiting
from collections_app.reminders.naming import OF_PROMISES, OF_REQUESTS, about, named
from collections_app.reminders.portfolio import Whom, people_of
from collections_app.reminders.ranking import Item, Kind
from collections_app.reminders.words import (
    badge_of,
    reason_of,
    waits_as,
    waits_because,
    why_here,
)

_NOBODY = UUID(int=0)


class How(StrEnum):
    """Where something is done. The form of a promise is too large for a row."""

    PAGE = "page"
    ROW = "row"
    DIALOG = "dialog"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Act:
    """A way to do something: a page, a form in the row or in a dialog, or a button that posts."""

    label: str
    path: str
    how: How = How.PAGE


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


# What can be done for any customer: the URL, its words, and where it is done.
_ANY: Final = {
    "followup_log": (gettext_lazy("Log a follow-up"), How.ROW),
    "promise_record": (gettext_lazy("Record a promise"), How.DIALOG),
    "measure_add": (gettext_lazy("Add a measure"), How.ROW),
    "plan_ask": (gettext_lazy("Asked"), How.ROW),
    "hold_put": (gettext_lazy("Put on hold"), How.ROW),
    "regular_agree": (gettext_lazy("Agree a regular payment"), How.ROW),
    "payment_receive": (gettext_lazy("Enter a payment"), How.PAGE),
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


@dataclass(frozen=True, slots=True)
class TodayRow:
    """One thing to do, or one that ``waits``; its words are made as they are shown.

    ``about`` is what the promise or measure is called, ``about_id`` its public id.
    """

    item: Item
    whom: Whom
    day: date
    readers: Readers
    about: str = ""
    about_id: UUID = _NOBODY
    waits: Waiting | None = None

    @property
    def key(self) -> str:
        return self.item.key

    @property
    def kind(self) -> str:
        return str(self.item.kind)

    @property
    def name(self) -> str:
        return self.whom.name

    @property
    def at_stake(self) -> int:
        """In minor units of the customer's currency."""
        return self.item.amount

    @property
    def whose(self) -> str:
        """For whom one does it, where it is not one's own customer."""
        return self.readers.whose(self.whom)

    @property
    def state(self) -> str:
        """The key of its badge."""
        return waits_as(self.waits) if self.waits else badge_of(self.item, self.day)

    @property
    def reason(self) -> str:
        reason = reason_of(self.item, self.day, name=self.about)
        return f"{waits_because(self.waits)} · {reason}" if self.waits else reason

    @property
    def why(self) -> str:
        """The rank in words and figures; blank for what only waits."""
        return "" if self.waits else why_here(self.item)

    @property
    def path(self) -> str:
        """Where the customer's page shows what the item is about."""
        item = self.item
        if item.kind in OF_REQUESTS:
            return f"{_path('request_detail', self.about_id)}?todo={item.key}"
        page = _path("customer_detail", self.whom.public_id)
        if item.kind in OF_PROMISES:
            return f"{page}?tab=commitments#commitment-{self.about_id}"
        return f"{page}?month={month_text(self.month)}"

    @property
    def month(self) -> date:
        """The month that is acted on: the measure's, else that of the day."""
        is_measure = self.item.kind == Kind.MEASURE_DUE
        return (self.item.until if is_measure else None) or first_of(self.day)

    @property
    def acts(self) -> list[Act]:
        """What is offered at once."""
        item, todo = self.item, f"todo={self.item.key}"
        if self.waits is not None:
            if self.waits.why != SNOOZED:
                return []
            back = f"{_path('snooze_end', self.whom.public_id)}?{_subject(item)}&{todo}"
            return [Act(_("Bring it back"), back, How.BUTTON)]
        if item.kind in OF_REQUESTS:
            return self._of_request()
        first = self._any_of(_FIRST[item.kind])
        if item.kind == Kind.LAPSED:
            again = _path("promise_renegotiate", self.about_id)
            first.append(Act(_("Renegotiate"), f"{again}?{todo}", How.DIALOG))
        elif item.kind == Kind.MEASURE_DUE:
            change = _path("measure_change", self.about_id)
            first.append(Act(_("Say what became of it"), f"{change}?{todo}", How.ROW))
        elif item.kind == Kind.UNDELIVERABLE:
            first.insert(0, Act(_("Check the address"), self.path))
        return first

    @property
    def more(self) -> list[Act]:
        """What is offered on asking."""
        item = self.item
        if self.waits is not None or item.kind in OF_REQUESTS:
            return []
        first = _FIRST[item.kind]
        later = f"{_path('snooze_put', self.whom.public_id)}?{_subject(item)}&todo={item.key}"
        rest = self._any_of(name for name in _MORE if name not in first)
        return [*rest, Act(_("Not today"), later, How.ROW)]

    def _any_of(self, names: Iterable[str]) -> list[Act]:
        query = f"?month={month_text(self.month)}&todo={self.item.key}"
        return [
            Act(str(_ANY[name][0]), _path(name, self.whom.public_id) + query, _ANY[name][1])
            for name in names
        ]

    def _of_request(self) -> list[Act]:
        if self.item.kind == Kind.TO_DECIDE:
            return [Act(_("Decide"), self.path)]
        seen = f"{_path('request_seen', self.about_id)}?todo={self.item.key}"
        return [Act(_("Look at it"), self.path), Act(_("Seen"), seen, How.BUTTON)]


def rows_of(items: Collection[Item], *, day: date, readers: Readers) -> list[TodayRow]:
    """Rows of the items, in their order; a fixed number of statements for each kind there is."""
    people, names = people_of([item.customer_id for item in items]), named(items)
    return [
        TodayRow(item, people[item.customer_id], day, readers, *about(item, names))
        for item in items
        if item.customer_id in people
    ]


def waiting_rows(rows: Collection[Waiting], *, day: date, readers: Readers) -> list[TodayRow]:
    """Rows of what wants nothing today, each with why and until when."""
    items = [row.item for row in rows]
    people, names = people_of([item.customer_id for item in items]), named(items)
    return [
        TodayRow(row.item, people[row.item.customer_id], day, readers, *about(row.item, names), row)
        for row in rows
        if row.item.customer_id in people
    ]


def _subject(item: Item) -> str:
    return f"kind={item.kind}&subject={quote(item.subject)}"


def _path(name: str, public_id: UUID) -> str:
    """The path of a page; hundreds of rows need but a few patterns."""
    return _pattern(name).replace(str(_NOBODY), str(public_id))


@lru_cache(maxsize=32)
def _pattern(name: str) -> str:
    return reverse(f"web:{name}", args=[_NOBODY])
