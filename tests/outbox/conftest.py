"""A mail server, and mail to be sent to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from pytest_django import Settings

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.outbox.delivery import Outcome, Rendered, deliver_due
from collections_app.outbox.models import Message
from collections_app.outbox.operations import Recipient, digest_of, enqueue
from tests.builders import make_person
from tests.smtp_sink import SmtpSink

_numbers = count(1)
Queue = Callable[..., Message]


def send_due(**options: Any) -> Outcome:
    """Send what is due, each message saying its own key."""
    return deliver_due(prepare=say_key, **options)


def say_key(message: Message) -> Rendered:
    return Rendered(f"Subject {message.key[:6]}", f"Text of {message.key}\n", "<p>Words</p>")


@pytest.fixture
def smtp_sink(settings: Settings) -> Iterator[SmtpSink]:
    """A running mail server that the outbox is set to."""
    sink = SmtpSink()
    sink.start()
    settings.DEFAULT_FROM_EMAIL = "Kept <kept@kept.test>"
    settings.KEPT_EMAIL = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": sink.port,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    }
    yield sink
    sink.stop()


@pytest.fixture
def queue() -> Queue:
    """Queue a message that is due: ``queue(to="…")``."""

    def queue_one(*, to: str = "", person: Person | None = None, **changes: Any) -> Message:
        person = person or make_person()
        number = next(_numbers)
        message = enqueue(
            key=digest_of([f"test/{number}"]),
            kind="lapsed",
            to=Recipient(person.email, person.language, person),
            due_at=now() - timedelta(minutes=1),
        )
        changes |= {"to_address": to} if to else {}
        Message.objects.filter(pk=message.pk).update(**changes)
        message.refresh_from_db()
        return message

    return queue_one


def fresh(message: Message) -> Message:
    """The message as it is in the database now."""
    return Message.objects.get(pk=message.pk)


def make_due(*messages: Message) -> None:
    """Let what waits after a failure be due now."""
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(due_at=now() - timedelta(seconds=1))


def end_leases() -> None:
    """Let half a minute pass for those who hold a lease."""
    Message.objects.filter(lease_until__isnull=False).update(
        lease_until=now() - timedelta(seconds=1)
    )
