"""Planning a customer's month: the target, the joint agreement, having asked (rule 2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.compact import exact_money
from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers.models import Customer, Evidence
from collections_app.customers.trail import record_act
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.planning.models import Answer, Channel, MonthPlan, TargetChange


class PlanRefused(Refused):
    """A plan cannot be changed like this."""


def open_plan(*, customer: Customer, month: date, by: Person | None) -> MonthPlan:
    """The customer's plan of the month, its row locked; opened if there is none.

    In the caller's transaction. The day it locks on is settled when it is opened.
    """
    locks_on = work_calendar().nth_of_month(month, organisation().lock_working_day)
    defaults = {"locks_on": locks_on, "entered_by": by}
    plans = MonthPlan.objects.select_for_update(no_key=True)
    while True:
        MonthPlan.objects.get_or_create(customer=customer, month=month, defaults=defaults)
        held = plans.filter(customer=customer, month=month).first()
        # Gone where whoever had opened it closed it again meanwhile.
        if held is not None:
            return held


def close_if_empty(plan_id: int) -> None:
    """Remove a plan that says nothing any more, in the caller's transaction: it never was one."""
    close_empty([plan_id])


def close_empty(plan_ids: Iterable[int]) -> None:
    """Remove those of the plans that say nothing any more, as ``close_if_empty`` does one."""
    empty = MonthPlan.objects.filter(
        pk__in=list(plan_ids), target=None, asked_on=None, agreed_on=None, import_record=None
    )
    # Once they are locked nothing can come to hang on them; what did before is seen only then.
    held = list(empty.select_for_update().order_by("pk").values_list("pk", flat=True))
    if held:
        bare = MonthPlan.objects.filter(pk__in=held, measures=None, target_changes=None)
        bare.delete()


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
    is_approved: bool = False,
) -> MonthPlan:
    """Set the target, in minor units, if it still is what the writer saw (``expected``).

    ``batch`` names what ``take_back_targets`` takes back. Until the plan locks, the target counts
    for every day. After it, it is a revision that counts from ``on`` and needs a reason; lowering
    has to be approved, which ``actions.retarget`` and ``actions.decide`` see to. Raises
    ``Overtaken`` where somebody was first, and ``PlanRefused`` with the code ``out_of_range``,
    ``reason_needed`` or ``manager_needed``.
    """
    if target is not None and not 0 <= target <= LARGEST_AMOUNT:
        raise PlanRefused(_("This target is out of range."), code="out_of_range", field="target")
    with transaction.atomic():
        plan = open_plan(customer=customer, month=month, by=by)
        if plan.target != expected:
            raise Overtaken(_overtaken_by(plan, customer), field="target")
        if plan.target == target:
            return plan
        is_revision = on > plan.locks_on and _has_locked_target(plan)
        if is_revision:
            check_revision(plan, target, reason, is_approved=is_approved)
        TargetChange.objects.create(
            plan=plan,
            old_target=plan.target,
            new_target=target,
            counts_from=on if is_revision else None,
            is_revision=is_revision,
            reason=reason,
            batch=batch,
            entered_by=by,
        )
        before, plan.target = plan.target, target
        plan.save(update_fields=["target"])
        _record(plan, by, "set_target", before=before, after=target, reason=reason)
    return plan


def _has_locked_target(plan: MonthPlan) -> bool:
    """Whether a target was locked: a first one counts for every day, even if set after the lock.

    One that was taken away after the lock was there all the same: what follows is a revision.
    """
    return plan.target is not None or plan.target_changes.filter(is_revision=True).exists()


def check_revision(
    plan: MonthPlan, target: int | None, reason: str, *, is_approved: bool = False
) -> None:
    """Refuse what may not become of a locked target: lowered unapproved, changed without reason."""
    is_lower = plan.target is not None and (target is None or target < plan.target)
    if is_lower and not is_approved:
        raise PlanRefused(
            _("This month's target is locked. Only your manager can lower it: ask for it."),
            code="manager_needed",
            field="target",
        )
    if not reason:
        raise PlanRefused(
            _("This month's target is locked: say why it changes. Every change stays on record."),
            code="reason_needed",
            field="reason",
        )


def _overtaken_by(plan: MonthPlan, customer: Customer) -> str:
    last = TargetChange.objects.filter(plan=plan).select_related("entered_by").last()
    return overtaken_words(plan.target, last.entered_by if last else None, customer.currency)


