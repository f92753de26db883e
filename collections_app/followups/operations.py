"""Logging a contact with the customer, and taking back what was entered today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Refused
from collections_app.customers.models import Contact, Customer
from collections_app.customers.trail import acting_for, record_act
from collections_app.followups.models import FollowUp, Outcome, Reason
from collections_app.organisation.queries import day_of, today
from collections_app.planning.models import Channel

LONGEST_NOTE: Final = 20_000
MOST_DAYS_BACK: Final = 30
MOST_DAYS_AHEAD: Final = 366


class FollowUpRefused(Refused):
    """A follow-up cannot be logged or taken back like this."""


def log_follow_up(
    *,
    customer: Customer,
    at: datetime,
    outcome: str,
    by: Person,
    on: date,
    channel: str = "",
    contact: Contact | None = None,
    contact_name: str = "",
    reason: str = "",
    note: str = "",
    next_on: date | None = None,
) -> FollowUp:
    """Log a contact of the instant ``at``, entered on the business date ``on``.

    It was with ``contact``, or with whom the name says; ``note`` is kept as it is. Nothing is
    conceded by a ``reason``. Raises ``FollowUpRefused``: ``unknown_value``, ``out_of_range`` (a day
    still to come, or too far ahead), ``too_long_ago``, ``next_before_today``, ``too_long``,
    ``conflict`` (the same instant and outcome again).
    """
    day = day_of(at)
    _check_words(outcome=outcome, channel=channel, reason=reason, note=note)
    _check_days(day, next_on, on)
    try:
        with transaction.atomic():
            contact = _held_contact(customer, contact)
            made = FollowUp.objects.create(
                customer=customer,
                at=at,
                on_day=day,
                contact=contact,
                contact_name=contact_name or (contact.name if contact else ""),
                channel=channel,
                outcome=outcome,
                reason=reason,
                note=note,
                next_on=next_on,
                entered_by=by,
                on_behalf_of=acting_for(by, customer.pk),
            )
            _record(made, by, "log")
    except IntegrityError as error:
        if "followup_once" not in str(error):
            raise
        raise FollowUpRefused(
            _("This contact is logged already, with the same outcome."), code="conflict"
        ) from error
    return made


def take_back_follow_up(*, follow_up: FollowUp, by: Person) -> None:
    """Delete a follow-up on the day it was entered; what it said stays on record.

    Taken back before, nothing happens. Raises ``FollowUpRefused``: ``too_late`` on a later day, and
    for one that a file brought.
    """
    with transaction.atomic():
        held = FollowUp.objects.select_for_update().filter(pk=follow_up.pk).first()
        if held is None:
            return
        if held.import_record_id or day_of(held.entered_at) != today():
            raise FollowUpRefused(
                _("Only on the day it was entered can a follow-up be taken back."), code="too_late"
            )
        _record(held, by, "take_back")
        held.delete()


def _check_words(*, outcome: str, channel: str, reason: str, note: str) -> None:
    if outcome not in Outcome.values:
        raise FollowUpRefused(_("Choose what came of it."), code="unknown_value", field="outcome")
    if channel and channel not in Channel.values:
        raise FollowUpRefused(_("Choose how."), code="unknown_value", field="channel")
    if reason and reason not in Reason.values:
        raise FollowUpRefused(_("Choose a reason."), code="unknown_value", field="reason")
    if len(note) > LONGEST_NOTE:
        raise FollowUpRefused(
            _("A note has at most %(most)s characters.") % {"most": LONGEST_NOTE},
            code="too_long",
            field="note",
        )


def _check_days(day: date, next_on: date | None, on: date) -> None:
    if day > on:
        raise FollowUpRefused(
            _("This day is still to come: a follow-up has happened."),
            code="out_of_range",
            field="day",
        )
    if day < (earliest := on - timedelta(days=MOST_DAYS_BACK)):
        raise FollowUpRefused(
            _("A follow-up is logged within 30 days: this one on %(day)s at the earliest.")
            % {"day": date_format(earliest)},
            code="too_long_ago",
            field="day",
        )
    if next_on is None:
        return
    if next_on < on:
        raise FollowUpRefused(
            _("The next date cannot be before today."), code="next_before_today", field="next_on"
        )
    if next_on > on + timedelta(days=MOST_DAYS_AHEAD):
        raise FollowUpRefused(
            _("The next date is too far ahead."), code="out_of_range", field="next_on"
        )


def _held_contact(customer: Customer, contact: Contact | None) -> Contact | None:
    """The contact, locked: it cannot be removed while a follow-up comes to name it."""
    if contact is None:
        return None
    held = Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk, customer=customer)
    found = held.first()
    if found is None:
        raise FollowUpRefused(
            _("This contact was removed meanwhile."), code="unknown_value", field="contact"
        )
    return found


def follow_up_facts(follow_up: FollowUp) -> dict[str, Any]:
    """What the audit trail keeps of a follow-up."""
    return {
        "at": follow_up.at,
        "on_day": follow_up.on_day,
        "contact_name": follow_up.contact_name,
        "channel": follow_up.channel,
        "outcome": follow_up.outcome,
        "reason": follow_up.reason,
        "note": follow_up.note,
        "next_on": follow_up.next_on,
    }


def _record(follow_up: FollowUp, by: Person, verb: str) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="followup",
        subject_id=follow_up.public_id,
        customer_id=follow_up.customer_id,
        payload=follow_up_facts(follow_up),
    )
