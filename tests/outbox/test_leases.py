"""Leases that run out by the clock: senders killed or blind to them, and what the sink then got."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from collections_app.outbox import operations
from collections_app.outbox.models import Message
from tests.outbox.conftest import Queue, send_due
from tests.outbox.test_kills import start_sender
from tests.racing import side_by_side
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 8
MAILS = 150
RACED = 12
LEASE_CHECK = "AND (lease_until IS NULL OR lease_until < statement_timestamp())"
SKIPPING = "FOR UPDATE SKIP LOCKED"
SECONDS_TO_PREPARE = 0.04
# The product's own sender, but for a lease of a second; rendering takes a while, as it does. A
# loaded process forks one after another, as each is killed: what takes time is loading.
SENDERS = f"""
import os, time, django; django.setup()
from datetime import timedelta
from collections_app.outbox import delivery, operations
from tests.outbox.conftest import say_key
assert operations.CLAIM.count("30 seconds") == 1
operations.CLAIM = operations.CLAIM.replace("30 seconds", "1 second")
operations.LEASE = timedelta(seconds=1)
delivery.SECONDS_TO_HAND_OVER = 0.5
loader = os.getpid()
def orphaned():
    return os.getppid() != loader
def prepare(message):
    time.sleep({SECONDS_TO_PREPARE})
    return say_key(message)
while pid := os.fork():
    print(pid, flush=True)
    os.waitpid(pid, 0)
while not orphaned():
    delivery.deliver_due(prepare=prepare, stop=orphaned)
    time.sleep(0.05)
"""


def race(sink: SmtpSink) -> None:
    """Two senders from the same instant on, until all is sent or any of it twice."""
    sink.seconds_for_mail = 0.02
    send = partial(send_due, seconds=20, stop=lambda: doubles(sink) > 0)
    side_by_side(send, send)


def doubles(sink: SmtpSink) -> int:
    return len(sink.message_ids) - len(set(sink.message_ids))


def kill_in_full_swing(sender: int, sink: SmtpSink) -> None:
    """Kill a sender at any instant after its first few mails."""
    enough = len(sink.accepted) + random.randint(2, 8)
    wait_until(lambda: len(sink.accepted) >= enough)
    time.sleep(random.uniform(0, 3 * SECONDS_TO_PREPARE))
    os.kill(sender, signal.SIGKILL)


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline, "the senders are stuck"
        time.sleep(0.002)


def kill_senders(sink: SmtpSink) -> bool:
    """Kill one after another, then let one live until all is sent; False if nothing was left."""
    loader = start_sender(SENDERS, sink)
    assert loader.stdout is not None
    try:
        for _ in range(KILLS):
            kill_in_full_swing(int(loader.stdout.readline()), sink)
        left = some_left()
        # Of what the dead had in hand too, once their leases have run out.
        wait_until(lambda: not some_left())
    finally:
        loader.kill()
        # The last sender has the same output, and ends when it finds itself orphaned.
        loader.communicate()
    return left


def some_left() -> bool:
    return Message.objects.exclude(state="sent").exists()


def test_two_senders_at_once_send_each_once(smtp_sink: SmtpSink, queue: Queue) -> None:
    messages = [queue() for _ in range(RACED)]
    race(smtp_sink)
    assert sorted(smtp_sink.message_ids) == sorted(message.message_id for message in messages)


def test_two_senders_that_do_not_look_at_leases_send_doubles(
    smtp_sink: SmtpSink, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert operations.CLAIM.count(LEASE_CHECK) == operations.CLAIM.count(SKIPPING) == 1
    blind = operations.CLAIM.replace(LEASE_CHECK, "").replace(SKIPPING, "")
    monkeypatch.setattr(operations, "CLAIM", blind)
    for _ in range(RACED):
        queue()
    race(smtp_sink)
    assert doubles(smtp_sink) > 0


@pytest.mark.slow
def test_killed_senders_lose_nothing_and_few_mails_leave_twice(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    messages = [queue() for _ in range(MAILS)]
    # Kills after the last mail would prove nothing.
    assert kill_senders(smtp_sink)
    taken = Counter(smtp_sink.message_ids)
    assert set(taken) == {message.message_id for message in messages}
    doubled = {id_ for id_, times in taken.items() if times > 1}
    in_doubt = Message.objects.filter(in_doubt__gt=0).values_list("message_id", flat=True)
    assert doubled <= set(in_doubt)
    assert doubles(smtp_sink) <= MAILS * 0.02
