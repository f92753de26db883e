"""Credit notes, claims, discounts and the like, by number; a known one may not change."""

from __future__ import annotations

from collections_app.imports.batch import CREATED, UNCHANGED, Batch
from collections_app.imports.kinds.invoices import invoices_by_number
from collections_app.ledger.models import Adjustment


def import_adjustments(batch: Batch) -> None:
    """Take in adjustments."""
    meant = {row.number: customer for row, customer in batch.customers()}
    rows = batch.once(lambda row: row.get("number"), "number")
    invoices = invoices_by_number(rows)
    numbers = [row.get("number") for row in rows]
    known = {a.number: a for a in Adjustment.objects.filter(number__in=numbers)}
    new: list[Adjustment] = []
    for row in rows:
        customer = meant[row.number]
        amount = batch.amount(row, "amount", customer)
        if amount is not None and amount <= 0:
            batch.reject(row, "amount", "out_of_range")
        named = row.get("invoice_number", "")
        if named and invoices.get(named) != customer.pk:
            batch.reject(row, "invoice_number", "unknown_invoice")
        if row.rejected or amount is None:
            continue
        stored = known.get(row.get("number"))
        meaning = (customer.pk, row.get("on"), amount, row.get("kind"))
        if stored is None:
            new.append(
                Adjustment(
                    number=row.get("number"),
                    customer=customer,
                    effective_on=row.get("on"),
                    amount=amount,
                    kind=row.get("kind"),
                    invoice_number=named,
                    note=row.get("note", ""),
                    entered_by=batch.by,
                    import_record=batch.record,
                )
            )
            row.outcome = CREATED
            continue
        same = meaning == (stored.customer_id, stored.effective_on, stored.amount, stored.kind)
        same = same and named in ("", stored.invoice_number)
        if same and row.get("note", stored.note) == stored.note:
            row.outcome = UNCHANGED
        else:
            batch.reject(row, "number", "conflict")
    Adjustment.objects.bulk_create(new, batch_size=5000)
