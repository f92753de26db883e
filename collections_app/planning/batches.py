"""Many targets in one go, each on its own feet; and taking all of that back (rule 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer
from collections_app.customers.trail import record_acts
from collections_app.organisation.queries import organisation, today, work_calendar
from collections_app.planning.models import MonthPlan, TargetChange
from collections_app.planning.operations import (
    PlanRefused,
    check_revision,
    close_empty,
    overtaken_words,
)


@dataclass(frozen=True, slots=True)
class NewTarget:
    """A customer's target to be, and the one that the writer saw; minor units, None for none."""

    customer: Customer
    target: int | None
    seen: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a target: ``saved`` (it is so now), ``refused`` or ``overtaken``, and why."""

    customer: Customer
    status: str
    code: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The customers whose former target is back, and those left as they are, with the reason."""

    month: date | None
    back: list[Customer]
    left: list[Outcome]


def set_targets(
    *,
    targets: Sequence[NewTarget],
    month: date,
    by: Person,
    on: date,
    batch: UUID,
    reason: str = "",
) -> list[Outcome]:
    """Set each target as ``set_target`` does; one that cannot be set holds up no other.

    The number of statements does not grow with the targets. Who comes twice is refused the second
    time. A target that already is what it is to be counts as saved, whatever the writer saw, so
    that sending a batch again is harmless. Plans are locked in key order.
    """
    with transaction.atomic():
        plans = _held_plans(targets, month=month, by=by)
        revised = _revised(plans.values())
        outcomes: list[Outcome] = []
        changes: list[TargetChange] = []
        met: set[int] = set()
        for each in targets:
            plan = plans.get(each.customer.pk)
            try:
                if each.customer.pk in met:
                    raise _twice()
                met.add(each.customer.pk)
                change = _change_of(each, plan, revised, on, reason)
            except Refused as refusal:
                outcomes.append(Outcome(each.customer, "refused", refusal.code, str(refusal)))
                continue
            is_lost = change is None and (plan.target if plan else None) != each.target
            outcomes.append(Outcome(each.customer, "overtaken" if is_lost else "saved"))
            if change is not None:
                change.batch, change.entered_by = batch, by
                changes.append(change)
        _write(changes, by=by, reason=reason)
        return _with_words(outcomes, plans)


def _held_plans(targets: Iterable[NewTarget], *, month: date, by: Person) -> dict[int, MonthPlan]:
    """The plans of the month by customer, locked; opened for those that get a first target."""
    ids = {each.customer.pk for each in targets}
    held = MonthPlan.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    planned = set(
        MonthPlan.objects.filter(month=month, customer__in=ids).values_list("customer", flat=True)
    )
    first = [
        each.customer
        for each in targets
        if each.customer.pk not in planned
        and each.seen is None
        and each.target is not None
        and 0 <= each.target <= LARGEST_AMOUNT
    ]
    if first:
        locks_on = work_calendar().nth_of_month(month, organisation().lock_working_day)
        MonthPlan.objects.bulk_create(
            [
                MonthPlan(customer=customer, month=month, locks_on=locks_on, entered_by=by)
                for customer in sorted(set(first), key=lambda each: each.pk)
            ],
            ignore_conflicts=True,
        )
    return {plan.customer_id: plan for plan in held.filter(month=month, customer__in=ids)}


def _revised(plans: Iterable[MonthPlan]) -> set[int]:
    """Ids of the plans that have had a revision: what follows one is a revision as well."""
    changes = TargetChange.objects.filter(plan__in=list(plans), is_revision=True)
    return set(changes.values_list("plan", flat=True))


def _change_of(
    new: NewTarget,
    plan: MonthPlan | None,
    revised: set[int],
    on: date,
    reason: str,
) -> TargetChange | None:
    """The change to be written; None where there is none, or where somebody was first."""
    if new.target is not None and not 0 <= new.target <= LARGEST_AMOUNT:
        raise PlanRefused(_("This target is out of range."), code="out_of_range", field="target")
    if plan is None or plan.target in {new.target} or plan.target != new.seen:
        return None
    has_locked = plan.target is not None or plan.pk in revised
    is_revision = on > plan.locks_on and has_locked
    if is_revision:
        check_revision(plan, new.target, reason)
    return TargetChange(
        plan=plan,
        old_target=plan.target,
        new_target=new.target,
        counts_from=on if is_revision else None,
        is_revision=is_revision,
        reason=reason if is_revision else "",
    )


