"""The gap dashboard: will the month be made, and if not, where is it at risk?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.months import add_months, month_before
from collections_app.core.together import fetch_together
from collections_app.customers.models import Customer
from collections_app.organisation.queries import organisation
from collections_app.standing.course import days_from, days_rows
from collections_app.standing.doing import DOING, Doing, doing_from
from collections_app.standing.figures import allocated_parameters
from collections_app.standing.gaps import (
    CustomerGap,
    CustomersAsked,
    Gaps,
    GroupGap,
    gaps_of,
    total_of,
)
from collections_app.standing.queries import payments_known_through
from collections_app.standing.questions import MonthDays, MonthSums
from collections_app.standing.selection import Selection, keep_for
from collections_app.web.charts.pace import PaceLine, pace_of
from collections_app.web.charts.stacks import Part, stacks_of
from collections_app.web.pages.gap_columns import (
    COLUMNS,
    Cell,
    Column,
    Head,
    cells_of,
    columns_shown,
    heads_of,
    sort_value,
)
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gap_strip import Tile, tiles_of
from collections_app.web.pages.gap_tabs import GapTab, choices_of
from collections_app.web.pages.turning import Paged
from collections_app.web.pages.units import Unit
from collections_app.web.pages.waterfall import Waterfall, waterfall_of

PAGE_SIZE: Final = 50
MOST_GROUPS: Final = 200
RISKIEST: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its figures, cell by cell, and its bar."""

    row: Any
    cells: list[Cell]
    bar: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The table of teams, reps or ratings: ``more`` are not shown."""

    kind: str
    kinds: list[str]
    heads: list[Head]
    lines: list[Line]
    more: int


@dataclass(frozen=True, slots=True)
class Risk:
    """One of the customers with most at risk, and what is being done about it."""

    row: CustomerGap
    bar: tuple[Part, ...]
    doing: Doing


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPage(GapTab, Paged):
    """All of the month's part; ``total`` is None where the month has no figures."""

    total: GroupGap | None
    before: date
    tiles: list[Tile]
    waterfall: Waterfall | None
    groups: Groups
    risks: list[Risk]
    columns: tuple[Column, ...]
    heads: list[Head]
    customers: list[Line]
    listed: int
    has_more: bool
    has_customers: bool
    pace: PaceLine | None

    @property
    def unit(self) -> Unit:
        cells = [cell for line in self.customers for cell in line.cells]
        return Unit.of(self.currency, [c.value for c in cells if c.column.kind == "money"])

    @property
    def sum_unit(self) -> Unit:
        points = self.pace.points if self.pace else ()
        return Unit.of(self.currency, [a for p in points for a in (p.due, p.received)])

    @property
    def show_name(self) -> str:
        """What the customers of the list have."""
        names = {column.key: str(column.label) for column in COLUMNS}
        names["target_cut"] = _("a target cut after it was locked")
        return names.get(self.asked.show, _("less received than was to be expected by now"))

    @property
    def first_row(self) -> int:
        return (self.asked.page - 1) * PAGE_SIZE + 1

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.customers) - 1


def gap_page(asked: GapQuestion, *, by: Person) -> GapPage:
    """The dashboard of what ``by`` may see, one currency of it; currencies are never added."""
    visible = Customer.objects.visible_to(by)
    chosen = asked.selection(visible)
    before = month_before(asked.day)
    keep_for(
        chosen,
        MonthSums.of(asked.month, asked.day),
        MonthSums.of(add_months(asked.month, -1), before),
        MonthDays(asked.month, asked.day),
    )
    found = gaps_of(chosen, customers_asked(asked), most=RISKIEST)
    total = found.total
    columns = columns_shown(is_full=asked.is_full)
    beside = _beside(asked, chosen, found)
    return GapPage(
        asked=asked,
        known_through=payments_known_through(),
        currency=total.currency if total else organisation().currency,
        currencies=found.currencies,
        total=total,
        before=before,
        tiles=tiles_of(total, _before(asked, chosen, total)) if total else [],
        waterfall=waterfall_of(total, surplus_label=_("Surplus of others")) if total else None,
        groups=_groups(asked, found, columns),
        risks=_risks(found.riskiest, doing_from(beside.get("doing", []))),
        pace=_pace(asked, total, beside.get("days", [])),
        columns=columns,
        heads=heads_of(columns, key=asked.sort.key, descending=asked.sort.descending),
        customers=_lines(found.customers, columns),
        listed=found.listed,
        has_more=found.listed > asked.page * PAGE_SIZE,
        has_customers=total is not None or visible.exists(),
        choices=choices_of(by),
    )


def customers_asked(asked: GapQuestion) -> CustomersAsked:
    """The page of customers that the URL asks for."""
    return CustomersAsked(
        show=asked.show,
        sort=asked.sort.key,
        descending=asked.sort.descending,
        words=asked.words,
        limit=PAGE_SIZE,
        offset=(asked.page - 1) * PAGE_SIZE,
    )


def _before(asked: GapQuestion, chosen: Selection, total: GroupGap) -> GroupGap | None:
    """The same selection on the same day of the month before, in the same currency."""
    on = month_before(asked.day)
    former = replace(chosen, month=add_months(asked.month, -1), on=on, currency=total.currency)
    found = total_of(former)
    return found if found is not None and found.currency == total.currency else None


def _groups(asked: GapQuestion, found: Gaps, columns: tuple[Column, ...]) -> Groups:
    """The groups asked for, else the first that tell more than the total does."""
    known = {"team": found.teams, "rep": found.reps, "rating": found.ratings}
    kinds = [kind for kind, rows in known.items() if len(rows) > 1] or ["rep"]
    kind = asked.by or kinds[0]
    rows = sorted(known[kind], key=lambda row: row.key)
    key, descending = asked.order.key, asked.order.descending
    if key == "name":
        rows.sort(key=lambda row: row.name, reverse=descending)
    else:
        rows.sort(key=lambda row: sort_value(row, key), reverse=descending)
    return Groups(
        kind=kind,
        kinds=kinds if kind in kinds else [*kinds, kind],
        heads=heads_of(columns, key=key, descending=descending),
        lines=_lines(rows[:MOST_GROUPS], columns),
        more=max(len(rows) - MOST_GROUPS, 0),
    )


def _lines(rows: Sequence[GroupGap | CustomerGap], columns: tuple[Column, ...]) -> list[Line]:
    bars = stacks_of(rows)
    return [Line(row, cells_of(row, columns), bar) for row, bar in zip(rows, bars, strict=True)]


def _beside(asked: GapQuestion, chosen: Selection, found: Gaps) -> dict[str, list[dict[str, Any]]]:
    """What stands beside the figures, in one statement more."""
    if found.total is None:
        return {}
    days, values = days_rows(replace(chosen, currency=found.total.currency))
    few = [row.customer_id for row in found.riskiest]
    own = allocated_parameters(few, on=chosen.on) | {"few": few, "month": chosen.month}
    return fetch_together({"doing": DOING, "days": days}, own | values)


def _pace(
    asked: GapQuestion, total: GroupGap | None, days: list[dict[str, Any]]
) -> PaceLine | None:
    target = total.target if total else 0
    return pace_of(days_from(days), asked.month, on=asked.day, target=target)


def _risks(rows: list[CustomerGap], doing: dict[int, Doing]) -> list[Risk]:
    bars = stacks_of(rows)
    return [Risk(row, bar, doing[row.customer_id]) for row, bar in zip(rows, bars, strict=True)]
