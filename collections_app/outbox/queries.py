"""What is in the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Now

from collections_app.outbox.models import Message, MessageState

WAITING = (MessageState.QUEUED, MessageState.SENDING)


def waiting() -> QuerySet[Message]:
    """Messages that should have left by now, by the database's clock, in someone's hands or not."""
    return Message.objects.filter(state__in=WAITING, due_at__lte=Now())


def due() -> QuerySet[Message]:
    """Messages that could be sent now: due, and in nobody's hands."""
    return waiting().filter(Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))


def due_count() -> int:
    """How many could be sent now."""
    return due().count()


def waiting_count() -> int:
    """How many are due now and have not left.

    What another sender has in hand counts too: if it died, its mail is still to be sent.
    """
    return waiting().count()


def oldest_due_at() -> datetime | None:
    """Since when the oldest message that should have left is waiting."""
    oldest: datetime | None = waiting().aggregate(oldest=Min("due_at"))["oldest"]
    return oldest


def oldest_due_age() -> timedelta | None:
    """For how long the oldest message that should have left has been waiting; None for none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT statement_timestamp() - min(due_at) FROM outbox_message
            WHERE state IN ('queued', 'sending') AND due_at <= statement_timestamp()
            """
        )
        row = cursor.fetchone()
    return row[0] if row else None


def counts_by_state() -> dict[str, int]:
    """How many messages are in each state; states without any are 0."""
    found = Message.objects.order_by().values_list("state").annotate(number=Count("pk"))
    return dict.fromkeys(MessageState.values, 0) | dict(found)


def listing(*, state: str | None = None) -> QuerySet[Message]:
    """The messages, oldest first; of one state if given."""
    messages = Message.objects.order_by("created_at", "pk")
    return messages.filter(state=state) if state else messages
