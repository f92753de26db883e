"""A person sends a message once more: one that died under its own name, one that left as a copy."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.chat import masked
from collections_app.accounts.models import Person, Role
from collections_app.accounts.operations import record
from collections_app.core.refusals import Refused
from collections_app.customers.models import Contact
from collections_app.customers.trail import acting_for
from collections_app.notices.by_chat import chat_of
from collections_app.notices.mail_log import is_secret
from collections_app.notices.models import Notice
from collections_app.organisation.models import ReminderMode
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.resending import queue_again, send_copy

SENDERS = (Role.REP, Role.MANAGER, Role.ADMIN)


class ResendRefused(Refused):
    """The message cannot be sent once more."""


def may_resend(message: Message, *, by: Person) -> bool:
    """Whether ``by``, who sees the message, may send it once more.

    One that died is worded anew; one that has left says what it said, so that the person has to be
    allowed to read all of it (``is_whole``), and it carries no secret. What was said in a chat is
    not said there twice.
    """
    if by.role not in SENDERS:
        return False
    if message.state == MessageState.DEAD:
        return True
    if message.is_chat:
        return False
    is_whole: bool = message.is_whole  # type: ignore[attr-defined]
    return message.state == MessageState.SENT and is_whole and not is_secret(message)


def resend(*, message: Message, by: Person) -> Message:
    """Send a message once more, to where its recipient is reached now; return the one queued.

    Raises ``ResendRefused``: ``state`` where it is neither dead nor sent or may not be sent by
    ``by``, ``no_address``, ``disabled`` or ``never`` where the recipient gets no mail.
    """
    with transaction.atomic():
        held = Message.objects.select_for_update(of=("self",)).select_related("person")
        row = held.get(pk=message.pk)
        row.is_whole = message.is_whole  # type: ignore[attr-defined]
        if not may_resend(row, by=by):
            raise ResendRefused(
                _("Only what was sent or is undeliverable can be sent once more."), code="state"
            )
        address = _present_address(row)
        if row.state == MessageState.SENT:
            queued = send_copy(row, to_address=address)
        else:
            queue_again(row, to_address=address)
            queued = row
        told = Notice.objects.filter(message=row.carrier_id, customer__isnull=False)
        about = told.order_by("pk").values_list("customer", flat=True).first()
        record(
            actor=by,
            on_behalf_of=acting_for(by, about) if about else None,
            verb="resend",
            subject_kind="message",
            subject_id=str(queued.public_id),
            customer_id=about,
            payload={"email": address},
        )
    return queued


def _present_address(message: Message) -> str:
    """Where the recipient is reached now; refuses one who gets no mail."""
    if message.person is not None:
        if not message.person.is_active:
            raise ResendRefused(
                _("%(name)s may not sign in.") % {"name": message.person.name}, code="disabled"
            )
        if not message.is_chat:
            return message.person.email
        if (chat := chat_of(message.person, message.kind)) is None:
            raise ResendRefused(
                _("%(name)s has no chat address.") % {"name": message.person.name},
                code="no_address",
            )
        return masked(chat)
    contacts = Contact.objects.filter(notices__message=message.carrier_id)
    contact = contacts.select_related("customer").order_by("pk").first()
    if contact is None:
        return message.to_address
    if contact.customer.reminder_mode == ReminderMode.NEVER:
        raise ResendRefused(
            _("%(customer)s gets no mail: that is how the customer is set.")
            % {"customer": contact.customer.name},
            code="never",
        )
    if not contact.email:
        raise ResendRefused(
            _("%(name)s has no e-mail address.") % {"name": contact.name}, code="no_address"
        )
    return contact.email
