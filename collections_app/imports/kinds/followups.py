"""Follow-ups by customer, instant and outcome; a known one may not change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp
from collections_app.imports.batch import CREATED, UNCHANGED, Batch, ParsedRow
from collections_app.imports.messages import CellError
from collections_app.organisation.queries import organisation

FIELDS = ("channel", "reason", "next_on", "note")
Key = tuple[int, datetime, str]


def import_followups(batch: Batch) -> None:
    """Take in contacts with customers; a day without a time is its midnight."""
    meant = {row.number: customer for row, customer in batch.customers()}
    rows = batch.once(_spelt, "at")
    zone = ZoneInfo(organisation().time_zone)
    known = _known(rows, {customer.pk for customer in meant.values()})
    new: list[FollowUp] = []
    for row in rows:
        customer = meant[row.number]
        day = row.get("at").astimezone(zone).date()
        _check_days(batch, row, day)
        if row.rejected:
            continue
        stored = known.get((customer.pk, row.get("at").astimezone(UTC), row.get("outcome")))
        values = {name: row.get(name) for name in FIELDS if row.has(name)}
        if stored is None:
            row.outcome = CREATED
            new.append(_made(batch, row, customer, on_day=day, **values))
        elif all(getattr(stored, name) == value for name, value in values.items()):
            row.outcome = UNCHANGED
        else:
            batch.reject(row, "at", "conflict")
    FollowUp.objects.bulk_create(new, batch_size=5000)


def _spelt(row: ParsedRow) -> tuple[Any, ...]:
    return (row.get("customer_code"), row.get("at").astimezone(UTC), row.get("outcome"))


def _known(rows: list[ParsedRow], customers: set[int]) -> dict[Key, FollowUp]:
    if not rows:
        return {}
    instants = [row.get("at") for row in rows]
    stored = FollowUp.objects.filter(
        customer__in=customers, at__gte=min(instants), at__lte=max(instants)
    )
    return {(one.customer_id, one.at.astimezone(UTC), one.outcome): one for one in stored}


def _check_days(batch: Batch, row: ParsedRow, day: date) -> None:
    if day > batch.on:
        _refuse(batch, row, "at", "still_to_come")
    if row.has("next_on") and row.get("next_on") < day:
        _refuse(batch, row, "next_on", "next")


def _refuse(batch: Batch, row: ParsedRow, column: str, variant: str) -> None:
    batch.reject(row, column, CellError("out_of_range", variant=variant, value=row.raw.get(column)))


def _made(batch: Batch, row: ParsedRow, customer: Customer, **values: Any) -> FollowUp:
    return FollowUp(
        customer=customer,
        at=row.get("at"),
        outcome=row.get("outcome"),
        entered_by=batch.by,
        import_record=batch.record,
        **values,
    )
