"""A clock that a test sets, and customers with somebody to write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from collections_app.customers.models import Contact, Customer
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import business_hours, organisation
from collections_app.outbox.delivery import Outcome, deliver_due
from collections_app.outbox.models import Message, MessageState
from collections_app.reminders.mail import prepare

REAL_NOW = timezone.now


class Clockwork:
    """Says what time it is to all but the database, whose own times are put right afterwards."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def set(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """Let it be that hour of the day, in the organisation's zone."""
        zone = ZoneInfo(Organisation.objects.values_list("time_zone", flat=True).get())
        instant = datetime.combine(day, time(hour, minute), zone)
        self._patch.setattr(timezone, "now", lambda: instant)
        return instant

    def deliver(self, day: date, hour: int = 10) -> Outcome:
        """Send what is due at that hour of the day, as if it were now."""
        instant = self.set(day, hour)
        with _as_due(instant):
            return deliver_due(prepare=prepare)


@contextmanager
def _as_due(instant: datetime) -> Iterator[None]:
    """What is due by the instant is due by the database's clock, and what was sent was sent then;
    what was put off is due in the next business hours. All else lies far ahead meanwhile.
    """
    queued = Message.objects.filter(state=MessageState.QUEUED)
    ahead = dict(queued.filter(due_at__gt=instant).values_list("pk", "due_at"))
    sent = set(Message.objects.filter(state=MessageState.SENT).values_list("pk", flat=True))
    queued.filter(pk__in=ahead).update(due_at=REAL_NOW() + timedelta(days=9999))
    queued.exclude(pk__in=ahead).update(due_at=REAL_NOW() - timedelta(seconds=1))
    try:
        yield
    finally:
        for id_, due_at in ahead.items():
            Message.objects.filter(pk=id_).update(due_at=due_at)
        left = Message.objects.filter(state=MessageState.SENT).exclude(pk__in=sent)
        left.update(sent_at=instant)
        put_off = queued.exclude(pk__in=ahead).filter(attempts=0)
        put_off.update(due_at=business_hours().next_at(instant))


@pytest.fixture
def clock(db: None, monkeypatch: pytest.MonkeyPatch) -> Clockwork:
    """A clock to be set."""
    organisation()
    return Clockwork(monkeypatch)


def reachable(
    customer: Customer, *, mode: str = "automatic", language: str = "en", email: str = "zhou@c.test"
) -> Contact:
    """Somebody at the customer to write to; mail leaves by itself unless told."""
    Customer.objects.filter(pk=customer.pk).update(reminder_mode=mode)
    customer.reminder_mode = mode
    return Contact.objects.create(
        customer=customer, name="Ms Zhou", email=email, language=language, is_primary=True
    )