def _write(changes: Sequence[TargetChange], *, by: Person, reason: str) -> None:
    TargetChange.objects.bulk_create(changes)
    for change in changes:
        change.plan.target = change.new_target
    MonthPlan.objects.bulk_update([change.plan for change in changes], ["target"])
    _record(changes, by=by, verb="set_target", reason=reason)


def _with_words(outcomes: Sequence[Outcome], plans: dict[int, MonthPlan]) -> list[Outcome]:
    """Say of those overtaken by whom; one statement for all of them."""
    lost = [plans[o.customer.pk].pk for o in outcomes
            if o.status == "overtaken" and o.customer.pk in plans]  # fmt: skip
    last = TargetChange.objects.filter(plan__in=lost).select_related("entered_by")
    who = {each.plan_id: each.entered_by for each in last.order_by("pk")} if lost else {}
    told = []
    for each in outcomes:
        if each.status != "overtaken":
            told.append(each)
            continue
        plan = plans.get(each.customer.pk)
        by = who.get(plan.pk) if plan else None
        words = overtaken_words(plan.target if plan else None, by, each.customer.currency)
        told.append(Outcome(each.customer, "overtaken", "overtaken", words))
    return told


def take_back_targets(*, batch: UUID, by: Person) -> TakenBack:
    """Take back the targets that ``by`` set in one go today: the former ones stand again.

    What they were stays on the audit trail. One that somebody changed since is left as it is, and
    so is all of it on a later day: it counted meanwhile. A locked target that was lowered was
    decided, which stays on record.
    """
    with transaction.atomic():
        visible = Customer.objects.visible_to(by)
        of_it = TargetChange.objects.filter(batch=batch, entered_by=by, plan__customer__in=visible)
        found = list(of_it.select_related("plan__customer").order_by("plan", "pk"))
        ids = {change.plan_id for change in found}
        held = MonthPlan.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
        plans = {p.pk: p for p in held.filter(pk__in=ids)}
        last = dict(
            TargetChange.objects.filter(plan__in=ids).order_by("pk").values_list("plan", "pk")
        )
        now, zone = today(), ZoneInfo(organisation().time_zone)
        back: list[TargetChange] = []
        left: list[Outcome] = []
        for change in found:
            plan = plans.get(change.plan_id)
            if plan is None or last.get(plan.pk) != change.pk or plan.target != change.new_target:
                left.append(_left(change, "overtaken", _("changed since, and left as it is")))
            elif change.is_revision and (change.new_target or 0) < (change.old_target or 0):
                left.append(_left(change, "decided", _("lowered by decision, which stays")))
            elif change.entered_at.astimezone(zone).date() != now:
                left.append(_left(change, "too_late", _("set on an earlier day, and left")))
            else:
                change.plan.target = change.old_target
                back.append(change)
        _take_back(back, by)
    month = found[0].plan.month if found else None
    return TakenBack(month, [change.plan.customer for change in back], left)


def _left(change: TargetChange, code: str, sentence: str) -> Outcome:
    return Outcome(change.plan.customer, "left", code, sentence)


def _take_back(changes: Sequence[TargetChange], by: Person) -> None:
    _record(changes, by=by, verb="take_back_target", reason="")
    MonthPlan.objects.bulk_update([change.plan for change in changes], ["target"])
    TargetChange.objects.filter(pk__in=[change.pk for change in changes]).delete()
    close_empty(change.plan_id for change in changes)


def _record(changes: Sequence[TargetChange], *, by: Person, verb: str, reason: str) -> None:
    is_back = verb == "take_back_target"
    record_acts(
        (
            (
                change.plan.public_id,
                change.plan.customer_id,
                {
                    "month": change.plan.month,
                    "before": change.new_target if is_back else change.old_target,
                    "after": change.old_target if is_back else change.new_target,
                    "reason": change.reason if is_back else reason,
                    "batch": change.batch,
                },
            )
            for change in changes
        ),
        actor=by,
        verb=verb,
        subject_kind="month_plan",
    )


def _twice() -> PlanRefused:
    return PlanRefused(
        _("This customer stands in the block twice: the first line counts."),
        code="conflict",
        field="target",
    )
