"""A rep asks the manager: for a concession to the customer, or for a lower target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.actions.conceding import owed_of
from collections_app.commitments.models import Commitment
from collections_app.core.clock import now
from collections_app.core.compact import exact_money
from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.months import first_of
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers.models import Customer
from collections_app.customers.trail import acting_for, record_act
from collections_app.followups.models import Reason, Request, RequestKind, RequestState
from collections_app.notices.requests import tell_managers
from collections_app.planning.models import MonthPlan
from collections_app.standing.operations import hold_customer

LONGEST: Final = timedelta(days=5 * 366)
CONCESSIONS: Final = (RequestKind.POSTPONE, RequestKind.REDUCE, RequestKind.ACCEPT)


class RequestRefused(Refused):
    """A request cannot be made, decided or withdrawn like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: of a concession, how much of what, until when, and why.

    Without a commitment it is about the month's target; ``seen`` is then the target that the asker
    saw. Amounts are minor units of the customer's currency.
    """

    kind: str
    amount: int
    reason: str
    until_on: date | None = None
    note: str = ""
    commitment: Commitment | None = None
    seen: int | None = None


def ask_for_concession(
    *, customer: Customer, month: date, wish: Wish, by: Person, on: date
) -> Request:
    """Ask the managers of the customer's rep for a concession; nothing changes until they decide.

    One about a commitment belongs to the month in which the first of what it owes is due. Raises
    ``RequestRefused``: ``unknown_value``, ``required``, ``out_of_range``, ``already_ended``,
    ``conflict`` (one waits already), ``unplanned``; ``Overtaken`` where the target is another by
    now.
    """
    _check_wish(wish, on)
    with transaction.atomic():
        hold_customer(customer.pk)
        if wish.commitment is None:
            asked = _about_target(customer, month, wish)
        else:
            asked = _about_commitment(customer, wish.commitment, wish, on)
        return _ask(asked, by, on)


def ask_for_target_cut(
    *,
    customer: Customer,
    month: date,
    seen: int | None,
    target: int,
    note: str,
    by: Person,
    on: date,
    reason: str = "",
) -> Request:
    """Ask for a lower target of a month that is locked; ``seen`` is the one the asker saw.

    Raises ``RequestRefused``: ``required`` (no note), ``unknown_value``, ``out_of_range`` (not
    lower), ``not_locked`` (it can still be changed freely), ``conflict``, ``unplanned``;
    ``Overtaken`` where the target is another by now.
    """
    if not note:
        raise RequestRefused(
            _("Say why: your manager decides by it."), code="required", field="note"
        )
    if reason and reason not in Reason.values:
        raise RequestRefused(_("Choose a reason."), code="unknown_value", field="reason")
    with transaction.atomic():
        hold_customer(customer.pk)
        plan = _plan_of(customer, month, seen)
        if on <= plan.locks_on:
            raise RequestRefused(
                _("Until the end of %(day)s this target can be changed without asking.")
                % {"day": date_format(plan.locks_on)},
                code="not_locked",
            )
        before = plan.target or 0
        if not 0 <= target < before:
            raise RequestRefused(
                _("Ask for a target below the present one."), code="out_of_range", field="target"
            )
        asked = Request(
            customer=customer, kind=RequestKind.TARGET_CUT, month=month, plan=plan,
            amount=before - target, target_before=before, target_after=target, reason=reason,
            note=note,
        )  # fmt: skip
        return _ask(asked, by, on)


def withdraw_request(*, request: Request, by: Person, on: date) -> Request:
    """Take a request back before it is decided; only who asked may.

    Raises ``RequestRefused`` (``not_allowed``), and ``Overtaken`` where it was decided first.
    """
    with transaction.atomic():
        held = held_waiting(request)
        if by.pk not in (held.asked_by_id, held.on_behalf_of_id):
            raise RequestRefused(
                _("Only the one who asked can withdraw a request."), code="not_allowed"
            )
        held.state, held.decided_on, held.decided_at = RequestState.WITHDRAWN, on, now()
        held.decided_by = by
        held.save(update_fields=["state", "decided_on", "decided_at", "decided_by"])
        record_request(held, by, "withdraw")
    return held


def held_waiting(request: Request) -> Request:
    """The request, locked with its customer; ``Overtaken`` where it no longer waits."""
    hold_customer(request.customer_id)
    rows = Request.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("customer__owner", "asked_by", "decided_by", "commitment", "plan")
    held = rows.get(pk=request.pk)
    if held.state != RequestState.WAITING:
        said = {
            RequestState.APPROVED: _("%(who)s has approved this meanwhile."),
            RequestState.REFUSED: _("%(who)s has refused this meanwhile."),
            RequestState.WITHDRAWN: _("%(who)s has withdrawn this meanwhile."),
        }[RequestState(held.state)]
        raise Overtaken(said % {"who": held.decided_by.name if held.decided_by else "–"})
    return held


def record_request(request: Request, by: Person, verb: str, **payload: Any) -> None:
    """Put what was done with a request on the audit trail, in the caller's transaction."""
    record_act(
        actor=by,
        verb=verb,
        subject_kind="request",
        subject_id=request.public_id,
        customer_id=request.customer_id,
        payload={
            "request_kind": request.kind,
            "month": request.month,
            "reference": request.commitment.reference if request.commitment else None,
            **payload,
        },
    )


