"""One customer with years of facts: plans, measures, promises, money, what came back, pins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from collections_app.accounts.models import AuditEntry, Person
from collections_app.commitments.models import Commitment, Ending, Instalment, Pin
from collections_app.core.months import add_months
from collections_app.customers.models import Contact, Customer, Ownership
from collections_app.ledger.models import Adjustment, Invoice, Payment, Reversal
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange
from collections_app.standing.operations import refresh_touched

PROMISES, INSTALMENTS, PAYMENTS, INVOICES = 3, 3, 4, 4
AMOUNT = 1_000_00  # of an instalment, in minor units


def make_long_customer(owner: Person, *, months: int, on: date) -> Customer:
    """So many months of facts, the last being that of the standing day ``on``; standing kept."""
    customer = Customer.objects.create(
        code="LONG", name="Long River 长河", owner=owner, currency="CNY", rating="B"
    )
    Ownership.objects.create(customer=customer, owner=owner)
    Contact.objects.create(
        customer=customer, name="Li", phone="1380000", language="en", is_primary=True
    )
    firsts = [add_months(on.replace(day=1), -back) for back in reversed(range(months))]
    _plan(customer, firsts)
    instalments = _promise(customer, firsts)
    _invoice(customer, firsts)
    _pay(customer, firsts, instalments, on=on)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=owner, verb="ask", subject_kind="month_plan", subject_id=number + 1,
            customer_id=customer.pk, payload={"month": first.isoformat(), "answer": "put_off"},
        )
        for number, first in enumerate(firsts)
    )  # fmt: skip
    refresh_touched()
    return customer


def _plan(customer: Customer, firsts: Iterable[date]) -> None:
    target = AMOUNT * PROMISES * INSTALMENTS
    plans = MonthPlan.objects.bulk_create(
        MonthPlan(
            customer=customer, month=first, locks_on=first + timedelta(days=4), target=target,
            agreed_on=first, agreed_with="Li", agreed_channel="phone", agreed_target=target,
        )
        for first in firsts
    )  # fmt: skip
    TargetChange.objects.bulk_create(TargetChange(plan=p, new_target=target) for p in plans)
    measures = Measure.objects.bulk_create(
        Measure(plan=plan, kind=kind, description=f"{kind} {n}", expected_uplift=AMOUNT)
        for plan in plans
        for n, kind in enumerate(("incentive", "promotion", "training"))
    )
    MeasureChange.objects.bulk_create(
        MeasureChange(
            measure=each, counts_from=each.plan.month, status="planned", expected_uplift=AMOUNT
        )
        for each in measures
    )


def _promise(customer: Customer, firsts: list[date]) -> list[Instalment]:
    """Each third promise gives way to the next one of its month."""
    commitments = Commitment.objects.bulk_create(
        Commitment(
            customer=customer, reference=f"L{first:%y%m}-{n}", made_on=first + timedelta(days=n),
            promised_by="Li", channel="phone", grace_days=1, tolerance_permille=0,
            ended_on=first + timedelta(days=1) if n == 0 and first.month % 3 == 0 else None,
            ending=Ending.SUPERSEDED if n == 0 and first.month % 3 == 0 else "",
        )
        for first in firsts
        for n in range(PROMISES)
    )  # fmt: skip
    for former, later in pairwise(commitments):
        if former.ending:
            later.supersedes = former
    Commitment.objects.bulk_update(commitments, ["supersedes"])
    return Instalment.objects.bulk_create(
        Instalment(
            commitment=each, customer=customer, position=n + 1, amount=AMOUNT,
            due_on=each.made_on + timedelta(days=8 * (n + 1)),
            deadline_on=each.made_on + timedelta(days=8 * (n + 1) + 1),
        )
        for each in commitments
        for n in range(INSTALMENTS)
    )  # fmt: skip


def _invoice(customer: Customer, firsts: Iterable[date]) -> None:
    invoices = Invoice.objects.bulk_create(
        Invoice(
            customer=customer, number=f"LI{first:%y%m}-{n}", issued_on=first + timedelta(days=n),
            due_on=first + timedelta(days=n + 30), amount=2 * AMOUNT + n,
        )
        for first in firsts
        for n in range(INVOICES)
    )  # fmt: skip
    Adjustment.objects.bulk_create(
        Adjustment(
            customer=customer, number=f"A{each.number}", effective_on=each.due_on,
            amount=AMOUNT // 10, kind="discount", invoice_number=each.number,
        )
        for each in invoices[:: INVOICES * 2]
    )  # fmt: skip


def _pay(
    customer: Customer, firsts: Iterable[date], instalments: list[Instalment], *, on: date
) -> None:
    """Four payments a month up to the day; some come back in part, some name what they are for."""
    by_month = {first: instalments[9 * n : 9 * n + 9] for n, first in enumerate(firsts)}
    due = [
        (first, n, first + timedelta(days=5 + 6 * n)) for first in firsts for n in range(PAYMENTS)
    ]
    payments = Payment.objects.bulk_create(
        Payment(
            customer=customer, reference=f"LP{first:%y%m}-{n}", received_on=day,
            amount=2 * AMOUNT - 7 * n, invoice_number=f"LI{first:%y%m}-{n}" if n == 1 else "",
        )
        for first, n, day in due
        if day <= on
    )  # fmt: skip
    Reversal.objects.bulk_create(
        Reversal(
            customer=customer, payment=each, reference=f"B{each.reference}", amount=AMOUNT // 2,
            received_on=min(each.received_on + timedelta(days=9), on),
        )
        for each in payments[:: PAYMENTS * 3]
    )  # fmt: skip
    Pin.objects.bulk_create(
        Pin(payment=each, instalment=by_month[each.received_on.replace(day=1)][4])
        for each in payments[3 :: PAYMENTS * 2]
    )
