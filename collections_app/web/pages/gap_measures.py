"""Measures that work: what done ones brought of what they were to bring, by kind, rep, rating."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.months import month_text
from collections_app.customers.models import CustomerQuerySet
from collections_app.standing.answers_sql import TOP
from collections_app.standing.queries import payments_known_through
from collections_app.standing.questions import MONTHS_DONE
from collections_app.standing.rates import Window, window_of
from collections_app.standing.realised import DoneMeasure, Realised, RealisedGroup, realised_of
from collections_app.standing.sureness import FEWEST, Interval
from collections_app.web.charts.intervals import Span, spans_of
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gap_tabs import GapTab, choices_of, money_of
from collections_app.web.pages.turning import Paged
from collections_app.web.sheets import Cell, Money, Sheet
from collections_app.web.templatetags.states import measure_kind

MOST_GROUPS: Final = 200
MEASURES: Final = ("measure_kinds", "measure_reps", "measure_ratings", "measures")
Note = Sequence[tuple[str, str]]
Rows = Iterator[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class RealisedLine:
    """A row of a table: its name in words, its figures, its picture."""

    name: str
    row: RealisedGroup
    span: Span | None


@dataclass(frozen=True, slots=True)
class RealisedTable:
    """The kinds, reps or ratings; ``key`` says which, ``more`` are not shown."""

    key: str
    title: str
    head: str
    lines: list[RealisedLine]
    more: int

    @property
    def export(self) -> str:
        return f"measure_{self.key}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresTab(GapTab, Paged):
    """What measures of twelve months brought; ``total`` is None where none is done."""

    total: RealisedGroup | None
    window: Window
    tables: list[RealisedTable]
    rows: list[DoneMeasure]
    listed: int
    has_more: bool
    fewest: int = FEWEST

    @property
    def kind_name(self) -> str:
        return measure_kind(self.asked.kind) if self.asked.kind else ""


def measures_tab(asked: GapQuestion, visible: CustomerQuerySet, *, by: Person) -> MeasuresTab:
    """What measures brought with the customers that ``by`` may see, in one currency."""
    currency, currencies = money_of(asked, visible)
    found = _found(asked, visible, currency, limit=TOP, offset=(asked.page - 1) * TOP)
    return MeasuresTab(
        asked=asked,
        known_through=payments_known_through(),
        currency=currency,
        currencies=currencies,
        choices=choices_of(by),
        total=found.total,
        window=window_of(asked.day, months=MONTHS_DONE),
        tables=_tables(found),
        rows=found.rows,
        listed=found.listed,
        has_more=found.listed > asked.page * TOP,
    )


def _found(
    asked: GapQuestion, visible: CustomerQuerySet, currency: str, *, limit: int | None, offset: int
) -> Realised:
    return realised_of(
        asked.selection(visible, currency=currency),
        kind=asked.kind,
        limit=limit,
        offset=offset,
    )


def _tables(found: Realised) -> list[RealisedTable]:
    """What tells more than the total does."""
    known = [
        _table("kind", _("By kind"), _("Kind"), found.kinds),
        _table("rep", _("By rep"), _("Rep"), found.reps),
        _table("rating", _("By rating"), _("Rating"), found.ratings),
    ]
    return [t for t in known if len(t.lines) > 1 or (t.key == "kind" and t.lines)]


def _table(key: str, title: str, head: str, rows: list[RealisedGroup]) -> RealisedTable:
    shown = rows[:MOST_GROUPS]
    lines = [
        RealisedLine(name_of(key, row), row, span)
        for row, span in zip(shown, spans_of(shown), strict=True)
    ]
    return RealisedTable(key, title, head, lines, len(rows) - len(shown))


def name_of(key: str, row: RealisedGroup) -> str:
    """What the row is called."""
    if key == "kind":
        return measure_kind(row.key)
    return row.name if key == "rep" else row.key or _("Unrated")


def measures_sheet(
    asked: GapQuestion, table: str, note: Note, *, visible: CustomerQuerySet
) -> Sheet:
    """One of ``MEASURES``, whole."""
    currency, _known = money_of(asked, visible)
    is_list = table == "measures"
    found = _found(asked, visible, currency, limit=None if is_list else 0, offset=0)
    window = window_of(asked.day, months=MONTHS_DONE)
    note = [
        *note,
        (_("From"), month_text(window.first_month)),
        (_("To"), month_text(window.last_month)),
        (_("Kind"), measure_kind(asked.kind) if asked.kind else _("All")),
    ]
    if is_list:
        return Sheet(_("Done measures"), _done_head(), _done(found.rows, currency), note)
    key = table.removeprefix("measure_").removesuffix("s")
    groups = {"kind": found.kinds, "rep": found.reps, "rating": found.ratings}[key]
    head = {"kind": _("Kind"), "rep": _("Rep"), "rating": _("Rating")}[key]
    return Sheet(_("What measures brought"), _head(head), _rows(key, groups, currency), note)


def _head(first: str) -> list[str]:
    return [
        *(first, _("Currency"), _("Done"), _("Without a figure"), _("Expected uplift")),
        *(_("Realised uplift"), _("Realised rate"), _("Rate at least"), _("Rate at most")),
        *(_("Brought what was expected"), _("Share of them")),
        *(_("Share at least"), _("Share at most")),
    ]


def _rows(key: str, groups: list[RealisedGroup], currency: str) -> Rows:
    for row in groups:
        amounts = (Money(row.expected, currency), Money(row.realised, currency))
        yield [
            name_of(key, row), currency, row.done, row.untold, *amounts, row.rate,
            *_ends(row.rate_between), row.met, row.met_share, *_ends(row.met_between),
        ]  # fmt: skip


def _ends(between: Interval | None) -> tuple[Decimal | None, Decimal | None]:
    return (between.low, between.high) if between else (None, None)


def _done_head() -> list[str]:
    return [
        *(_("Customer"), _("Code"), _("Rep"), _("Rating"), _("Month"), _("Kind")),
        *(_("What exactly"), _("Currency"), _("Expected uplift"), _("Realised uplift")),
        _("Realised rate"),
    ]


def _done(rows: list[DoneMeasure], currency: str) -> Rows:
    for row in rows:
        brought = None if row.untold else row.realised
        yield [
            row.name, row.code, row.owner_name, row.rating, month_text(row.month),
            measure_kind(row.kind), row.description, currency, Money(row.expected, currency),
            Money(brought, currency), None if row.untold else row.rate,
        ]  # fmt: skip
