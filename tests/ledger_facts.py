"""Small facts with honest defaults: whole currency units in, rows out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count

from collections_app.accounts.models import Person
from collections_app.commitments.making import Promised, make_commitments
from collections_app.commitments.models import Commitment, Ending, Instalment
from collections_app.customers.models import Customer, Ownership, RatingChange
from collections_app.ledger.models import Payment, Reversal
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange
from collections_app.standing.operations import refresh_touched

MONTH = date(2026, 7, 1)
_numbers = count(1)


def make_customer(owner: Person, *, rating: str | None = "C", currency: str = "CNY") -> Customer:
    """A customer of the rep's; rated C, so that there is neither grace nor tolerance."""
    number = next(_numbers)
    customer = Customer.objects.create(
        code=f"K{number:04d}",
        name=f"Customer {number}",
        owner=owner,
        rating=rating,
        currency=currency,
    )
    Ownership.objects.create(customer=customer, owner=owner)
    RatingChange.objects.create(customer=customer, rating=rating)
    return customer


def promise(
    customer: Customer,
    parts: Sequence[tuple[date, int]],
    *,
    made_on: date = MONTH,
    measure: Measure | None = None,
) -> Commitment:
    """A commitment whose instalments are (due date, whole units)."""
    [made] = make_commitments(
        [
            Promised(
                customer=customer,
                reference=f"P{next(_numbers):04d}",
                made_on=made_on,
                instalments=[(n, day, amount * 100) for n, (day, amount) in enumerate(parts, 1)],
                measure=measure,
            )
        ],
        by=None,
    )
    refresh_touched()
    return made


def end(commitment: Commitment, on: date, ending: str = Ending.CANCELLED) -> None:
    """End a commitment on a day."""
    commitment.ended_on, commitment.ending = on, ending
    commitment.save()
    refresh_touched()


def pay(customer: Customer, amount: int, on: date) -> Payment:
    """Money received, in whole units."""
    payment = Payment.objects.create(
        customer=customer, reference=f"R{next(_numbers):04d}", received_on=on, amount=amount * 100
    )
    refresh_touched()
    return payment


def bounce(payment: Payment, on: date, amount: int | None = None) -> Reversal:
    """A payment taken back, whole unless an amount is given."""
    reversal = Reversal.objects.create(
        customer=payment.customer,
        payment=payment,
        reference=f"B{next(_numbers):04d}",
        received_on=on,
        amount=payment.amount if amount is None else amount * 100,
    )
    refresh_touched()
    return reversal


def plan(customer: Customer, target: int, *, month: date = MONTH) -> MonthPlan:
    """A plan with its first target, which counts for every day."""
    made = MonthPlan.objects.create(
        customer=customer, month=month, locks_on=month.replace(day=3), target=target * 100
    )
    TargetChange.objects.create(plan=made, new_target=target * 100)
    return made


def revise(of: MonthPlan, target: int, on: date) -> None:
    """A change of a locked plan, from a day on."""
    TargetChange.objects.create(
        plan=of,
        old_target=of.target,
        new_target=target * 100,
        counts_from=on,
        is_revision=True,
        reason="agreed anew",
    )


def measure(of: MonthPlan, uplift: int, kind: str = "incentive") -> Measure:
    """A planned measure, counting from the first of its month."""
    made = Measure.objects.create(plan=of, kind=kind, expected_uplift=uplift * 100)
    MeasureChange.objects.create(
        measure=made, counts_from=of.month, status="planned", expected_uplift=uplift * 100
    )
    return made


def set_status(of: Measure, status: str, on: date) -> None:
    """A change of a measure's status, from a day on."""
    MeasureChange.objects.create(
        measure=of, counts_from=on, status=status, expected_uplift=of.expected_uplift
    )


def instalment_of(commitment: Commitment, position: int = 1) -> Instalment:
    """One of a commitment's instalments."""
    return Instalment.objects.get(commitment=commitment, position=position)
