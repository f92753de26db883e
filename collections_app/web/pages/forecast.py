"""What the month will bring: the forecast of rule 7 by rep, beside two naive ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.months import add_months, month_text
from collections_app.customers.models import CustomerQuerySet
from collections_app.organisation.queries import organisation
from collections_app.standing.forecast import Outlook, outlooks_of
from collections_app.standing.gaps import (
    CustomersAsked,
    Gaps,
    GroupGap,
    gaps_of,
)
from collections_app.standing.queries import payments_known_through
from collections_app.standing.selection import Selection
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gap_tabs import GapTab, choices_of
from collections_app.web.sheets import Cell, Money, Sheet

# Forecast one by one: more at once would keep the reader waiting.
MOST_CUSTOMERS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """The sum over a rep's customers, or over all; minor units of the page's currency.

    ``promised`` is what open instalments still owe, ``measures`` the uplift still planned,
    ``from_promises`` and ``from_measures`` what of each is expected to come. ``last_rate`` is what
    would come at last month's rate, None where that month had no target.
    """

    name: str
    public_id: UUID | None
    customers: int
    target: int
    received: int
    promised: int
    from_promises: int
    measures: int
    from_measures: int
    last_rate: int | None

    @property
    def forecast(self) -> int:
        return self.received + self.from_promises + self.from_measures

    @property
    def all_kept(self) -> int:
        return self.received + self.promised + self.measures

    @property
    def missing(self) -> int:
        """What the forecast falls short of the target by; 0 where it reaches it."""
        return max(self.target - self.forecast, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastTab(GapTab):
    """``total`` is None where the month has no figures, or more customers than are forecast."""

    total: ForecastRow | None
    reps: list[ForecastRow]
    is_too_many: bool
    is_over: bool
    has_customers: bool


def forecast_tab(asked: GapQuestion, visible: CustomerQuerySet, *, by: Person) -> ForecastTab:
    """The forecast of what ``by`` may see, one currency of it; currencies are never added."""
    choices = choices_of(by)
    found, total, reps = _forecast(asked, visible, [by, *choices.reps])
    return ForecastTab(
        asked=asked,
        known_through=payments_known_through(),
        currency=found.total.currency if found.total else organisation().currency,
        currencies=found.currencies,
        choices=choices,
        total=total,
        reps=reps,
        is_too_many=found.listed > MOST_CUSTOMERS,
        is_over=asked.day >= add_months(asked.month, 1),
        has_customers=found.total is not None or visible.exists(),
    )


def forecast_sheet(
    asked: GapQuestion, note: list[tuple[str, str]], *, visible: CustomerQuerySet
) -> Sheet:
    """The forecast by rep, to take away; empty where the page shows none."""
    found, _total, reps = _forecast(asked, visible, [])
    head = [
        *(_("Rep"), _("Month"), _("As of"), _("Currency"), _("Customers"), _("Target")),
        *(_("Received"), _("Promised, open"), _("Expected of promises"), _("Measures")),
        *(_("Expected of measures"), _("Forecast"), _("Missing")),
        *(_("If all is kept"), _("At last month's rate")),
    ]
    currency = found.total.currency if found.total else ""
    return Sheet(_("Forecast"), head, _cells(asked, reps, currency), note)


def _cells(asked: GapQuestion, reps: list[ForecastRow], currency: str) -> Iterator[Sequence[Cell]]:
    for row in reps:
        amounts = (
            *(row.target, row.received, row.promised, row.from_promises, row.measures),
            *(row.from_measures, row.forecast, row.missing, row.all_kept, row.last_rate),
        )
        own = (row.name, month_text(asked.month), asked.day, currency, row.customers)
        yield [*own, *(Money(amount, currency) for amount in amounts)]


def _forecast(
    asked: GapQuestion, visible: CustomerQuerySet, people: list[Person]
) -> tuple[Gaps, ForecastRow | None, list[ForecastRow]]:
    """The figures, and the forecast where there are not too many customers for it."""
    chosen = asked.selection(visible)
    found = gaps_of(chosen, CustomersAsked(limit=MOST_CUSTOMERS, is_whole=True), most=0)
    if found.total is None or found.listed > MOST_CUSTOMERS:
        return found, None, []
    total, reps = _rows(replace(chosen, currency=found.total.currency), found, people)
    return found, total, reps


def _rows(
    chosen: Selection, found: Gaps, people: list[Person]
) -> tuple[ForecastRow, list[ForecastRow]]:
    """The total and the reps, those who miss most first; ``people`` are those at hand already."""
    outlooks = outlooks_of(found.customers, chosen.month, chosen.on)
    before = replace(chosen, month=add_months(chosen.month, -1))
    last = gaps_of(before, CustomersAsked(limit=0), most=0)
    rates = {row.key: row for row in last.reps} if _is_of(last, chosen) else {}
    reps = _by_rep(outlooks, {person.pk: person.public_id for person in people})
    rows = [_row(g, reps.get(g.public_id, []), rates.get(g.key)) for g in found.reps]
    rows.sort(key=lambda row: (-row.missing, row.name))
    total = found.total
    assert total is not None
    return _row(total, outlooks, last.total if _is_of(last, chosen) else None), rows


def _is_of(found: Gaps, chosen: Selection) -> bool:
    return found.total is not None and found.total.currency == chosen.currency


def _by_rep(outlooks: list[Outlook], names: dict[int, UUID]) -> dict[UUID | None, list[Outlook]]:
    strange = {outlook.figures.owner_id for outlook in outlooks} - names.keys()
    if strange:
        names |= dict(Person.objects.filter(pk__in=strange).values_list("pk", "public_id"))
    reps: dict[UUID | None, list[Outlook]] = defaultdict(list)
    for outlook in outlooks:
        reps[names[outlook.figures.owner_id]].append(outlook)
    return reps


def _row(group: GroupGap, outlooks: list[Outlook], last: GroupGap | None) -> ForecastRow:
    has_rate = last is not None and last.target > 0
    return ForecastRow(
        name=group.name,
        public_id=group.public_id,
        customers=group.customers,
        target=group.target,
        received=group.received,
        promised=sum(o.expected.rest for o in outlooks),
        from_promises=sum(o.from_promises for o in outlooks),
        measures=sum(sum(o.expected.measures.values()) for o in outlooks),
        from_measures=sum(o.from_measures for o in outlooks),
        last_rate=group.target * last.received // last.target if last and has_rate else None,
    )
