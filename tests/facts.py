"""Facts beyond those of pages: grace and tolerance, revisions, endings, pins, hand-overs.

Days are of the month of ``tests.web.facts`` unless given; amounts are in whole units.
"""

from __future__ import annotations

from datetime import date
from itertools import count

from collections_app.accounts.models import Person
from collections_app.commitments.making import deadline_of
from collections_app.commitments.models import Commitment, Ending, Instalment, Pin
from collections_app.customers.models import Customer, Ownership
from collections_app.ledger.models import Payment
from collections_app.organisation.queries import work_calendar
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange
from tests.web.facts import MONTH

_numbers = count(1)


def promise(
    customer: Customer,
    *instalments: tuple[date, int],
    made_on: date = MONTH,
    grace: int = 0,
    tolerance: int = 0,
    measure: Measure | None = None,
) -> Commitment:
    """A promise of (due on, amount) each; ``grace`` in working days, as the product counts them."""
    commitment = Commitment.objects.create(
        customer=customer,
        reference=f"PTP-{next(_numbers):06}",
        made_on=made_on,
        promised_by="Ms Zhou",
        channel="phone",
        grace_days=grace,
        tolerance_permille=0,
        measure=measure,
    )
    calendar = work_calendar()
    for position, (due_on, amount) in enumerate(instalments, start=1):
        Instalment.objects.create(
            commitment=commitment,
            customer=customer,
            position=position,
            due_on=due_on,
            deadline_on=deadline_of(
                due_on, grace_days=grace, calendar=calendar, next_working_day=False
            ),
            amount=amount * 100,
            tolerance=tolerance * 100,
        )
    return commitment


def end(commitment: Commitment, *, on: date, ending: Ending = Ending.CANCELLED) -> None:
    """End a promise on the day."""
    Commitment.objects.filter(pk=commitment.pk).update(
        ended_on=on, ending=ending, end_reason="agreed otherwise"
    )


def pin(payment: Payment, instalment: Instalment) -> Pin:
    """Say which instalment a payment is for."""
    return Pin.objects.create(payment=payment, instalment=instalment)


def revise(plan: MonthPlan, target: int, *, on: date) -> None:
    """A revision after the lock, in force from the day."""
    TargetChange.objects.create(
        plan=plan,
        old_target=plan.target,
        new_target=target * 100,
        counts_from=on,
        is_revision=True,
        reason="new season",
    )
    MonthPlan.objects.filter(pk=plan.pk).update(target=target * 100)


def retarget_unlocked(plan: MonthPlan, target: int) -> None:
    """A change before the lock: it counts for every day."""
    TargetChange.objects.create(plan=plan, old_target=plan.target, new_target=target * 100)
    MonthPlan.objects.filter(pk=plan.pk).update(target=target * 100)


def change_measure(
    measure: Measure, *, on: date, status: str | None = None, uplift: int | None = None
) -> None:
    """Another status or uplift of a measure, from the day on."""
    measure.status = status or measure.status
    measure.expected_uplift = measure.expected_uplift if uplift is None else uplift * 100
    measure.save()
    MeasureChange.objects.create(
        measure=measure,
        counts_from=on,
        status=measure.status,
        expected_uplift=measure.expected_uplift,
    )


def hand_over(customer: Customer, to: Person, *, on: date) -> None:
    """Another rep looks after the customer, from the day on."""
    Ownership.objects.create(customer=customer, owner=to, valid_from=on)
    customer.owner = to
    customer.save(update_fields=["owner"])
