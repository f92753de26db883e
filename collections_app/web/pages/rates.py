"""The rates page: whose word is kept, by rep, rating and customer; which measures bring money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Team
from collections_app.customers.models import Customer
from collections_app.organisation.queries import organisation
from collections_app.planning.models import MeasureKind
from collections_app.standing.queries import ids_of, payments_known_through, standing_day
from collections_app.standing.rates import (
    ConcessionRate,
    Window,
    concession_rates,
    window_of,
)
from collections_app.standing.realised import RealisedRate, realised_rates
from collections_app.standing.record import By, PromiseRecord, promise_records
from collections_app.web.pages.narrowing import owners_of, rep_asked, team_asked
from collections_app.web.pages.regular import Regular, regular_of
from collections_app.web.pages.turning import Paged
from collections_app.web.requests import id_asked, page_asked
from collections_app.web.sheets import Cell, Days, Money, Sheet

PAGE_SIZE = 50
MONTHS: Final = (3, 6, 12)
# What can be exported: the parameter, and how the rows are grouped.
EXPORTS: Final[dict[str, By]] = {
    "rep": "rep", "rating": "rating", "customer": "customer", "number": "number",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesQuestion:
    """What the URL asks for: the window, a rep or a team, the currency, the page."""

    day: date
    months: int
    rep: Person | None
    team: Team | None
    currency: str
    page: int
    reader: Person

    @classmethod
    def read(cls, request: HttpRequest, *, by: Person) -> RatesQuestion:
        """Read the query string; 404 for what it cannot mean, or a rep ``by`` may not see."""
        text = request.GET.get("months", "12")
        if text not in map(str, MONTHS):
            raise Http404
        return cls(
            day=standing_day(),
            months=int(text),
            rep=rep_asked(id_asked(request, "rep"), by),
            team=team_asked(id_asked(request, "team"), by),
            currency=request.GET.get("currency", ""),
            page=page_asked(request),
            reader=by,
        )

    @property
    def window(self) -> Window:
        return window_of(self.day, months=self.months)

    @property
    def owners(self) -> list[int] | None:
        return owners_of(self.team, self.rep, self.reader)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.rep or self.team)


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record, and the mean regularity (0 to 100) of those of its customers that have agreed to
    regular payments: None where none has one.
    """

    row: PromiseRecord
    regularity: int | None


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A kind of measure by its name."""

    name: str
    row: RealisedRate


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesPage(Paged):
    """All that the page shows, of one currency; ``total`` is None without any verdict."""

    asked: RatesQuestion
    known_through: date | None
    currency: str
    currencies: list[str]
    total: PromiseRecord | None
    regular: Regular
    reps: list[RecordLine]
    ratings: list[RecordLine]
    numbers: list[RecordLine]
    customers: list[RecordLine]
    measures: list[MeasureLine]
    conceded: ConcessionRate | None
    has_more: bool
    windows: tuple[int, ...] = MONTHS

    @property
    def is_empty(self) -> bool:
        return self.total is None and not self.measures


def rates_page(asked: RatesQuestion, *, by: Person) -> RatesPage:
    """The rates of what ``by`` may see, one currency of it: a bounded number of statements."""
    visible = Customer.objects.visible_to(by)
    moneys = dict(visible.order_by().values_list("pk", "currency"))
    totals = _records(asked, ["all"], sorted(moneys))["all"]
    own = organisation().currency
    currencies = sorted({row.currency for row in totals})
    currency = _currency(asked.currency, own, currencies)
    ids = sorted(pk for pk, money in moneys.items() if money == currency)
    start = (asked.page - 1) * PAGE_SIZE
    groups: list[By] = ["rating", "number", "customer"]
    groups += [] if asked.rep else ["rep"]
    found = _records(asked, groups, ids, limit=PAGE_SIZE + 1, offset=start)
    regular = regular_of(visible.filter(currency=currency), asked.owners, on=asked.day)
    customers = found["customer"]
    conceded = concession_rates(window=asked.window, on=asked.day, customers=ids)
    return RatesPage(
        asked=asked,
        known_through=payments_known_through(),
        currency=currency,
        currencies=currencies,
        total=next((row for row in totals if row.currency == currency), None),
        regular=regular,
        reps=_lines(found.get("rep", []), regular.reps),
        ratings=_lines(found["rating"], regular.ratings),
        numbers=_lines(found["number"], {}),
        customers=_lines(customers[:PAGE_SIZE], regular.customers),
        measures=[] if asked.is_narrowed else _measures(asked, ids),
        conceded=None if asked.is_narrowed else next((c for c in conceded if c.number), None),
        has_more=len(customers) > PAGE_SIZE,
    )


def _records(
    asked: RatesQuestion,
    by: Sequence[By],
    ids: list[int],
    limit: int | None = None,
    offset: int = 0,
) -> dict[By, list[PromiseRecord]]:
    return promise_records(
        by=by, window=asked.window, on=asked.day, customers=ids, owners=asked.owners, limit=limit,
        offset=offset,
    )  # fmt: skip


def _lines(rows: list[PromiseRecord], regular: dict[str, int]) -> list[RecordLine]:
    return [RecordLine(row, regular.get(row.key)) for row in rows]


def _currency(asked: str, own: str, known: list[str]) -> str:
    if asked in known:
        return asked
    return own if own in known or not known else known[0]


def _measures(asked: RatesQuestion, ids: list[int]) -> list[MeasureLine]:
    """Kinds with a done measure, those that brought most of what was expected first."""
    rows = realised_rates(window=asked.window, on=asked.day, customers=ids)
    rows.sort(key=lambda row: (-(row.rate or Decimal(-1)), row.kind))
    return [MeasureLine(str(MeasureKind(row.kind).label), row) for row in rows]


def export_sheet(asked: RatesQuestion, what: str, *, by: Person) -> Sheet:
    """One of the tables whole, of every currency."""
    ids = ids_of(Customer.objects.visible_to(by))
    if what == "measure":
        measures = realised_rates(window=asked.window, on=asked.day, customers=ids)
        head, *rows = _measure_rows(measures)
        return Sheet(_("What measures brought"), [str(c) for c in head], rows, _note_of(asked))
    if what not in EXPORTS:
        raise Http404
    head, *rows = _kept_rows(_records(asked, [EXPORTS[what]], ids)[EXPORTS[what]])
    return Sheet(_("Rates"), [str(cell) for cell in head], rows, _note_of(asked))


def _note_of(asked: RatesQuestion) -> list[tuple[str, str]]:
    window = asked.window
    return [
        (_("From"), window.since.isoformat()),
        (_("To"), window.until.isoformat()),
        (_("As of"), asked.day.isoformat()),
        (_("Team"), asked.team.name if asked.team else _("All")),
        (_("Rep"), asked.rep.name if asked.rep else _("All")),
    ]


def _kept_rows(rows: list[PromiseRecord]) -> Iterator[Sequence[Cell]]:
    yield [
        _("Key"), _("Name"), _("Currency"), _("Promised"), _("In time"), _("Kept by amount"),
        _("Instalments"), _("Instalments kept"), _("Broken"), _("Kept by number"),
        _("Renegotiated"), _("Paid late"), _("Mean days late"), _("Mean days late, by amount"),
        _("Of a second promise"), _("Of a third or later"),
    ]  # fmt: skip
    for row in rows:
        amounts = [Money(amount, row.currency) for amount in (row.amount, row.on_time)]
        counts = (row.number, row.kept, row.broken)
        yield [
            row.key, row.name, row.currency, *amounts, row.by_amount, *counts,
            row.by_number, row.renegotiated, row.late, Days(row.mean_late),
            Days(row.mean_late_weighted), row.second, row.third,
        ]  # fmt: skip


def _measure_rows(rows: list[RealisedRate]) -> Iterator[Sequence[Cell]]:
    yield [
        _("Kind"), _("Currency"), _("Done"), _("Expected uplift"), _("Realised uplift"),
        _("Realised rate"), _("Without a figure"),
    ]  # fmt: skip
    for row in rows:
        amounts = [Money(amount, row.currency) for amount in (row.expected, row.realised)]
        yield [
            str(MeasureKind(row.kind).label), row.currency, row.done, *amounts,
            row.rate, row.untold,
        ]  # fmt: skip
