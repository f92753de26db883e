"""Rows of the month plan, as they are answered once something was entered in them."""

from __future__ import annotations

from collections.abc import Mapping

from collections_app.customers.models import Customer
from collections_app.standing.month import month_list
from collections_app.web.forms.plans import AskCellForm, TargetCellForm
from collections_app.web.pages.month_plan import PlanQuestion
from collections_app.web.pages.plan_lines import AskEntry, Entry, PlanLine, line_of, unit_of


def entry_of(form: TargetCellForm, *, is_saved: bool) -> Entry:
    """What was entered, kept as it was typed unless it was saved."""
    if is_saved:
        return Entry(is_saved=True)
    reason = form.data.get("reason", "")
    return Entry(
        text=form.data.get("target", ""),
        reason=reason,
        error="" if form.is_overtaken else form.sentence(),
        conflict=form.sentence() if form.is_overtaken else "",
        needs_manager=form.code() == "manager_needed",
        needs_reason=bool(reason) or form.code() == "reason_needed",
    )


def ask_entry_of(form: AskCellForm, *, is_saved: bool) -> AskEntry:
    """What was answered, kept unless it was saved; the day to ask again where one is missing."""
    if is_saved:
        return AskEntry(is_saved=True)
    needs_day = "ask_again_on" in form.errors
    answer = form.data.get("answer", "")
    again = form.data.get("ask_again_on", "")
    is_first = needs_day and not again
    return AskEntry(
        answer="" if form.is_overtaken else answer,
        again=form.suggested if is_first else again,
        error="" if is_first else form.sentence(),
        needs_day=needs_day,
    )


def target_cell(customer: Customer, asked: PlanQuestion, entry: Entry) -> PlanLine:
    """The customer's row as it now stands, with what was entered in it."""
    return cells_of({customer.pk: entry}, asked)[0]


def ask_cell(customer: Customer, asked: PlanQuestion, entry: AskEntry) -> PlanLine:
    """The customer's row as it now stands, with what was answered in it."""
    return cells_of({customer.pk: Entry()}, asked, asking=entry)[0]


def cells_of(
    entries: Mapping[int, Entry], asked: PlanQuestion, *, asking: AskEntry | None = None
) -> list[PlanLine]:
    """The rows of customers, by key, each with what was entered in it; one statement for all."""
    some = Customer.objects.filter(pk__in=entries)
    found = month_list(asked.month, on=asked.day, customers=some, limit=len(entries))
    units = {total.currency: unit_of(total, found.rows) for total in found.totals}
    return [
        line_of(
            row, units[row.currency], on=asked.day, entry=entries[row.customer_id], asking=asking
        )
        for row in found.rows
    ]
