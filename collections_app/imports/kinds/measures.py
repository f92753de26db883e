"""Measures by customer, month, kind and description; status and uplift are dated."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models.functions import Lower

from collections_app.accounts.models import Person
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow
from collections_app.imports.bulk import change_in
from collections_app.planning.models import Measure, MeasureChange, MeasureStatus, MonthPlan

UPDATED_FIELDS = ["expected_uplift", "realised_uplift", "status", "due_on", "owner"]


def import_measures(batch: Batch) -> None:
    """Make or change measures of existing plans.

    A new one counts from the first of its month; a later change of status or uplift from the day
    of the import.
    """
    meant = {row.number: customer for row, customer in batch.customers()}
    rows = batch.once(_key, "kind")
    plans = {
        (plan.customer_id, plan.month): plan
        for plan in MonthPlan.objects.filter(
            customer__in=set(meant.values()), month__in={row.get("month") for row in rows}
        )
    }
    known = {
        (m.plan_id, m.kind, m.description): m
        for m in Measure.objects.select_for_update(of=("self",), no_key=True)
        .filter(plan__in=set(plans.values()))
        .select_related("owner", "plan")
        .order_by("pk")
    }
    owners = _owners(rows)
    new: list[tuple[Measure, MonthPlan]] = []
    changed: list[Measure] = []
    dated: list[MeasureChange] = []
    for row in rows:
        customer = meant[row.number]
        plan = plans.get((customer.pk, row.get("month")))
        if plan is None:
            batch.reject(row, "month", "unknown_plan")
            continue
        values = _values(batch, row, customer, owners)
        if row.rejected:
            continue
        stored = known.get((plan.pk, row.get("kind"), row.get("description", "")))
        if stored is None:
            row.outcome = CREATED
            new.append((_made(batch, row, plan, values), plan))
        else:
            dated += _change(batch, row, stored, values)
            if row.outcome == UPDATED:
                changed.append(stored)
    Measure.objects.bulk_create([measure for measure, _ in new], batch_size=5000)
    change_in(changed, UPDATED_FIELDS)
    dated += [_dated(batch, measure, plan.month) for measure, plan in new]
    MeasureChange.objects.bulk_create(dated, batch_size=5000)


def _dated(batch: Batch, measure: Measure, counts_from: date) -> MeasureChange:
    return MeasureChange(
        measure=measure,
        counts_from=counts_from,
        status=measure.status,
        expected_uplift=measure.expected_uplift,
        entered_by=batch.by,
    )


def _key(row: ParsedRow) -> tuple[Any, ...]:
    return (
        row.get("customer_code"),
        row.get("month"),
        row.get("kind"),
        row.get("description", ""),
    )


def _owners(rows: list[ParsedRow]) -> dict[str, Person]:
    emails = {row.get("owner_email").casefold() for row in rows if row.has("owner_email")}
    people = Person.objects.annotate(lower=Lower("email")).filter(lower__in=emails)
    return {person.email.casefold(): person for person in people}


def _values(
    batch: Batch, row: ParsedRow, customer: Any, owners: dict[str, Person]
) -> dict[str, Any]:
    values: dict[str, Any] = {n: row.get(n) for n in ("status", "due_on") if row.has(n)}
    for name in ("expected_uplift", "realised_uplift"):
        if row.has(name):
            values[name] = batch.amount(row, name, customer)
            if values[name] is not None and values[name] < 0:
                batch.reject(row, name, "out_of_range")
    if row.has("owner_email"):
        owner = owners.get(row.get("owner_email").casefold())
        if owner is None:
            batch.reject(row, "owner_email", "unknown_user")
        values["owner"] = owner
    return values


def _made(batch: Batch, row: ParsedRow, plan: MonthPlan, values: dict[str, Any]) -> Measure:
    values.setdefault("status", MeasureStatus.PLANNED)
    return Measure(
        plan=plan,
        kind=row.get("kind"),
        description=row.get("description", ""),
        entered_by=batch.by,
        import_record=batch.record,
        **values,
    )


def _change(
    batch: Batch, row: ParsedRow, stored: Measure, values: dict[str, Any]
) -> list[MeasureChange]:
    """Put the values on the measure; the dated row of a change that counts, if it is one."""
    changes = {n: v for n, v in values.items() if getattr(stored, n) != v}
    for name, value in changes.items():
        setattr(stored, name, value)
    row.outcome = UPDATED if changes else UNCHANGED
    if {"status", "expected_uplift"} & changes.keys():
        return [_dated(batch, stored, max(batch.on, stored.plan.month))]
    return []
