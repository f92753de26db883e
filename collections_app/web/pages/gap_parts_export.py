"""The tables of the dashboard's parts, whole, to take away: days, ages, weeks, verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from collections_app.core.together import fetch_together
from collections_app.customers.models import CustomerQuerySet
from collections_app.standing.course import BUCKETS, ages_of, days_from, days_rows
from collections_app.standing.selection import Selection
from collections_app.standing.verdicts import VerdictsAsked, verdicts_of
from collections_app.web.charts.pace import points_of
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gap_tabs import money_of
from collections_app.web.sheets import Cell, Money, Sheet
from collections_app.web.templatetags.states import state_word

PARTS: Final = ("days", "ages", "weeks", "verdicts")
Note = Sequence[tuple[str, str]]
Rows = Iterator[Sequence[Cell]]


def part_sheet(asked: GapQuestion, table: str, note: Note, *, visible: CustomerQuerySet) -> Sheet:
    """One of ``PARTS``."""
    currency, _known = money_of(asked, visible)
    chosen = asked.selection(visible, currency=currency)
    if table == "days":
        return Sheet(_("Due and received, day by day"), _day_head(), _days(chosen), note)
    if table == "ages":
        return Sheet(_("What is owed, by days past due"), _age_head(), _ages(chosen), note)
    if table == "weeks":
        title = _("How promises were kept, by rep and week")
        return Sheet(title, _week_head(), _weeks(chosen), note)
    rows = _verdicts(chosen, VerdictsAsked(asked.week, asked.verdict or None))
    return Sheet(_("Promises due in the month"), _verdict_head(), rows, note)


def _day_head() -> list[str]:
    own = [_("Day"), _("Currency"), _("Due"), _("Received")]
    return [*own, _("Due to date"), _("Received to date")]


def _days(chosen: Selection) -> Rows:
    statement, values = days_rows(chosen)
    rows = fetch_together({"days": statement}, values)["days"]
    for point in points_of(days_from(rows), chosen.month, on=chosen.on):
        amounts = (point.due, point.received, point.due_by, point.received_by)
        yield [point.day, chosen.currency, *(Money(a, chosen.currency) for a in amounts)]


def _age_head() -> list[str]:
    own = [_("Rep"), _("As of"), _("Currency"), _("Customers"), _("Open"), _("Overdue")]
    return [*own, _("not due"), "1–30", "31–60", "61–90", _("over 90")]


def _ages(chosen: Selection) -> Rows:
    for row in ages_of(chosen):
        amounts = (row.open, row.overdue, *(getattr(row, name) for name in BUCKETS))
        money = [Money(amount, chosen.currency) for amount in amounts]
        yield [row.name, chosen.on, chosen.currency, row.customers, *money]


def _week_head() -> list[str]:
    own = [_("Rep"), _("Week"), _("Currency"), _("Promised"), _("In time"), _("Kept by amount")]
    return [*own, _("kept"), _("partially kept"), _("broken")]


def _weeks(chosen: Selection) -> Rows:
    money = chosen.currency
    for row in verdicts_of(chosen, VerdictsAsked(limit=0)).weeks:
        amounts = (Money(row.amount, money), Money(row.on_time, money))
        counts = (row.kept, row.partially_kept, row.broken)
        yield [row.name, row.week, money, *amounts, row.by_amount, *counts]


def _verdict_head() -> list[str]:
    own = [_("Customer"), _("Code"), _("Rep"), _("Promise"), _("Due on"), _("Deadline")]
    return [*own, _("Verdict"), _("Currency"), _("Promised"), _("In time"), _("Not in time")]


def _verdicts(chosen: Selection, asked: VerdictsAsked) -> Rows:
    money = chosen.currency
    for row in verdicts_of(chosen, asked).rows:
        amounts = (Money(a, money) for a in (row.amount, row.on_time, row.missing))
        own = (row.name, row.code, row.owner_name, row.reference, row.due_on, row.deadline_on)
        yield [*own, state_word(row.verdict), money, *amounts]
