"""The tables of the gap dashboard, whole, to take away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from django.http import Http404
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.months import month_text
from collections_app.customers.models import Customer
from collections_app.planning.models import Answer, MeasureKind
from collections_app.standing.doing import Doing, doing_about
from collections_app.standing.gaps import (
    CustomerGap,
    CustomersAsked,
    Gaps,
    GroupGap,
    customer_rows,
    gaps_of,
)
from collections_app.web.pages.forecast import forecast_sheet
from collections_app.web.pages.gap_columns import COLUMNS
from collections_app.web.pages.gap_measures import MEASURES, measures_sheet
from collections_app.web.pages.gap_parts_export import PARTS, part_sheet
from collections_app.web.pages.gap_quality import quality_sheet
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.trends import trends_sheet
from collections_app.web.pages.waterfall import steps_of
from collections_app.web.sheets import Cell, Money, Sheet
from collections_app.web.templatetags.states import contact_word, state_word

TABLES: Final = (
    *("customers", "team", "rep", "rating", "waterfall", "risks", "forecast", "trends", "quality"),
    *PARTS,
    *MEASURES,
)
RISKIEST: Final = 10
Rows = Iterator[Sequence[Cell]]


def gap_sheet(asked: GapQuestion, table: str, *, by: Person) -> Sheet:
    """One of ``TABLES`` for what is asked and ``by`` may see; 404 for another.

    The list of customers as it is narrowed and sorted, but whole.
    """
    if table not in TABLES:
        raise Http404
    visible = Customer.objects.visible_to(by)
    chosen = asked.selection(visible)
    listed = CustomersAsked(
        show=asked.show, sort=asked.sort.key, descending=asked.sort.descending, words=asked.words
    )
    if table == "customers":
        rows = _customers(asked, customer_rows(chosen, listed))
        return Sheet(_("By customer"), _customer_head(), rows, note_of(asked))
    if table == "forecast":
        return forecast_sheet(asked, note_of(asked), visible=visible)
    if table == "trends":
        return trends_sheet(asked, note_of(asked), visible=visible)
    if table == "quality":
        return quality_sheet(asked, note_of(asked), visible=visible)
    if table in PARTS:
        return part_sheet(asked, table, note_of(asked), visible=visible)
    if table in MEASURES:
        return measures_sheet(asked, table, note_of(asked), visible=visible)
    found = gaps_of(chosen, replace(listed, limit=0), most=RISKIEST)
    title, head, rows = _of_gaps(asked, table, found)
    return Sheet(title, head, rows, note_of(asked))


def note_of(asked: GapQuestion) -> list[tuple[str, str]]:
    """What the figures are of: month, day and all that they are narrowed to."""
    every = _("All")
    return [
        (_("Month"), month_text(asked.month)),
        (_("As of"), asked.day.isoformat()),
        (_("Team"), asked.team.name if asked.team else every),
        (_("Rep"), asked.rep.name if asked.rep else every),
        (_("Rating"), asked.rating_name or every),
        (_("Search"), asked.words),
    ]


def _of_gaps(asked: GapQuestion, table: str, found: Gaps) -> tuple[str, list[str], Rows]:
    if table == "waterfall":
        return _("From the target to what is at risk"), _step_head(), _steps(found.total)
    if table == "risks":
        title = _("Most at risk, and what is being done")
        return title, _risk_head(), _risks(asked, found.riskiest)
    titles = {"team": _("By team"), "rep": _("By rep"), "rating": _("By rating")}
    groups = {"team": found.teams, "rep": found.reps, "rating": found.ratings}[table]
    names = {"team": _("Team"), "rep": _("Rep"), "rating": _("Rating")}
    head = [names[table], _("Month"), _("As of"), _("Currency"), _("Customers"), *_labels()]
    return titles[table], head, _groups(asked, groups)


def _labels() -> list[str]:
    return [str(column.label) for column in COLUMNS]


def _figures(row: Any) -> list[Cell]:
    return [
        Money(value, row.currency) if column.kind == "money" else value
        for column in COLUMNS
        for value in (getattr(row, column.key),)
    ]


def _groups(asked: GapQuestion, rows: list[GroupGap]) -> Rows:
    for row in rows:
        name = row.name or (_("Unrated") if row.key == "none" else _("No team"))
        own = (name, month_text(asked.month), asked.day, row.currency, row.customers)
        yield [*own, *_figures(row)]


def _customer_head() -> list[str]:
    own = [_("Customer"), _("Code"), _("Month"), _("As of"), _("Rep"), _("Rating"), _("Plan")]
    return [*own, _("Asked"), _("Currency"), *_labels()]


def _customers(asked: GapQuestion, rows: Iterator[CustomerGap]) -> Rows:
    answers = {str(value): str(label) for value, label in Answer.choices}
    month = month_text(asked.month)
    for row in rows:
        yield [
            row.name, row.code, month, asked.day, row.owner_name, row.rating,
            state_word(row.plan_state), answers.get(row.asked or "", ""), row.currency,
            *_figures(row),
        ]  # fmt: skip


def _step_head() -> list[str]:
    return [_("Step"), "", _("Amount"), _("Currency")]


def _steps(total: GroupGap | None) -> Rows:
    if total is not None:
        for step in steps_of(total, surplus_label=_("Surplus of others")):
            yield [step.label, step.sign, Money(step.amount, total.currency), total.currency]


def _risk_head() -> list[str]:
    return [
        *(_("Customer"), _("Code"), _("Rep"), _("Rating"), _("Currency"), _("At risk")),
        *(_("Lapsed"), _("Next promise"), _("Amount"), _("Measure"), _("Expected uplift")),
        *(_("By when"), _("Next follow-up"), _("On hold until"), _("Last contact"), _("Outcome")),
    ]


def _risks(asked: GapQuestion, rows: list[CustomerGap]) -> Rows:
    ids = [row.customer_id for row in rows]
    doing = doing_about(ids, month=asked.month, on=asked.day)
    for row in rows:
        yield _risk(row, doing[row.customer_id])


def _risk(row: CustomerGap, doing: Doing) -> list[Cell]:
    money = row.currency
    kind = str(MeasureKind(doing.measure).label) if doing.measure else None
    outcome = contact_word(doing.last_outcome) if doing.last_outcome else None
    return [
        row.name, row.code, row.owner_name, row.rating, money, Money(row.at_risk, money),
        Money(row.lapsed, money), doing.promise_on, Money(doing.promise, money), kind,
        Money(doing.uplift, money), doing.measure_on, doing.next_on, doing.held_until,
        doing.last_contact, outcome,
    ]  # fmt: skip
