"""Invoices by number; a known one takes new values, but stays its customer's."""

from __future__ import annotations

from typing import Any

from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow
from collections_app.imports.bulk import among, change_in, copy_in
from collections_app.ledger.models import Invoice

FIELDS = {
    "issued_on": "issued_on",
    "due_on": "due_on",
    "reference": "reference",
    "disputed": "is_disputed",
}


def import_invoices(batch: Batch) -> None:
    """Make or change invoices."""
    meant = {row.number: customer for row, customer in batch.customers()}
    rows = batch.once(lambda row: row.get("number"), "number")
    numbers = [row.get("number") for row in rows]
    known = {i.number: i for i in among(Invoice.objects.all(), "number", numbers)}
    new: list[Invoice] = []
    changed: list[Invoice] = []
    for row in rows:
        customer = meant[row.number]
        batch.check_currency(row, customer)
        amount = batch.amount(row, "amount", customer)
        if amount is not None and amount <= 0:
            batch.reject(row, "amount", "out_of_range")
        if row.get("due_on") < row.get("issued_on"):
            batch.reject(row, "due_on", "due_before_issue")
        if row.rejected:
            continue
        values = {field: row.get(col) for col, field in FIELDS.items() if row.has(col)}
        values["amount"] = amount
        stored = known.get(row.get("number"))
        if stored is None:
            new.append(
                Invoice(
                    number=row.get("number"),
                    customer=customer,
                    entered_by=batch.by,
                    import_record=batch.record,
                    **values,
                )
            )
            row.outcome = CREATED
        elif stored.customer_id != customer.pk:
            batch.reject(row, "customer_code", "conflict")
        else:
            row.outcome = UPDATED if _change(stored, values) else UNCHANGED
            if row.outcome == UPDATED:
                changed.append(stored)
    copy_in(Invoice, new)
    change_in(changed, [*FIELDS.values(), "amount"])


def _change(stored: Invoice, values: dict[str, Any]) -> bool:
    changes = {n: v for n, v in values.items() if getattr(stored, n) != v}
    for name, value in changes.items():
        setattr(stored, name, value)
    return bool(changes)


def invoices_by_number(rows: list[ParsedRow]) -> dict[str, int]:
    """The customer's id of every invoice that the rows name."""
    numbers = {row.get("invoice_number") for row in rows if row.has("invoice_number")}
    found = among(Invoice.objects.all(), "number", numbers)
    return dict(found.values_list("number", "customer_id"))
