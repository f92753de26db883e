"""Trends: twelve months of the selection, of its teams and of its reps, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.months import month_text
from collections_app.customers.models import CustomerQuerySet
from collections_app.standing.queries import payments_known_through
from collections_app.standing.trends import NOTHING, Trend, TrendMonth, Trends, trends_of
from collections_app.web.charts.trend import Column, TrendPanel, panels_of, top_of
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gap_tabs import GapTab, choices_of, money_of
from collections_app.web.pages.turning import Paged
from collections_app.web.pages.units import Unit
from collections_app.web.sheets import Cell, Money, Sheet

PAGE_SIZE: Final = 12
MOST_TEAMS: Final = 24


@dataclass(frozen=True, slots=True)
class TrendRow:
    """A month in figures. ``month_url`` leads to its dashboard, ``kept_url`` to its promises.

    Both are blank of those without a team, to whom no dashboard is narrowed.
    """

    month: date
    figures: TrendMonth
    month_url: str
    kept_url: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel with the month that each of its columns leads to."""

    panel: TrendPanel
    columns: list[tuple[Column, TrendRow]]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn and told of one rep or team, or of all; ``url`` leads to its own trends."""

    id: str
    name: str
    public_id: UUID | None
    url: str
    panels: list[Drawn]
    rows: list[TrendRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendsTab(GapTab, Paged):
    """``reps`` are those of the page, ``teams`` none where there is but one."""

    whole: Picture
    teams: list[Picture]
    reps: list[Picture]
    listed: int
    has_more: bool
    has_any: bool
    unit: Unit


def trends_tab(asked: GapQuestion, visible: CustomerQuerySet, *, by: Person) -> TrendsTab:
    """The twelve months up to the one asked for, of what ``by`` may see, in one currency."""
    currency, currencies = money_of(asked, visible)
    found = trends_of(asked.selection(visible, currency=currency))
    teams = found.teams if len(found.teams) > 1 else []
    reps = found.reps if len(found.reps) > 1 else []
    first = (asked.page - 1) * PAGE_SIZE
    shown = [found.total, *teams[:MOST_TEAMS], *reps[first : first + PAGE_SIZE]]
    team_top, rep_top = top_of(teams), top_of(reps)
    return TrendsTab(
        asked=asked,
        known_through=payments_known_through(),
        currency=currency,
        currencies=currencies,
        choices=choices_of(by),
        whole=_picture(asked, found, found.total, "all", top_of([found.total])),
        teams=[_picture(asked, found, t, "team", team_top) for t in teams[:MOST_TEAMS]],
        reps=[_picture(asked, found, r, "rep", rep_top) for r in reps[first : first + PAGE_SIZE]],
        listed=len(reps),
        has_more=len(reps) > first + PAGE_SIZE,
        has_any=any(month != NOTHING for month in found.total.months),
        unit=Unit.of(currency, [a for trend in shown for m in trend.months for a in _amounts(m)]),
    )


def _amounts(month: TrendMonth) -> tuple[int, ...]:
    return month.target, month.original_target, month.committed, month.received


def _picture(asked: GapQuestion, found: Trends, trend: Trend, kind: str, top: int) -> Picture:
    own = {kind: str(trend.public_id)} if trend.public_id else {}
    rows = _rows(asked, found, trend, own if own or kind == "all" else None)
    return Picture(
        id=f"{kind}-{trend.public_id}" if trend.public_id else kind,
        name=trend.name,
        public_id=trend.public_id,
        url=asked.narrowed(asked.day, own | {"tab": "trends", "month": month_text(asked.month)}),
        panels=[Drawn(p, list(zip(p.columns, rows, strict=True))) for p in panels_of(trend, top)],
        rows=rows,
    )


def _rows(
    asked: GapQuestion, found: Trends, trend: Trend, own: dict[str, str] | None
) -> list[TrendRow]:
    """``own`` is what the dashboards are narrowed to; None where they cannot be."""
    rows = []
    for month, day, figures in zip(found.months, found.days, trend.months, strict=True):
        if own is None:
            rows.append(TrendRow(month, figures, "", ""))
            continue
        of_month = own | {"month": month_text(month)}
        kept_url = asked.narrowed(asked.day, of_month | {"tab": "promises"})
        rows.append(TrendRow(month, figures, asked.narrowed(day, of_month), kept_url))
    return rows


def trends_sheet(
    asked: GapQuestion, note: Sequence[tuple[str, str]], *, visible: CustomerQuerySet
) -> Sheet:
    """All months of all, of every team and of every rep, to take away."""
    currency, _known = money_of(asked, visible)
    found = trends_of(asked.selection(visible, currency=currency))
    head = [
        *(_("Of"), _("Name"), _("Month"), _("As of"), _("Currency"), _("Target")),
        *(_("Original target"), _("Committed"), _("Received"), _("Kept by amount")),
        *(_("Coverage on the 5th working day"), _("Customers to plan"), _("Agreed jointly")),
        _("Asked"),
    ]
    return Sheet(_("Trends"), head, _cells(found, currency), note)


def _cells(found: Trends, currency: str) -> Iterator[Sequence[Cell]]:
    groups = ((_("All"), [found.total]), (_("Team"), found.teams), (_("Rep"), found.reps))
    for kind, trends in groups:
        for trend in trends:
            for month, day, row in zip(found.months, found.days, trend.months, strict=True):
                own = (kind, trend.name, month_text(month), day, currency)
                money = (Money(amount, currency) for amount in _amounts(row))
                shares = (row.kept_rate, row.coverage, row.wanted)
                yield [*own, *money, *shares, row.joint_share, row.asked_share]
