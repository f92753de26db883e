"""Payments and their reversals, by reference. A refused payment takes its reversals along."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Sum

from collections_app.customers.models import Customer
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow
from collections_app.imports.bulk import among, change_in, copy_in
from collections_app.imports.kinds.invoices import invoices_by_number
from collections_app.ledger.models import Payment, Reversal
from collections_app.standing.operations import hold_customers

CHANGEABLE = ("invoice_number", "matures_on", "note")


def import_payments(batch: Batch) -> None:
    """Take in payments, then the reversals, which may stand before the payment they name."""
    meant = {row.number: customer for row, customer in batch.customers()}
    rows = batch.once(lambda row: row.get("reference"), "reference")
    amounts: dict[int, int] = {}
    for row in rows:
        batch.check_currency(row, meant[row.number])
        amount = batch.amount(row, "amount", meant[row.number])
        if amount is not None:
            amounts[row.number] = amount
            _check_sign(batch, row, amount)
    # Before anything is read: by hand, too, no more may be taken back than came.
    if reversing := {meant[row.number].pk for row in rows if row.has("reverses")}:
        hold_customers(reversing)
    references = {row.get("reference") for row in batch.rows if row.has("reference")}
    references |= {row.get("reverses") for row in rows if row.has("reverses")}
    payments = {p.reference: p for p in among(Payment.objects.all(), "reference", references)}
    reversals = {r.reference: r for r in among(Reversal.objects.all(), "reference", references)}
    _Payments(batch, meant, amounts, payments, reversals).save(rows)


def _check_sign(batch: Batch, row: ParsedRow, amount: int) -> None:
    if amount < 0 and not row.has("reverses"):
        batch.reject(row, "amount", "reversal_without_original")
    elif amount == 0:
        batch.reject(row, "amount", "out_of_range")
    elif amount > 0 and row.has("reverses"):
        batch.reject(row, "amount", "invalid_amount", variant="reversal")


class _Payments:
    """One file's payments against what is stored."""

    def __init__(
        self,
        batch: Batch,
        meant: dict[int, Customer],
        amounts: dict[int, int],
        payments: dict[str, Payment],
        reversals: dict[str, Reversal],
    ) -> None:
        self.batch = batch
        self.meant = meant
        self.amounts = amounts
        self.payments = payments
        self.reversals = reversals
        self.named: dict[str, Payment] = {}
        self.dropped: set[str] = set()

    def save(self, rows: list[ParsedRow]) -> None:
        invoices = invoices_by_number(rows)
        self.dropped = {
            row.get("reference")
            for row in self.batch.rows
            if row.rejected and row.has("reference") and not row.has("reverses")
        } - {row.get("reference") for row in rows if not row.rejected}
        new: list[Payment] = []
        changed: list[Payment] = []
        for row in [r for r in rows if not r.rejected and not r.has("reverses")]:
            self._payment(row, invoices, new, changed)
            if row.rejected:
                self.dropped.add(row.get("reference"))
        copy_in(Payment, new)
        change_in(changed, CHANGEABLE)
        reversing = [r for r in rows if not r.rejected and r.has("reverses")]
        if reversing:
            self._save_reversals(reversing)

    def _payment(
        self,
        row: ParsedRow,
        invoices: dict[str, int],
        new: list[Payment],
        changed: list[Payment],
    ) -> None:
        customer = self.meant[row.number]
        named = row.get("invoice_number")
        if named is not None and invoices.get(named) != customer.pk:
            self.batch.reject(row, "invoice_number", "unknown_invoice")
            return
        if row.get("reference") in self.reversals:
            self.batch.reject(row, "reference", "conflict")
            return
        stored = self.payments.get(row.get("reference"))
        values = {n: row.get(n) for n in (*CHANGEABLE, "method") if row.has(n)}
        if stored is None:
            new.append(
                Payment(
                    reference=row.get("reference"),
                    customer=customer,
                    received_on=row.get("received_on"),
                    amount=self.amounts[row.number],
                    entered_by=self.batch.by,
                    import_record=self.batch.record,
                    **values,
                )
            )
            row.outcome = CREATED
            return
        self._compare(row, stored, customer)
        if row.rejected:
            return
        changes = {n: row.get(n) for n in CHANGEABLE if row.has(n)}
        changes = {n: v for n, v in changes.items() if getattr(stored, n) != v}
        for name, value in changes.items():
            setattr(stored, name, value)
        row.outcome = UPDATED if changes else UNCHANGED
        if changes:
            changed.append(stored)

    def _compare(self, row: ParsedRow, stored: Payment, customer: Customer) -> None:
        for column, same in (
            ("customer_code", stored.customer_id == customer.pk),
            ("received_on", stored.received_on == row.get("received_on")),
            ("amount", stored.amount == self.amounts[row.number]),
            ("method", stored.method == row.get("method", stored.method)),
        ):
            if not same:
                self.batch.reject(row, column, "conflict")

    def _save_reversals(self, rows: list[ParsedRow]) -> None:
        taken: dict[int, int] = defaultdict(int)
        # Read anew: those that were just written have their keys from the database.
        named = among(Payment.objects.all(), "reference", {row.get("reverses") for row in rows})
        self.named = {payment.reference: payment for payment in named}
        stored = Reversal.objects.filter(payment__in=self.named.values()).order_by()
        taken.update(stored.values_list("payment").annotate(total=Sum("amount")))
        new: list[Reversal] = []
        rows.sort(key=lambda row: (row.get("received_on"), row.get("reference")))
        for row in rows:
            self._reversal(row, taken, new)
        Reversal.objects.bulk_create(new, batch_size=5000)

    def _reversal(self, row: ParsedRow, taken: dict[int, int], new: list[Reversal]) -> None:
        batch, reference = self.batch, row.get("reference")
        if row.get("reverses") in self.dropped:
            batch.reject(row, "reverses", "dropped_with_group")
            return
        payment = self.named.get(row.get("reverses"))
        amount = -self.amounts[row.number]
        if payment is None or payment.customer_id != self.meant[row.number].pk:
            batch.reject(row, "reverses", "unknown_payment")
            return
        if reference in self.reversals or reference in self.payments:
            known = self.reversals.get(reference)
            same = known is not None and (
                (known.payment_id, known.received_on, known.amount)
                == (payment.pk, row.get("received_on"), amount)
            )
            if known is None or not same:
                batch.reject(row, "reference", "conflict")
            elif row.get("note", known.note) == known.note:
                row.outcome = UNCHANGED
            else:
                known.note = row.get("note")
                known.save(update_fields=["note"])
                row.outcome = UPDATED
            return
        if row.get("received_on") < payment.received_on:
            batch.reject(row, "received_on", "reversal_before_payment")
        elif taken[payment.pk] + amount > payment.amount:
            batch.reject(row, "amount", "reversal_exceeds_payment")
        else:
            taken[payment.pk] += amount
            new.append(
                Reversal(
                    reference=reference,
                    customer_id=payment.customer_id,
                    payment=payment,
                    received_on=row.get("received_on"),
                    amount=amount,
                    note=row.get("note", ""),
                    entered_by=batch.by,
                    import_record=batch.record,
                )
            )
            row.outcome = CREATED
