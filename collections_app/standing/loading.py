"""From rows to the plain facts that the pure rules take, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

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
    commitments = Commitment.objects.filter(customer__in=customer_ids)
    return commitment_facts(commitments, Instalment.objects.filter(customer__in=customer_ids))


def commitment_facts(
    commitments: QuerySet[Commitment], instalments: QuerySet[Instalment]
) -> dict[int, list[CommitmentFact]]:
    """The commitments by customer, each with those of the instalments that are its own."""
    parts: dict[int, list[InstalmentFact]] = defaultdict(list)
    # Plain values: a model instance for each of many instalments costs more than all else.
    of_each = instalments.order_by("commitment_id", "position").values_list(
        "commitment_id", "id", "position", "due_on", "deadline_on", "amount", "tolerance"
    )
    for commitment_id, id_, position, due_on, deadline_on, amount, tolerance in of_each:
        parts[commitment_id].append(
            InstalmentFact(id_, position, due_on, deadline_on, amount, tolerance)
        )
    found: dict[int, list[CommitmentFact]] = defaultdict(list)
    rows = commitments.values_list(
        "customer_id", "id", "reference", "made_on", "ended_on", "ending", "supersedes_id"
    )
    for customer_id, id_, reference, made_on, ended_on, ending, supersedes in rows:
        found[customer_id].append(
            CommitmentFact(
                id=id_,
                reference=reference,
                made_on=made_on,
                instalments=tuple(parts[id_]),
                ended_on=ended_on,
                ending=ending,
                supersedes=supersedes,
            )
        )
    return found


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
