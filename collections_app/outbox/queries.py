"""What is in the outbox."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Now

from collections_app.outbox.models import Message, MessageState

WAITING = (MessageState.QUEUED, MessageState.SENDING)


def due() -> QuerySet[Message]:
    """Messages that could be sent now: due, and in nobody's hands."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Message.objects.filter(free, state__in=WAITING, due_at__lte=Now())


def due_count() -> int:
    """How many could be sent now."""
    return due().count()


def oldest_due_at() -> datetime | None:
    """Since when the oldest message that should have left is waiting."""
    waiting = Message.objects.filter(state__in=WAITING, due_at__lte=Now())
    oldest: datetime | None = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    return oldest
