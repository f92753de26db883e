"""One row of the month plan, as it is answered once its target was entered."""

from __future__ import annotations

from collections_app.customers.models import Customer
from collections_app.standing.month import month_list
from collections_app.web.forms.plans import TargetCellForm
from collections_app.web.pages.month_plan import PlanQuestion
from collections_app.web.pages.plan_lines import Entry, PlanLine, line_of, unit_of


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


def target_cell(customer: Customer, asked: PlanQuestion, entry: Entry) -> PlanLine:
    """The customer's row as it now stands, with what was entered in it."""
    one = Customer.objects.filter(pk=customer.pk)
    found = month_list(asked.month, on=asked.day, customers=one, limit=1)
    unit = unit_of(found.totals[0], found.rows)
    return line_of(found.rows[0], unit, on=asked.day, entry=entry)
