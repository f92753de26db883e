"""The mail log: which messages a person may see, and which of them as a whole."""

from __future__ import annotations

from typing import Final

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from collections_app.accounts.models import Person, Role
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice
from collections_app.notices.secret_mail import KINDS
from collections_app.outbox.models import Message, MessageState

MOST_NOTICES: Final = 200


def messages_visible_to(person: Person) -> QuerySet[Message]:
    """The messages that ``person`` may see: to themselves, or of a customer that they may see.

    Finance and administrators see all. Annotates ``is_whole``: whether what it says may be shown,
    since a message may also tell of customers that are not the person's. What was sent to oneself
    has been read already.
    """
    if not person.is_active:
        return Message.objects.none()
    if person.role in (Role.ADMIN, Role.FINANCE):
        return Message.objects.annotate(is_whole=Value(True, output_field=BooleanField()))
    visible = Customer.objects.visible_to(person)
    of_theirs = Notice.objects.filter(customer__in=visible, message__isnull=False).values("message")
    # One sent once more, or by chat beside its mail, tells what the first one did.
    first = Coalesce(OuterRef("resend_of_id"), OuterRef("twin_of_id"), OuterRef("pk"))
    others = Notice.objects.filter(message=first).exclude(customer__in=visible)
    # A digest names customers that no notice of it does: it is whole to its reader alone.
    whole = (
        Q(person=person, state=MessageState.SENT)
        | Q(Q(person=person), ~Exists(others.filter(customer__isnull=False)))
        | ~Exists(others)
    )
    return Message.objects.filter(
        Q(person=person)
        | Q(pk__in=of_theirs)
        | Q(resend_of__in=of_theirs)
        | Q(twin_of__in=of_theirs)
    ).annotate(is_whole=ExpressionWrapper(whole, output_field=BooleanField()))


def notices_told(message: Message, *, to: Person) -> tuple[list[Notice], int]:
    """The notices of a message that ``to`` may know of, and how many others it carries."""
    carried = Notice.objects.filter(message=message.carrier_id)
    if to.role not in (Role.ADMIN, Role.FINANCE):
        visible = Customer.objects.visible_to(to)
        told = carried.filter(Q(customer__in=visible) | Q(customer__isnull=True))
    else:
        told = carried
    rows = list(
        told.select_related("customer", "instalment__commitment", "request__commitment").order_by(
            "pk"
        )[:MOST_NOTICES]
    )
    return rows, carried.count() - len(rows)


def is_secret(message: Message) -> bool:
    """Whether the message carries a link by which one signs in: what it said is shown to nobody."""
    return message.kind in KINDS
