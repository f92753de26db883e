"""What a gap page is asked: month, day, team, rep and rating, in any mixture, all in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Team
from collections_app.core.months import first_of
from collections_app.customers.models import CustomerQuerySet
from collections_app.organisation.models import Rating
from collections_app.planning.models import MeasureKind
from collections_app.standing.gaps import NARROWINGS, SORTS
from collections_app.standing.queries import standing_day
from collections_app.standing.selection import UNRATED, Selection
from collections_app.standing.verdicts_sql import VERDICTS
from collections_app.web.pages.gap_columns import COLUMN_KEYS
from collections_app.web.pages.narrowing import owners_of, rep_asked, team_asked
from collections_app.web.requests import (
    FIRST_YEAR,
    day_asked,
    id_asked,
    month_asked,
    page_asked,
    words_asked,
)

RATINGS: Final = (*Rating.values, UNRATED)
TABS: Final = ("promises", "ageing", "forecast", "trends", "quality", "measures")
GROUPINGS: Final = ("team", "rep", "rating")


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a table is sorted, and which way."""

    key: str
    descending: bool

    @classmethod
    def read(cls, text: str, known: Sequence[str]) -> Order:
        """``-at_risk`` or ``name``; the largest at risk first unless asked; 404 for another."""
        key = text.removeprefix("-")
        if text and key not in known:
            raise Http404
        return cls(key, text.startswith("-")) if text else cls("at_risk", True)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuestion:
    """What the URL asks for. ``day`` is the day that all stands on, ``today`` the present one.

    ``by`` is how groups are made (blank: as fits), ``order`` sorts them; ``show``, ``sort``,
    ``words`` and ``page`` are of the list of customers; ``is_full`` shows every column. ``tab`` is
    the part of the dashboard (blank: the month), ``week`` and ``verdict`` are of its promises,
    ``kind`` is of its measures. ``reader`` is who asks.
    """

    today: date
    day: date
    month: date
    rep: Person | None
    team: Team | None
    rating: str
    currency: str
    by: str
    order: Order
    show: str
    sort: Order
    words: str
    page: int
    is_full: bool
    tab: str
    week: date | None
    verdict: str
    kind: str
    reader: Person

    @classmethod
    def read(cls, request: HttpRequest, *, by: Person) -> GapQuestion:
        """Read the query string; 404 for what means nothing, or whom ``by`` may not see."""
        today = standing_day()
        day = past_day_asked(request, today)
        return cls(
            today=today,
            day=day,
            month=month_asked(request, default=first_of(day)),
            rep=rep_asked(id_asked(request, "rep"), by),
            team=team_asked(id_asked(request, "team"), by),
            rating=one_asked(request, "rating", RATINGS),
            currency=currency_asked(request),
            by=one_asked(request, "by", GROUPINGS),
            order=Order.read(request.GET.get("order", ""), (*COLUMN_KEYS, "name", "customers")),
            show=one_asked(request, "show", NARROWINGS) or "all",
            sort=Order.read(request.GET.get("sort", ""), SORTS),
            words=words_asked(request),
            page=page_asked(request),
            is_full=request.GET.get("columns") == "all",
            tab=one_asked(request, "tab", TABS),
            week=week_asked(request),
            verdict=one_asked(request, "verdict", VERDICTS),
            kind=one_asked(request, "kind", MeasureKind.values),
            reader=by,
        )

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    @property
    def is_narrowed(self) -> bool:
        return bool(self.rep or self.team or self.rating)

    @property
    def rating_name(self) -> str:
        return _("Unrated") if self.rating == UNRATED else self.rating

    @property
    def owners(self) -> list[int] | None:
        """Ids of the reps whom the month is narrowed to; None for all."""
        return owners_of(self.team, self.rep, self.reader)

    def narrowed(self, day: date, own: dict[str, str]) -> str:
        """A query that narrows as this one does, as of ``day``, but for what ``own`` says."""
        kept = {
            "team": str(self.team.public_id) if self.team else "",
            "rep": str(self.rep.public_id) if self.rep else "",
            "rating": self.rating,
            "currency": self.currency,
            "on": day.isoformat() if day < self.today else "",
        }
        return "?" + urlencode({name: value for name, value in (kept | own).items() if value})

    def selection(self, visible: CustomerQuerySet, *, currency: str = "") -> Selection:
        """What of that is visible. Who sees all is spared the naming of each."""
        is_all = not visible.query.where
        return Selection(
            month=self.month,
            on=self.day,
            customers=None if is_all else visible,
            owners=self.owners,
            rating=self.rating or None,
            currency=currency or self.currency,
            reader=None if is_all else self.reader,
        )


def past_day_asked(request: HttpRequest, today: date) -> date:
    """The day of ``?on=2026-11-15``, else ``today``; 404 for no day, and for one to come."""
    text = request.GET.get("on", "")
    day = day_asked(request, "on") if text else today
    if day is None or not day.year >= FIRST_YEAR or day > today:
        raise Http404
    return day


def week_asked(request: HttpRequest) -> date | None:
    """The Monday of ``?week=2026-11-16``, None for all weeks; 404 for another day."""
    if not request.GET.get("week"):
        return None
    day = day_asked(request, "week")
    if day is None or day.weekday():
        raise Http404
    return day


def one_asked(request: HttpRequest, name: str, known: Sequence[str]) -> str:
    """One of the values known, blank for none; 404 for another."""
    text = request.GET.get(name, "")
    if text and text not in known:
        raise Http404
    return text


def currency_asked(request: HttpRequest) -> str:
    """The three letters of ``?currency=CNY``; blank for none, and for what is no such code."""
    text = request.GET.get("currency", "")
    return text if len(text) == 3 and text.isascii() and text.isalpha() else ""
