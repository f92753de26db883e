"""From rows to the plain facts that the pure rules take, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Prefetch

from collections_app.commitments.models import Commitment, Instalment, Pin
from collections_app.ledger.models import Adjustment, Invoice, Payment, Reversal
from collections_app.standing.facts import (
    CommitmentFact,
    CustomerFacts,
    InstalmentFact,
    PaymentFact,
    ReversalFact,
)
from collections_app.standing.settlement import InvoiceFact, SettlingFact


def load_facts(customer_ids: Collection[int]) -> dict[int, CustomerFacts]:
    """Payments and commitments of the customers, whole; every id given is in the answer."""
    payments, commitments = _payments(customer_ids), _commitments(customer_ids)
    return {
        id_: CustomerFacts(tuple(payments[id_]), tuple(commitments[id_])) for id_ in customer_ids
    }


def _payments(customer_ids: Collection[int]) -> dict[int, list[PaymentFact]]:
    reversals = _reversals(customer_ids)
    pinned = dict(
        Pin.objects.filter(payment__customer__in=customer_ids).values_list(
            "payment_id", "instalment_id"
        )
    )
    found: dict[int, list[PaymentFact]] = defaultdict(list)
    rows = Payment.objects.filter(customer__in=customer_ids).values_list(
        "customer_id", "id", "reference", "received_on", "amount"
    )
    for customer_id, id_, reference, received_on, amount in rows:
        taken_back = tuple(reversals.get(id_, ()))
        found[customer_id].append(
            PaymentFact(id_, reference, received_on, amount, taken_back, pinned.get(id_))
        )
    return found


def _reversals(customer_ids: Collection[int]) -> dict[int, list[ReversalFact]]:
    found: dict[int, list[ReversalFact]] = defaultdict(list)
    rows = Reversal.objects.filter(customer__in=customer_ids).values_list(
        "payment_id", "received_on", "amount"
    )
    for payment_id, received_on, amount in rows:
        found[payment_id].append(ReversalFact(received_on, amount))
    return found


def _commitments(customer_ids: Collection[int]) -> dict[int, list[CommitmentFact]]:
    found: dict[int, list[CommitmentFact]] = defaultdict(list)
    rows = Commitment.objects.filter(customer__in=customer_ids).prefetch_related(
        Prefetch("instalments", Instalment.objects.order_by("position"))
    )
    for row in rows:
        found[row.customer_id].append(
            CommitmentFact(
                id=row.pk,
                reference=row.reference,
                made_on=row.made_on,
                instalments=tuple(_instalment(i) for i in row.instalments.all()),
                ended_on=row.ended_on,
                ending=row.ending,
                supersedes=row.supersedes_id,
            )
        )
    return found


def _instalment(row: Instalment) -> InstalmentFact:
    return InstalmentFact(
        row.pk, row.position, row.due_on, row.deadline_on, row.amount, row.tolerance
    )


def load_invoices(customer_ids: Collection[int], *, on: date) -> dict[int, list[InvoiceFact]]:
    """Invoices issued by ``on``, by customer."""
    found: dict[int, list[InvoiceFact]] = defaultdict(list)
    rows = Invoice.objects.filter(customer__in=customer_ids, issued_on__lte=on).values_list(
        "customer_id", "number", "issued_on", "due_on", "amount"
    )
    for customer_id, number, issued_on, due_on, amount in rows:
        found[customer_id].append(InvoiceFact(number, issued_on, due_on, amount))
    return found


def load_adjustments(customer_ids: Collection[int], *, on: date) -> dict[int, list[SettlingFact]]:
    """Adjustments that count by ``on``, by customer."""
    found: dict[int, list[SettlingFact]] = defaultdict(list)
    rows = Adjustment.objects.filter(customer__in=customer_ids, effective_on__lte=on).values_list(
        "customer_id", "number", "effective_on", "amount", "invoice_number"
    )
    for customer_id, number, effective_on, amount, names in rows:
        found[customer_id].append(SettlingFact(number, effective_on, amount, names))
    return found


def load_settling_payments(
    customer_ids: Collection[int], *, on: date
) -> dict[int, list[SettlingFact]]:
    """Payments received by ``on``, each net of its reversals by ``on``, by customer."""
    reversals = _reversals(customer_ids)
    found: dict[int, list[SettlingFact]] = defaultdict(list)
    rows = Payment.objects.filter(customer__in=customer_ids, received_on__lte=on).values_list(
        "customer_id", "id", "reference", "received_on", "amount", "invoice_number"
    )
    for customer_id, id_, reference, received_on, amount, names in rows:
        net = amount - sum(r.amount for r in reversals.get(id_, ()) if r.received_on <= on)
        found[customer_id].append(SettlingFact(reference, received_on, net, names))
    return found
