"""Measures: an action to close the gap, what it should bring, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from collections_app.accounts.models import AuditEntry, Person
from collections_app.accounts.overtaking import apply_what_differs
from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers.models import Customer
from collections_app.customers.trail import record_act
from collections_app.organisation.queries import day_of, today
from collections_app.planning.models import Measure, MeasureChange, MeasureKind, MeasureStatus
from collections_app.planning.operations import close_if_empty, open_plan

FIELDS: Final = (
    "description",
    "status",
    "expected_uplift",
    "realised_uplift",
    "due_on",
    "owner",
)


class MeasureRefused(Refused):
    """A measure cannot be made or changed like this."""


def add_measure(
    *,
    customer: Customer,
    month: date,
    kind: str,
    expected_uplift: int,
    by: Person,
    on: date,
    description: str = "",
    due_on: date | None = None,
    owner: Person | None = None,
) -> Measure:
    """Plan a measure for the customer's month; uplift in minor units. It counts from ``on``.

    Raises ``MeasureRefused``: ``unknown_value``, ``out_of_range``, ``conflict`` (the same one is
    there already).
    """
    if kind not in MeasureKind.values:
        raise MeasureRefused(_("Choose a kind."), code="unknown_value", field="kind")
    _check_uplift(expected_uplift, "expected_uplift")
    try:
        with transaction.atomic():
            plan = open_plan(customer=customer, month=month, by=by)
            measure = Measure.objects.create(
                plan=plan,
                kind=kind,
                description=description,
                expected_uplift=expected_uplift,
                due_on=due_on,
                owner=owner or by,
                entered_by=by,
            )
            _date_change(measure, by, on)
            _record(measure, customer, by, "add", measure_facts(measure))
    except IntegrityError as error:
        raise _same_again() from error
    return measure


def change_measure(
    *,
    measure: Measure,
    by: Person,
    on: date,
    expected: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    drop_reason: str = "",
    **changes: Any,
) -> Measure:
    """Change any of ``FIELDS``; status and uplift count from ``on``.

    ``expected`` holds the status and expected uplift that the writer saw, ``seen`` the marks of
    the other ``measure_facts``: what they left as it was stays as it is by now. One that is
    dropped needs a ``drop_reason``. Raises ``Overtaken`` where they change what another changed,
    ``MeasureRefused`` as ``add_measure``, and ``required`` without the reason.
    """
    if unknown := set(changes) - set(FIELDS):
        raise TypeError(f"not a measure's: {sorted(unknown)}")
    for name in ("expected_uplift", "realised_uplift"):
        if changes.get(name) is not None:
            _check_uplift(changes[name], name)
    if changes.get("status", MeasureStatus.PLANNED) not in MeasureStatus.values:
        raise MeasureRefused(_("Choose a status."), code="unknown_value", field="status")
    try:
        with transaction.atomic():
            held = Measure.objects.select_for_update(of=("self",), no_key=True)
            row = held.select_related("plan__customer", "owner").get(pk=measure.pk)
            if any(getattr(row, name) != value for name, value in expected.items()):
                raise Overtaken(_overtaken(row))
            before = measure_facts(row)
            apply_what_differs(
                row, changes, facts_of=measure_facts, seen=seen, guarded=seen or (),
                subject_kind="measure",
            )  # fmt: skip
            after = measure_facts(row)
            if before == after:
                return row
            is_dropped = after["status"] == MeasureStatus.DROPPED != before["status"]
            reason = _checked_reason(drop_reason) if is_dropped else ""
            row.save(update_fields=list(changes))
            if any(before[name] != after[name] for name in ("status", "expected_uplift")):
                _date_change(row, by, on, reason)
            told = {"before": before, "after": after} | ({"drop_reason": reason} if reason else {})
            _record(row, row.plan.customer, by, "change", told)
    except IntegrityError as error:
        raise _same_again() from error
    return row


def take_back_measure(*, measure: Measure, by: Person) -> None:
    """Delete a measure on the day it was planned; what it was stays on record.

    Raises ``MeasureRefused``: ``too_late`` on a later day, since it counted meanwhile, and
    ``conflict`` where it was worked with since, or a promise names it: drop it instead.
    """
    with transaction.atomic():
        row = Measure.objects.select_for_update(of=("self",)).filter(pk=measure.pk)
        held = row.select_related("plan__customer", "owner").first()
        if held is None:
            return
        if held.import_record_id or day_of(held.entered_at) != today():
            raise MeasureRefused(
                _("Only on the day it was planned can a measure be taken back. Drop it instead."),
                code="too_late",
            )
        of_it = AuditEntry.objects.filter(subject_kind="measure", subject_id=held.public_id)
        if held.commitments.exists() or of_it.filter(verb="change").exists():
            raise MeasureRefused(
                _("This measure has been worked with since. Drop it instead."), code="conflict"
            )
        _record(held, held.plan.customer, by, "take_back", measure_facts(held))
        held.changes.all().delete()
        plan_id = held.plan_id
        held.delete()
        close_if_empty(plan_id)


def _check_uplift(amount: int, field: str) -> None:
    if not 0 <= amount <= LARGEST_AMOUNT:
        raise MeasureRefused(_("This amount is out of range."), code="out_of_range", field=field)


def _checked_reason(reason: str) -> str:
    if not reason:
        raise MeasureRefused(_("Say why it is dropped."), code="required", field="drop_reason")
    return reason


def _date_change(measure: Measure, by: Person, on: date, reason: str = "") -> None:
    """From ``on``, but never before a change that an import dated ahead, to its month's first."""
    latest: date | None = measure.changes.aggregate(latest=Max("counts_from"))["latest"]
    MeasureChange.objects.create(
        measure=measure,
        counts_from=max(on, latest or on),
        status=measure.status,
        expected_uplift=measure.expected_uplift,
        reason=reason,
        entered_by=by,
    )


def _overtaken(measure: Measure) -> str:
    last = MeasureChange.objects.filter(measure=measure).select_related("entered_by").last()
    who = last.entered_by.name if last and last.entered_by else _("Somebody else")
    return _("%(who)s changed this measure meanwhile; it is %(status)s now.") % {
        "who": who,
        "status": measure.get_status_display(),
    }


def _same_again() -> MeasureRefused:
    return MeasureRefused(
        _("This month has a measure of this kind and description already."),
        code="conflict",
        field="description",
    )


def measure_facts(measure: Measure) -> dict[str, Any]:
    """What the audit trail keeps of a measure, and what forms mark as seen."""
    return {
        "kind": measure.kind,
        "description": measure.description,
        "status": measure.status,
        "expected_uplift": measure.expected_uplift,
        "realised_uplift": measure.realised_uplift,
        "due_on": measure.due_on,
        "owner": measure.owner.email if measure.owner else None,
    }


def _record(
    measure: Measure, customer: Customer, by: Person, verb: str, payload: Mapping[str, Any]
) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="measure",
        subject_id=measure.public_id,
        customer_id=customer.pk,
        payload={"month": measure.plan.month, **payload},
    )
