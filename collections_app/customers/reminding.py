"""Whether mail to a customer leaves by itself, after approval, or never."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers.models import Customer
from collections_app.customers.trail import record_act
from collections_app.organisation.models import ReminderMode


class RemindingRefused(Refused):
    """A customer cannot be reminded like this."""


def set_reminder_mode(*, customer: Customer, mode: str, expected: str, by: Person) -> Customer:
    """Let mail to the customer leave as ``mode`` says; ``expected`` is the one that was seen.

    Raises ``RemindingRefused``: ``unknown_value``, ``unchanged``; ``Overtaken`` where somebody was
    first.
    """
    if mode not in ReminderMode.values:
        raise RemindingRefused(
            _("This value is not known here."), code="unknown_value", field="mode"
        )
    with transaction.atomic():
        held = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if held.reminder_mode != expected:
            raise Overtaken(
                _("It was changed meanwhile: now %(mode)s.")
                % {"mode": held.get_reminder_mode_display()},
                field="mode",
            )
        if held.reminder_mode == mode:
            raise RemindingRefused(_("It is set so already."), code="unchanged", field="mode")
        former, held.reminder_mode = held.reminder_mode, mode
        held.save(update_fields=["reminder_mode"])
        record_act(
            actor=by,
            verb="remind",
            subject_kind="customer",
            subject_id=held.public_id,
            customer_id=held.pk,
            payload={"before": {"mode": former}, "after": {"mode": mode}},
        )
    return held
