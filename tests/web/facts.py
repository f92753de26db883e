"""Facts for the tests of pages: customers, plans, promises and money, with honest defaults."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from django.db import transaction

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment, Ending, Instalment
from collections_app.customers.models import Customer, Ownership
from collections_app.ledger.models import Invoice, Payment, Reversal
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import held_organisation
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange
from collections_app.standing.operations import move_standing_day

MONTH = date(2026, 11, 1)
DAY = date(2026, 11, 23)
_numbers = count(1)


def day(number: int) -> date:
    """The day of the month of the tests."""
    return MONTH.replace(day=number)


def stand_on(on: date = DAY) -> None:
    """Let pages stand on the day, and payments be known through the day before."""
    with transaction.atomic():
        move_standing_day(held_organisation(), to=on)
    Organisation.objects.update(payments_complete_through=on - timedelta(days=1))


def make_customer(
    owner: Person, *, name: str = "", code: str = "", currency: str = "CNY", pinyin: str = ""
) -> Customer:
    """A customer, owned from the beginning."""
    number = next(_numbers)
    customer = Customer.objects.create(
        code=code or f"C{number:05}",
        name=name or f"Customer {number}",
        name_pinyin=pinyin,
        owner=owner,
        currency=currency,
        rating="B",
    )
    Ownership.objects.create(customer=customer, owner=owner)
    return customer


def make_plan(
    customer: Customer, target: int, *, month: date = MONTH, agreed_with: str = ""
) -> MonthPlan:
    """A plan of the month; ``target`` in whole units. One-sided unless agreed with somebody."""
    plan = MonthPlan.objects.create(
        customer=customer,
        month=month,
        locks_on=month + timedelta(days=3),
        target=target * 100,
        agreed_on=month if agreed_with else None,
        agreed_with=agreed_with,
        agreed_channel="phone" if agreed_with else "",
        agreed_target=target * 100 if agreed_with else None,
    )
    TargetChange.objects.create(plan=plan, new_target=target * 100)
    return plan


def make_measure(
    plan: MonthPlan, uplift: int, *, status: str = "planned", realised: int | None = None
) -> Measure:
    """A measure that counts from the first of its month; amounts in whole units."""
    measure = Measure.objects.create(
        plan=plan, kind="incentive", expected_uplift=uplift * 100, status=status,
        realised_uplift=None if realised is None else realised * 100,
        description=f"No. {next(_numbers)}",
    )  # fmt: skip
    MeasureChange.objects.create(
        measure=measure, counts_from=plan.month, status=status, expected_uplift=uplift * 100
    )
    return measure


def make_commitment(
    customer: Customer, *instalments: tuple[date, int], reference: str = "", grace: int = 0
) -> Commitment:
    """A promise made on the first of the month: (due on, amount in whole units) each."""
    commitment = Commitment.objects.create(
        customer=customer,
        reference=reference or f"P-{next(_numbers)}",
        made_on=MONTH,
        promised_by="Mr Li",
        channel="phone",
        grace_days=grace,
        tolerance_permille=0,
    )
    for position, (due_on, amount) in enumerate(instalments, start=1):
        Instalment.objects.create(
            commitment=commitment,
            customer=customer,
            position=position,
            due_on=due_on,
            deadline_on=due_on + timedelta(days=grace),
            amount=amount * 100,
        )
    return commitment


def supersede(former: Commitment, new: Commitment, *, on: date) -> None:
    """Let the new promise take the place of the former one."""
    Commitment.objects.filter(pk=former.pk).update(ended_on=on, ending=Ending.SUPERSEDED)
    Commitment.objects.filter(pk=new.pk).update(supersedes=former, made_on=on)


def make_payment(
    customer: Customer, amount: int, *, on: date, reference: str = "", invoice: str = ""
) -> Payment:
    """Money received; ``amount`` in whole units."""
    return Payment.objects.create(
        customer=customer,
        reference=reference or f"M-{next(_numbers)}",
        received_on=on,
        amount=amount * 100,
        invoice_number=invoice,
    )


def make_reversal(payment: Payment, amount: int, *, on: date, reference: str) -> Reversal:
    """Money taken back; ``amount`` in whole units."""
    return Reversal.objects.create(
        customer=payment.customer,
        payment=payment,
        reference=reference,
        received_on=on,
        amount=amount * 100,
    )


def make_invoice(customer: Customer, amount: int, *, due_on: date, number: str = "") -> Invoice:
    """An invoice of thirty days; ``amount`` in whole units."""
    return Invoice.objects.create(
        customer=customer,
        number=number or f"I-{next(_numbers)}",
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        amount=amount * 100,
    )
