"""Setting a month's target; a manager who lowers a locked one decides it by that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from collections_app.accounts.models import Person, Role
from collections_app.actions.ask_for import record_request
from collections_app.core.clock import now
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer
from collections_app.followups.models import Request, RequestKind, RequestState
from collections_app.notices.requests import tell_of_decision
from collections_app.planning import batches
from collections_app.planning import operations as planning
from collections_app.planning.batches import NewTarget, Outcome
from collections_app.planning.models import MonthPlan, TargetChange
from collections_app.standing.operations import hold_customer, refresh_touched


def set_target(
    *,
    customer: Customer,
    month: date,
    target: int | None,
    expected: int | None,
    by: Person,
    on: date,
    reason: str = "",
    batch: UUID | None = None,
) -> MonthPlan:
    """Set the target as ``planning.operations.set_target`` does, with its refusals.

    Who lowers a locked target of a rep's as the rep's manager, or as an administrator, has decided
    it: a request approved at once goes on record, so that it counts as given way, and the rep is
    told. Of one's own customer only an administrator may.
    """
    with transaction.atomic():
        hold_customer(customer.pk)
        plan = planning.set_target(
            customer=customer, month=month, target=target, expected=expected, by=by, on=on,
            reason=reason, batch=batch, is_approved=lowers_targets(by, customer),
        )  # fmt: skip
        if expected and (target is None or target < expected):
            change = TargetChange.objects.filter(plan=plan).latest("pk")
            if change.is_revision:
                _approved_at_once(plan, change, customer, by, on)
        refresh_touched()
    return plan


def set_targets(
    *,
    targets: Sequence[NewTarget],
    month: date,
    by: Person,
    on: date,
    batch: UUID,
    reason: str = "",
) -> list[Outcome]:
    """Set many targets as ``planning.batches.set_targets`` does; a manager's lowerings as here.

    Of these each is a decision of its own, with its request on record.
    """
    with transaction.atomic():
        outcomes = batches.set_targets(
            targets=targets, month=month, by=by, on=on, batch=batch, reason=reason
        )
        for place, (new, outcome) in enumerate(zip(targets, outcomes, strict=True)):
            if outcome.code == "manager_needed" and lowers_targets(by, new.customer):
                outcomes[place] = _lowered(new, month, by, on, batch, reason)
    return outcomes


def _lowered(
    new: NewTarget, month: date, by: Person, on: date, batch: UUID, reason: str
) -> Outcome:
    try:
        with transaction.atomic():
            set_target(
                customer=new.customer, month=month, target=new.target, expected=new.seen, by=by,
                on=on, reason=reason, batch=batch,
            )  # fmt: skip
    except Refused as refusal:
        return Outcome(new.customer, "refused", refusal.code, str(refusal))
    return Outcome(new.customer, "saved")


def lowers_targets(by: Person, customer: Customer) -> bool:
    """Whether ``by`` may lower the customer's locked targets without asking anybody."""
    if by.role == Role.MANAGER:
        return Customer.objects.managed_by(by).filter(pk=customer.pk).exists()
    return by.role == Role.ADMIN


def _approved_at_once(
    plan: MonthPlan, change: TargetChange, customer: Customer, by: Person, on: date
) -> None:
    before, after = change.old_target or 0, change.new_target or 0
    made = Request.objects.create(
        customer=customer, kind=RequestKind.TARGET_CUT, month=plan.month, plan=plan,
        amount=before - after, conceded=before - after, target_before=before,
        target_after=change.new_target, note=change.reason, state=RequestState.APPROVED,
        asked_on=on, asked_by=by, decided_on=on, decided_at=now(), decided_by=by,
        target_change=change,
    )  # fmt: skip
    record_request(made, by, "approve", amount=made.amount, conceded=made.conceded)
    tell_of_decision(made)
