"""The timeline of a customer: all that happened, latest first, a page at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy

from collections_app.core.planned import fetch_planned
from collections_app.customers.models import Customer
from collections_app.organisation.queries import organisation
from collections_app.web.pages.history import HistoryTab, history_tab
from collections_app.web.pages.timeline_sql import timeline_statement
from collections_app.web.pages.timeline_words import Event, event_of
from collections_app.web.requests import day_asked

PAGE_SIZE: Final = 50
RECORD: Final = "record"
GROUPS = {
    "targets": gettext_lazy("Targets and asking"),
    "promises": gettext_lazy("Promises"),
    "money": gettext_lazy("Payments"),
    "followups": gettext_lazy("Follow-ups"),
    "requests": gettext_lazy("Requests"),
    "measures": gettext_lazy("Measures"),
    "messages": gettext_lazy("Messages"),
    "terms": gettext_lazy("Rating, rep, terms"),
    RECORD: gettext_lazy("Everything on record"),
}
FIRST, LAST = date.min, date.max


@dataclass(frozen=True, slots=True)
class Mark:
    """The event after which a page begins."""

    day: date = LAST
    rank: int = 0
    id: int = 0

    @property
    def text(self) -> str:
        """As the URL writes it."""
        return f"{self.day.isoformat()}.{self.rank}.{self.id}"

    @classmethod
    def read(cls, text: str) -> Mark:
        """Read the URL's; 404 for what is none."""
        try:
            day, rank, id_ = text.split(".")
            if not (rank + id_).isascii() or len(rank) > 3 or len(id_) > 18:
                raise Http404
            return cls(date.fromisoformat(day), int(rank), int(id_))
        except ValueError as error:
            raise Http404 from error


@dataclass(frozen=True, slots=True)
class TimelineQuestion:
    """What the URL asks for: one group of events, the days from and to, where the page begins."""

    group: str = ""
    since: date | None = None
    until: date | None = None
    older: Mark | None = None

    @classmethod
    def read(cls, request: HttpRequest) -> TimelineQuestion:
        """Read the query string; 404 for what it cannot mean."""
        group, older = request.GET.get("show", ""), request.GET.get("older", "")
        if group and group not in GROUPS:
            raise Http404
        return cls(
            group,
            day_asked(request, "from"),
            day_asked(request, "to"),
            Mark.read(older) if older else None,
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.group or self.since or self.until)

    @property
    def is_cut(self) -> bool:
        """Whether the page is another than the latest of all days."""
        return bool(self.since or self.until or self.older)

    @property
    def cut(self) -> dict[str, Any]:
        """The parameters of the statement that cut the page out of the line."""
        begin = self.older or Mark()
        return {
            "since": self.since or FIRST,
            "until": self.until or LAST,
            "day": begin.day,
            "rank": begin.rank,
            "id": begin.id,
        }


@dataclass(frozen=True, slots=True)
class TimelineTab:
    """A page of events, or of the audit trail (``trail``); ``older`` is where the next begins."""

    asked: TimelineQuestion
    events: list[Event]
    older: str = ""
    trail: HistoryTab | None = None

    @property
    def has_more(self) -> bool:
        """Whether the trail goes on; events turn by ``older``."""
        return self.trail is not None and self.trail.has_more

    @property
    def chips(self) -> list[tuple[str, str]]:
        return [(key, str(name)) for key, name in GROUPS.items()]


def timeline_tab(customer: Customer, asked: TimelineQuestion, *, page: int) -> TimelineTab:
    """What the URL asks for of the customer's timeline, in one statement; or the trail's page."""
    if asked.group == RECORD:
        return TimelineTab(asked, [], trail=history_tab(customer, page=page))
    values: dict[str, Any] = {
        "customer": customer.pk,
        "zone": organisation().time_zone,
        "limit": PAGE_SIZE + 1,
    }
    if asked.is_cut:
        values |= asked.cut
    groups = {asked.group} if asked.group else ()
    rows = fetch_planned(timeline_statement(groups, is_cut=asked.is_cut), values)
    shown = rows[:PAGE_SIZE]
    older = Mark(*shown[-1][:3]).text if len(rows) > PAGE_SIZE else ""
    return TimelineTab(asked, [_event(row, customer.currency) for row in shown], older)


def _event(row: tuple[Any, ...], currency: str) -> Event:
    day, _rank, _id, kind, data = row
    return event_of(kind, day, json.loads(data) if isinstance(data, str) else data, currency)