def overtaken_words(target: int | None, by: Person | None, currency: str) -> str:
    """Who was first, and what now stands."""
    who = by.name if by else _("Somebody else")
    if target is None:
        return _("%(who)s took the target away meanwhile.") % {"who": who}
    amount = exact_money(target, currency)
    return _("%(who)s changed this to %(amount)s meanwhile.") % {"who": who, "amount": amount}


def agree_plan(
    *,
    customer: Customer,
    month: date,
    agreed_on: date,
    agreed_with: str,
    channel: str,
    expected: int | None,
    by: Person,
    on: date,
    evidence: Evidence | None = None,
) -> MonthPlan:
    """Put on record that the present target was agreed with a named contact of the customer.

    ``expected`` is the target that was agreed; raises ``Overtaken`` where it is another by now,
    and ``PlanRefused`` with ``required`` (no target, nobody named) or ``out_of_range`` (a day
    ahead).
    """
    if agreed_on > on:
        raise PlanRefused(
            _("This day is still to come: an agreement has been made."),
            code="out_of_range",
            field="agreed_on",
        )
    if not agreed_with or channel not in Channel.values:
        raise PlanRefused(
            _("Say with whom it was agreed, and how."), code="required", field="agreed_with"
        )
    with transaction.atomic():
        plan = open_plan(customer=customer, month=month, by=by)
        if plan.target != expected:
            raise Overtaken(_overtaken_by(plan, customer))
        if plan.target is None:
            raise PlanRefused(_("Set a target first: it is what is agreed."), code="required")
        plan.agreed_on, plan.agreed_with, plan.agreed_channel = agreed_on, agreed_with, channel
        plan.agreed_target = plan.target
        if evidence is not None:
            plan.agreed_evidence = evidence
        plan.save()
        _record(
            plan,
            by,
            "agree",
            agreed_on=agreed_on,
            agreed_with=agreed_with,
            channel=channel,
            target=plan.target,
            evidence=evidence.filename if evidence else None,
        )
    return plan


def record_ask(
    *,
    customer: Customer,
    month: date,
    asked_on: date,
    answer: str,
    by: Person,
    on: date,
    ask_again_on: date | None = None,
    expected: str | None = None,
) -> MonthPlan:
    """Put on record that the customer was asked for a commitment on a day, and what it said.

    Asked holds from the first day on which one asked (rule 2); the answer is the latest, and
    *put off* names the day to ask again. ``expected`` is the answer that the writer saw, blank for
    none; raises ``Overtaken`` where it is another by now. Raises ``PlanRefused`` with
    ``out_of_range`` for a day on the wrong side of ``on``, ``required`` and ``unknown_value``.
    """
    again = ask_again_on if answer == Answer.PUT_OFF else None
    _check_ask(asked_on, answer, again, on)
    with transaction.atomic():
        plan = open_plan(customer=customer, month=month, by=by)
        if expected is not None and plan.answer != expected:
            now = plan.get_answer_display() or _("not asked")
            raise Overtaken(_("The answer is “%(answer)s” by now.") % {"answer": now})
        before = {
            "asked_on": plan.asked_on,
            "answer": plan.answer,
            "ask_again_on": plan.ask_again_on,
        }
        plan.asked_on = min(asked_on, plan.asked_on or asked_on)
        plan.answer, plan.ask_again_on = answer, again
        plan.save(update_fields=["asked_on", "answer", "ask_again_on"])
        _record(
            plan, by, "ask", before=before, asked_on=asked_on, answer=answer, ask_again_on=again
        )
    return plan


def _check_ask(asked_on: date, answer: str, again: date | None, on: date) -> None:
    if asked_on > on:
        raise PlanRefused(
            _("This day is still to come: asking has been done."),
            code="out_of_range",
            field="asked_on",
        )
    if answer not in Answer.values:
        raise PlanRefused(_("Choose what was answered."), code="unknown_value", field="answer")
    if answer == Answer.PUT_OFF and again is None:
        raise PlanRefused(
            _("The customer put it off: say when you will ask again."),
            code="required",
            field="ask_again_on",
        )
    if again is not None and again <= on:
        raise PlanRefused(
            _("Choose a day to come on which to ask again."),
            code="out_of_range",
            field="ask_again_on",
        )


def _record(plan: MonthPlan, by: Person | None, verb: str, **payload: Any) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="month_plan",
        subject_id=plan.public_id,
        customer_id=plan.customer_id,
        payload={"month": plan.month, **payload},
    )
