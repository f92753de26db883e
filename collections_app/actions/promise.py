"""A customer's promise: recorded, renegotiated, cancelled, or taken back the day it was entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.commitments.making import Promised, make_commitments, next_reference
from collections_app.commitments.models import AskedBy, Commitment, Ending, Instalment, Pin
from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer, Evidence
from collections_app.customers.trail import acting_for, record_act
from collections_app.followups.models import Request
from collections_app.followups.withdrawing import withdraw_with_promises
from collections_app.notices.models import Notice
from collections_app.organisation.queries import day_of, today, work_calendar
from collections_app.planning.models import Channel, Measure
from collections_app.standing.operations import forget, hold_customer, refresh_touched

MADE_DAYS_BACK: Final = 2
MOST_INSTALMENTS: Final = 60
LAST_DUE: Final = timedelta(days=5 * 366)


class PromiseRefused(Refused):
    """A promise cannot be recorded, changed or ended like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was promised by hand: instalments are (due date, minor units), in any order."""

    made_on: date
    instalments: Sequence[tuple[date, int]]
    promised_by: str = ""
    channel: str = ""
    note: str = ""
    measure: Measure | None = None
    evidence: Evidence | None = None


def earliest_made_on(on: date) -> date:
    """The earliest day on which a promise entered on ``on`` may have been made (rule 3)."""
    return work_calendar().after(on, -MADE_DAYS_BACK)


def record_promise(*, customer: Customer, terms: Terms, by: Person, on: date) -> Commitment:
    """Record a promise by hand on the business date ``on`` (rule 3).

    Raises ``PromiseRefused``: ``made_too_long_ago`` (more than two working days back),
    ``out_of_range``, ``due_before_today``, ``required``, ``unknown_value``.
    """
    _check(customer, terms, on)
    with transaction.atomic():
        hold_customer(customer.pk)
        made = _make(customer, terms, by, supersedes=None)
        _record(made, by, "record", _facts_of(made))
        refresh_touched()
    return made


def renegotiate(
    *,
    commitment: Commitment,
    terms: Terms,
    reason: str,
    asked_by: str,
    by: Person,
    on: date,
    request: Request | None = None,
) -> Commitment:
    """Replace a promise by a new one, which ends it on the day the new one was made (rule 3).

    One that was cancelled before stays so and only joins the chain. A request that waits about it
    is withdrawn, but for the ``request`` that is carried out by this. Raises ``PromiseRefused`` as
    ``record_promise`` does, and ``already_ended`` where another promise replaced it first, and
    ``made_before_former``.
    """
    _check(commitment.customer, terms, on)
    if not reason:
        raise PromiseRefused(_("Say why the terms change."), code="required", field="reason")
    if asked_by not in AskedBy.values:
        raise PromiseRefused(
            _("Say who asked for other terms."), code="unknown_value", field="asked_by"
        )
    with transaction.atomic():
        hold_customer(commitment.customer_id)
        former = _held(commitment)
        if former.ending == Ending.SUPERSEDED or former.superseded_by.exists():
            raise _already_ended(former)
        if terms.made_on < former.made_on:
            raise PromiseRefused(
                _("The new promise cannot have been made before the one it replaces."),
                code="made_before_former",
                field="made_on",
            )
        if not former.ending:
            _end(former, Ending.SUPERSEDED, terms.made_on, reason, asked_by)
            withdraw_with_promises([former], by=by, on=on, but=request)
        made = _make(commitment.customer, terms, by, supersedes=former)
        payload = {"replaces": former.reference, "reason": reason, "asked_by": asked_by}
        _record(made, by, "renegotiate", {**payload, **_facts_of(made)})
        _record(former, by, "supersede", {"replaced_by": made.reference, "reason": reason})
        refresh_touched()
    return made


def cancel_promise(
    *, commitment: Commitment, reason: str, by: Person, on: date, request: Request | None = None
) -> Commitment:
    """End a promise on ``on`` without another in its place; what is ended first is ended.

    A request that waits about it is withdrawn, but for the ``request`` that is carried out by this.
    Raises ``PromiseRefused``: ``required`` without a reason, ``already_ended``.
    """
    if not reason:
        raise PromiseRefused(_("Say why it is cancelled."), code="required", field="reason")
    with transaction.atomic():
        hold_customer(commitment.customer_id)
        held = _held(commitment)
        if held.ending:
            raise _already_ended(held)
        _end(held, Ending.CANCELLED, max(on, held.made_on), reason, "")
        withdraw_with_promises([held], by=by, on=on, but=request)
        _record(held, by, "cancel", {"reason": reason, "ended_on": held.ended_on})
        refresh_touched()
    return held


def take_back_promise(*, commitment: Commitment, by: Person) -> None:
    """Delete a promise on the day it was entered, as a typing error; its content stays on record.

    What it replaced is in force again. Raises ``PromiseRefused`` with ``too_late`` on a later day,
    and with ``conflict`` where it was worked with since.
    """
    with transaction.atomic():
        hold_customer(commitment.customer_id)
        held = _held(commitment)
        if held.import_record_id or day_of(held.entered_at) != today():
            raise PromiseRefused(
                _("Only on the day it was entered can a promise be taken back."), code="too_late"
            )
        instalments = Instalment.objects.filter(commitment=held)
        if (
            held.ending
            or held.superseded_by.exists()
            or Pin.objects.filter(instalment__in=instalments).exists()
            or Notice.objects.filter(instalment__in=instalments).exists()
            or Request.objects.filter(Q(commitment=held) | Q(made=held)).exists()
        ):
            raise PromiseRefused(
                _("This promise has been worked with since. Cancel it instead."), code="conflict"
            )
        _record(held, by, "take_back", _facts_of(held))
        former = held.supersedes
        forget(instalments=list(instalments.values_list("pk", flat=True)))
        instalments.delete()
        held.delete()
        if former is not None and former.ending == Ending.SUPERSEDED:
            was = {"ended_on": former.ended_on, "reason": former.end_reason}
            _end(former, "", None, "", "")
            _record(former, by, "reinstate", was)
        refresh_touched()


def _check(customer: Customer, terms: Terms, on: date) -> None:
    if terms.made_on > on:
        raise PromiseRefused(
            _("This day is still to come: a promise has been made."),
            code="out_of_range",
            field="made_on",
        )
    if terms.made_on < (earliest := earliest_made_on(on)):
        raise PromiseRefused(
            _("A promise is entered within two working days: this one on %(day)s at the earliest.")
            % {"day": date_format(earliest)},
            code="made_too_long_ago",
            field="made_on",
        )
    if terms.channel and terms.channel not in Channel.values:
        raise PromiseRefused(_("Choose how."), code="unknown_value", field="channel")
    if not 1 <= len(terms.instalments) <= MOST_INSTALMENTS:
        raise PromiseRefused(
            _("A promise has between 1 and %(most)s instalments.") % {"most": MOST_INSTALMENTS},
            code="required",
            field="instalments",
        )
    for due_on, amount in terms.instalments:
        _check_instalment(due_on, amount, on)
    if terms.measure is not None and terms.measure.plan.customer_id != customer.pk:
        raise PromiseRefused(
            _("This measure is another customer's."), code="unknown_value", field="measure"
        )


def _check_instalment(due_on: date, amount: int, on: date) -> None:
    if not 0 < amount <= LARGEST_AMOUNT:
        raise PromiseRefused(
            _("Every instalment has an amount greater than 0."),
            code="out_of_range",
            field="instalments",
        )
    if due_on < on:
        raise PromiseRefused(
            _("No instalment can be due before today."),
            code="due_before_today",
            field="instalments",
        )
    if due_on > on + LAST_DUE:
        raise PromiseRefused(
            _("An instalment is due too far ahead."), code="out_of_range", field="instalments"
        )


def _make(
    customer: Customer, terms: Terms, by: Person, *, supersedes: Commitment | None
) -> Commitment:
    ordered = sorted(terms.instalments, key=lambda part: part[0])
    promised = Promised(
        customer=customer,
        reference=next_reference(),
        made_on=terms.made_on,
        instalments=[(n, due_on, amount) for n, (due_on, amount) in enumerate(ordered, 1)],
        promised_by=terms.promised_by,
        channel=terms.channel,
        note=terms.note,
        measure=_held_measure(terms.measure),
        supersedes=supersedes,
        evidence=terms.evidence,
    )
    (made,) = make_commitments([promised], by=by, on_behalf_of=acting_for(by, customer.pk))
    return made


def _held_measure(measure: Measure | None) -> Measure | None:
    """The measure, locked: it cannot be taken back while a promise comes to name it."""
    if measure is None:
        return None
    held = Measure.objects.select_for_update(no_key=True).filter(pk=measure.pk).first()
    if held is None:
        raise PromiseRefused(
            _("This measure was taken back meanwhile."), code="unknown_value", field="measure"
        )
    return held


def _held(commitment: Commitment) -> Commitment:
    held = Commitment.objects.select_for_update(of=("self",), no_key=True)
    found = held.select_related("supersedes", "customer").filter(pk=commitment.pk).first()
    if found is None:
        raise PromiseRefused(_("This promise was taken back meanwhile."), code="already_ended")
    return found


def _end(commitment: Commitment, ending: str, on: date | None, reason: str, asked_by: str) -> None:
    commitment.ending, commitment.ended_on = ending, on
    commitment.end_reason, commitment.end_asked_by = reason, asked_by
    commitment.ended_at = Now() if on else None
    commitment.save(update_fields=["ending", "ended_on", "end_reason", "end_asked_by", "ended_at"])


def _already_ended(commitment: Commitment) -> PromiseRefused:
    return PromiseRefused(
        _("This promise has ended already (%(ending)s); it cannot be ended again.")
        % {"ending": commitment.get_ending_display()},
        code="already_ended",
    )


def _facts_of(commitment: Commitment) -> dict[str, Any]:
    parts = Instalment.objects.filter(commitment=commitment).order_by("position")
    return {
        "reference": commitment.reference,
        "made_on": commitment.made_on,
        "promised_by": commitment.promised_by,
        "channel": commitment.channel,
        "note": commitment.note,
        "measure": str(commitment.measure.public_id) if commitment.measure else None,
        "instalments": [[part.due_on, part.amount] for part in parts],
        "evidence": commitment.evidence.filename if commitment.evidence else None,
    }


def _record(commitment: Commitment, by: Person, verb: str, payload: Mapping[str, Any]) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="commitment",
        subject_id=commitment.public_id,
        customer_id=commitment.customer_id,
        payload={"reference": commitment.reference, **payload},
    )
