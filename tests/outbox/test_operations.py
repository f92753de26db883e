"""Leases: what one sender holds no other touches, and what became of a try is on record."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection

from collections_app.core.clock import now
from collections_app.outbox import operations
from collections_app.outbox.models import Message
from collections_app.outbox.queries import (
    counts_by_state,
    due_count,
    oldest_due_age,
    oldest_due_at,
    waiting_count,
)
from tests.outbox.conftest import Queue, end_leases, fresh

pytestmark = pytest.mark.django_db


def test_what_is_leased_is_not_leased_again(queue: Queue) -> None:
    message = queue()
    assert operations.claim(token=uuid4()) == [message.pk]
    assert operations.claim(token=uuid4()) == []
    assert (due_count(), waiting_count()) == (0, 1)


def test_a_lease_that_ran_out_makes_its_message_due_again(queue: Queue) -> None:
    message = queue()
    operations.claim(token=uuid4())
    end_leases()
    assert operations.claim(token=uuid4()) == [message.pk]


def test_only_what_is_due_and_waiting_is_leased(queue: Queue) -> None:
    queue(due_at=now() + timedelta(minutes=1))
    queue(state="held")
    queue(state="awaiting_approval")
    queue(state="dead", reason="refused")
    assert operations.claim(token=uuid4()) == []


def test_at_most_as_many_as_asked_for_are_leased_the_longest_due_first(queue: Queue) -> None:
    late = queue()
    early = queue(due_at=now() - timedelta(hours=1))
    assert operations.claim(token=uuid4(), limit=1) == [early.pk]
    assert operations.claim(token=uuid4(), limit=1) == [late.pk]


def test_the_date_is_fixed_by_the_first_claim(queue: Queue) -> None:
    message = queue()
    operations.claim(token=uuid4())
    first = fresh(message).dated_at
    end_leases()
    operations.claim(token=uuid4())
    assert first is not None
    assert fresh(message).dated_at == first


def test_each_step_is_refused_to_who_lost_the_lease(queue: Queue) -> None:
    message, former, present = queue(), uuid4(), uuid4()
    operations.claim(token=former)
    end_leases()
    operations.claim(token=present)
    id_ = message.pk
    assert not operations.stamp_sending(id_, token=former)
    assert not operations.keep_rendered(id_, token=former, subject="x", text="x", html="x")
    assert not operations.mark_sent(id_, token=former, channel="smtp")
    assert not operations.mark_withdrawn(id_, token=former, reason="paid")
    assert not operations.mark_failed(id_, token=former, error="x")
    unchanged = fresh(message)
    assert (unchanged.state, unchanged.attempts, unchanged.subject) == ("queued", 0, "")
    assert unchanged.lease_token == present


def test_a_lease_that_ran_out_allows_no_sending_even_if_nobody_else_came(queue: Queue) -> None:
    message, token = queue(), uuid4()
    operations.claim(token=token)
    end_leases()
    assert not operations.stamp_sending(message.pk, token=token)
    assert not operations.keep_rendered(message.pk, token=token, subject="", text="", html="")


def test_mail_found_half_sent_is_in_doubt(queue: Queue) -> None:
    message, first, second = queue(), uuid4(), uuid4()
    operations.claim(token=first)
    operations.stamp_sending(message.pk, token=first)
    assert (fresh(message).attempts, fresh(message).in_doubt) == (1, 0)
    end_leases()
    operations.claim(token=second)
    operations.stamp_sending(message.pk, token=second)
    assert (fresh(message).attempts, fresh(message).in_doubt) == (2, 1)


@pytest.mark.parametrize(
    ("attempts", "pause"), [(1, 0.5), (2, 1.0), (3, 2.0), (10, 256.0), (100, 10_800.0)]
)
def test_the_pause_doubles_from_half_a_second_to_three_hours(
    queue: Queue, attempts: int, pause: float
) -> None:
    message, token = queue(attempts=attempts), uuid4()
    operations.claim(token=token)
    before = now()
    operations.mark_failed(message.pk, token=token, error="450 later")
    failed = fresh(message)
    waits = (failed.due_at - before).total_seconds()
    assert 0.8 * pause <= waits <= 1.2 * pause + 1
    assert (failed.state, failed.last_error, failed.lease_token) == ("queued", "450 later", None)


def test_what_a_backup_held_back_leaves_when_released(queue: Queue) -> None:
    queued, sending, sent = queue(), queue(state="sending"), queue(state="sent", sent_at=now())
    assert operations.hold_waiting() == 2
    assert operations.claim(token=uuid4()) == []
    assert fresh(sending).in_doubt == 1
    assert operations.release_held() == 2
    assert operations.claim(token=uuid4()) == [queued.pk, sending.pk]
    assert fresh(sent).state == "sent"


def test_what_was_claimed_and_not_tried_is_given_back(queue: Queue) -> None:
    message, token = queue(), uuid4()
    operations.claim(token=token)
    assert operations.give_back([message.pk], token=uuid4()) == 0
    assert operations.give_back([message.pk], token=token) == 1
    assert due_count() == 1


def test_a_message_is_queued_once_for_its_key(queue: Queue) -> None:
    message = queue()
    with pytest.raises(IntegrityError):
        queue(key=message.key)


def test_counts_and_ages_of_an_empty_outbox(db: None) -> None:
    assert (oldest_due_at(), oldest_due_age()) == (None, None)
    assert set(counts_by_state().values()) == {0}


def test_counts_and_ages(queue: Queue) -> None:
    message = queue(due_at=now() - timedelta(minutes=10))
    queue(state="held", due_at=now() - timedelta(hours=1))
    age = oldest_due_age()
    assert age is not None
    assert timedelta(minutes=10) <= age < timedelta(minutes=11)
    assert oldest_due_at() == message.due_at
    assert (counts_by_state()["queued"], counts_by_state()["held"]) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_mark_survives_a_database_that_went_away(queue: Queue) -> None:
    message, token = queue(), uuid4()
    operations.claim(token=token)
    operations.stamp_sending(message.pk, token=token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [own])
    assert operations.mark_sent(message.pk, token=token, channel="smtp")
    assert Message.objects.get().state == "sent"