def _check_wish(wish: Wish, on: date) -> None:
    if wish.kind not in CONCESSIONS:
        raise RequestRefused(_("Choose what to ask for."), code="unknown_value", field="kind")
    if wish.reason not in Reason.values:
        code = "unknown_value" if wish.reason else "required"
        raise RequestRefused(_("Choose a reason."), code=code, field="reason")
    if not 0 < wish.amount <= LARGEST_AMOUNT:
        raise RequestRefused(
            _("The amount must be greater than 0."), code="out_of_range", field="amount"
        )
    if wish.kind != RequestKind.POSTPONE:
        return
    if wish.until_on is None:
        raise RequestRefused(
            _("Say until when payment is put off."), code="required", field="until_on"
        )
    if not on < wish.until_on <= on + LONGEST:
        raise RequestRefused(
            _("This day has to lie ahead, and not too far."), code="out_of_range", field="until_on"
        )


def _about_target(customer: Customer, month: date, wish: Wish) -> Request:
    plan = _plan_of(customer, month, wish.seen)
    target = plan.target or 0
    _check_at_most(wish.amount, target, customer, _("The target is %(amount)s: ask for no more."))
    return _request_of(
        customer, wish, month=month, plan=plan, target_before=target,
        target_after=target - wish.amount,
    )  # fmt: skip


def _about_commitment(customer: Customer, commitment: Commitment, wish: Wish, on: date) -> Request:
    held = Commitment.objects.filter(pk=commitment.pk, customer=customer).first()
    if held is None:
        raise RequestRefused(_("This promise was taken back meanwhile."), code="already_ended")
    owed = owed_of(held, on=on)
    if not owed.amount:
        raise RequestRefused(_("This promise owes nothing any more."), code="already_ended")
    most = owed.amount
    said = _("The promise still owes %(amount)s: ask for no more.")
    if wish.kind == RequestKind.POSTPONE and wish.until_on is not None:
        most = owed.due_before(wish.until_on)
        said = _("Of what it owes, %(amount)s is due before that day: no more can be put off.")
    _check_at_most(wish.amount, most, customer, said)
    return _request_of(customer, wish, month=first_of(owed.parts[0][0]), commitment=held)


def _check_at_most(amount: int, most: int, customer: Customer, said: str) -> None:
    if amount > most:
        raise RequestRefused(
            said % {"amount": exact_money(most, customer.currency)},
            code="out_of_range",
            field="amount",
        )


def _request_of(customer: Customer, wish: Wish, **about: Any) -> Request:
    until_on = wish.until_on if wish.kind == RequestKind.POSTPONE else None
    return Request(
        customer=customer, kind=wish.kind, amount=wish.amount, until_on=until_on,
        reason=wish.reason, note=wish.note, **about,
    )  # fmt: skip


def _plan_of(customer: Customer, month: date, seen: int | None) -> MonthPlan:
    """The month's plan, locked, if it has the target that the asker saw."""
    plans = MonthPlan.objects.select_for_update(no_key=True)
    plan = plans.filter(customer=customer, month=month).first()
    if plan is None or plan.target is None:
        raise RequestRefused(_("This month has no target yet: set one first."), code="unplanned")
    if plan.target != seen:
        amount = exact_money(plan.target, customer.currency)
        raise Overtaken(_("The target is %(amount)s by now.") % {"amount": amount})
    return plan


def _ask(asked: Request, by: Person, on: date) -> Request:
    """Save the request and tell the managers, in the caller's transaction."""
    if asked.commitment is None:
        same = Request.objects.filter(
            customer=asked.customer, month=asked.month, commitment__isnull=True
        )
    else:
        same = Request.objects.filter(commitment=asked.commitment)
    if same.waiting().exists():
        raise RequestRefused(
            _("A request about this waits to be decided already: withdraw it first."),
            code="conflict",
        )
    asked.asked_by, asked.asked_on = by, on
    asked.on_behalf_of = acting_for(by, asked.customer_id)
    asked.save()
    about: dict[str, Any] = {}
    if asked.plan is not None:
        about = {"before": asked.target_before, "after": asked.target_after}
    record_request(
        asked, by, "ask", amount=asked.amount, until_on=asked.until_on,
        reason_given=asked.reason, note=asked.note, **about,
    )  # fmt: skip
    tell_managers(asked)
    return asked
