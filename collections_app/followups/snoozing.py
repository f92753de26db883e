"""Putting a thing to do off until a day, with a reason; and setting a decision aside as seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer
from collections_app.customers.trail import record_act
from collections_app.followups.models import Request, RequestState, Snooze

MOST_DAYS: Final = 30
LONGEST_REASON: Final = 500


class SnoozeRefused(Refused):
    """A thing to do cannot be put off like this."""


def snooze(
    *, customer: Customer, kind: str, subject: str, until: date, reason: str, by: Person, on: date
) -> Snooze:
    """Put the thing off: it comes back on the day ``until``. Put off again, the later word holds.

    ``kind`` and ``subject`` name the thing as *Today* does. Raises ``SnoozeRefused``: ``required``
    without a reason, ``out_of_range`` for a day that is not to come or more than 30 days ahead.
    """
    if not reason.strip():
        raise SnoozeRefused(_("Say why it can wait."), code="required", field="reason")
    if len(reason) > LONGEST_REASON:
        raise SnoozeRefused(_("This reason is too long."), code="too_long", field="reason")
    latest = on + timedelta(days=MOST_DAYS)
    if not on < until <= latest:
        raise SnoozeRefused(
            _("Choose a day to come, %(day)s at the latest.") % {"day": date_format(latest)},
            code="out_of_range",
            field="until",
        )
    with transaction.atomic():
        made, _is_new = Snooze.objects.update_or_create(
            customer=customer,
            kind=kind,
            subject=subject,
            defaults={"until": until, "reason": reason, "entered_by": by, "entered_at": Now()},
        )
        _record(made, by, "snooze")
    return made


def wake(*, customer: Customer, kind: str, subject: str, by: Person) -> None:
    """Let the thing come back now; again changes nothing."""
    with transaction.atomic():
        held = Snooze.objects.select_for_update().filter(
            customer=customer, kind=kind, subject=subject
        )
        found = held.first()
        if found is not None:
            _record(found, by, "wake")
            found.delete()


def set_aside(*, request: Request, by: Person, seen: bool = True) -> None:
    """Note that whoever asked has seen the decision (or, undone, has not); again changes nothing.

    Raises ``SnoozeRefused`` with ``not_allowed`` for anybody else, and where nothing is decided.
    """
    decided = Request.objects.filter(
        Q(asked_by=by) | Q(on_behalf_of=by),
        pk=request.pk,
        state__in=(RequestState.APPROVED, RequestState.REFUSED),
    )
    if not decided.exists():
        raise SnoozeRefused(
            _("Only who asked for it can set a decision aside."), code="not_allowed"
        )
    decided.filter(seen_at__isnull=seen).update(seen_at=Now() if seen else None)


def _record(row: Snooze, by: Person, verb: str) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="snooze",
        subject_id=row.pk,
        customer_id=row.customer_id,
        payload={
            "thing": row.kind,
            "subject": row.subject,
            "until": row.until,
            "reason": row.reason,
        },
    )
