"""Senders side by side: no mail leaves twice. With the protection off, it does."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from collections_app.outbox import operations
from collections_app.outbox.channels import channel
from collections_app.outbox.models import Message
from collections_app.outbox.queries import due
from tests.outbox.conftest import Queue, send_due
from tests.racing import side_by_side
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)

SENDERS = 4
MAILS = 40


def send_without_lease() -> None:
    """The naive way: read what is due, send it, mark it."""
    line = channel()
    for message in list(due().order_by("pk")):
        message.subject, message.body_text = "Subject", "Text\n"
        line.send(message, until=float("inf"))
        Message.objects.filter(pk=message.pk).update(state="sent", sent_at=Now())
    line.close()


def test_senders_side_by_side_send_each_mail_once(smtp_sink: SmtpSink, queue: Queue) -> None:
    messages = [queue() for _ in range(MAILS)]
    side_by_side(*[send_due] * SENDERS)
    assert sorted(smtp_sink.message_ids) == sorted(message.message_id for message in messages)
    assert set(Message.objects.values_list("state", "attempts", "in_doubt")) == {("sent", 1, 0)}


def test_without_the_lease_the_same_senders_send_doubles(smtp_sink: SmtpSink, queue: Queue) -> None:
    for _ in range(MAILS):
        queue()
    side_by_side(*[send_without_lease] * SENDERS)
    assert len(smtp_sink.message_ids) > MAILS
    assert len(set(smtp_sink.message_ids)) == MAILS


def test_who_claims_while_another_does_neither_waits_nor_takes_the_same(queue: Queue) -> None:
    first, second = queue(), queue()
    found: list[list[int]] = []

    def claim_the_rest() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        found.append(operations.claim(token=uuid4()))
        connection.close()

    with transaction.atomic():
        assert operations.claim(token=uuid4(), limit=1) == [first.pk]
        other = threading.Thread(target=claim_the_rest)
        other.start()
        other.join()
    assert found == [[second.pk]]
