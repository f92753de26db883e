"""Month plans by customer and month. Locked months take opening data, never a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from collections_app.core.workdays import WorkCalendar
from collections_app.customers.models import Customer
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow
from collections_app.imports.bulk import change_in
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.planning.models import MonthPlan, TargetChange

FIELDS = {
    "agreed_on": "agreed_on",
    "agreed_with": "agreed_with",
    "channel": "agreed_channel",
    "asked_on": "asked_on",
    "answer": "answer",
}


def import_plans(batch: Batch) -> None:
    """Open plans, or change what is not yet locked."""
    meant = {row.number: customer for row, customer in batch.customers()}
    rows = batch.once(lambda row: (row.get("customer_code"), row.get("month")), "month")
    calendar, lock_day = work_calendar(), organisation().lock_working_day
    known = {
        (plan.customer_id, plan.month): plan
        for plan in MonthPlan.objects.select_for_update(no_key=True)
        .filter(customer__in=set(meant.values()), month__in={row.get("month") for row in rows})
        .order_by("pk")
    }
    never_set = _never_set(known.values(), batch.on)
    new: list[MonthPlan] = []
    changed: list[MonthPlan] = []
    targets: list[TargetChange] = []
    for row in rows:
        customer = meant[row.number]
        target = batch.amount(row, "target", customer)
        if target is not None and target < 0:
            batch.reject(row, "target", "out_of_range")
        stored = known.get((customer.pk, row.get("month")))
        if row.has("answer") and not row.has("asked_on") and not (stored and stored.asked_on):
            batch.reject(row, "asked_on", "required")
        if row.rejected:
            continue
        values = {field: row.get(col) for col, field in FIELDS.items() if row.has(col)}
        values["target"] = target
        if stored is None:
            new.append(_opened(batch, row, customer, values, calendar, lock_day))
        else:
            _change(batch, row, stored, values, targets, is_bare=stored.pk in never_set)
            if row.outcome == UPDATED:
                changed.append(stored)
    MonthPlan.objects.bulk_create(new, batch_size=5000)
    change_in(changed, [*FIELDS.values(), "target", "agreed_target"])
    # The first target counts for every day.
    targets += [TargetChange(plan=p, new_target=p.target, entered_by=batch.by) for p in new]
    TargetChange.objects.bulk_create(targets, batch_size=5000)


def _never_set(plans: Iterable[MonthPlan], on: date) -> set[int]:
    """Ids of the locked plans that never had a target: opened by the clock or by having asked.

    There is nothing yet that an import would change.
    """
    ids = [plan.pk for plan in plans if plan.target is None and on > plan.locks_on]
    had = TargetChange.objects.filter(plan__in=ids).values_list("plan", flat=True) if ids else ()
    return set(ids) - set(had)


def _opened(
    batch: Batch,
    row: ParsedRow,
    customer: Customer,
    values: dict[str, Any],
    calendar: WorkCalendar,
    lock_day: int,
) -> MonthPlan:
    month: date = row.get("month")
    row.outcome = CREATED
    agreed = values["target"] if "agreed_on" in values else None
    return MonthPlan(
        customer=customer,
        month=month,
        locks_on=calendar.nth_of_month(month, lock_day),
        agreed_target=agreed,
        entered_by=batch.by,
        import_record=batch.record,
        **values,
    )


def _change(
    batch: Batch,
    row: ParsedRow,
    stored: MonthPlan,
    values: dict[str, Any],
    targets: list[TargetChange],
    *,
    is_bare: bool,
) -> None:
    changes = {n: v for n, v in values.items() if getattr(stored, n) != v}
    if not changes:
        row.outcome = UNCHANGED
        return
    if batch.on > stored.locks_on and not is_bare:
        column = next((c for c, f in FIELDS.items() if f in changes), "target")
        batch.reject(row, "target" if "target" in changes else column, "conflict")
        return
    if "target" in changes:
        change = TargetChange(plan=stored, old_target=stored.target, entered_by=batch.by)
        change.new_target = changes["target"]
        targets.append(change)
    for name, value in changes.items():
        setattr(stored, name, value)
    if row.has("agreed_on"):
        # The row says both: this target, and that it was agreed.
        stored.agreed_target = stored.target
    row.outcome = UPDATED
