"""Senders killed at any instant: nothing is lost, and every double is on record as in doubt."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.conf import settings as current
from django.db import connection

from collections_app.outbox.models import Message
from collections_app.outbox.queries import waiting_count
from tests.outbox.conftest import Queue, end_leases
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = float(os.environ.get("KEPT_CHAOS_SECONDS", "8"))
MAILS = int(os.environ.get("KEPT_CHAOS_MAILS", "150"))
SENDER = """
import django; django.setup()
from tests.outbox.conftest import send_due
while True:
    if not send_due().left:
        import time; time.sleep(0.05)
"""
# Marked first, sent after: whoever is killed in between loses the mail.
CARELESS = """
import django; django.setup()
from collections_app.outbox import delivery, operations
def mark_first(*args, token, **rest):
    ours = keep(*args, token=token, **rest)
    return ours and operations.mark_sent(*args, token=token, channel="smtp")
keep, operations.keep_rendered = operations.keep_rendered, mark_first
""" + SENDER.partition("\n")[2].partition("\n")[2]


def start_sender(code: str, sink: SmtpSink) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = os.environ | {
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "PYTHONPATH": str(current.BASE_DIR),
        "DJANGO_SETTINGS_MODULE": "collections_app.settings",
        "DEFAULT_FROM_EMAIL": current.DEFAULT_FROM_EMAIL,
        "LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen([sys.executable, "-c", code], env=environment)


def kill_now_and_then(code: str, sink: SmtpSink, *, enough: Callable[[], bool]) -> int:
    """Keep two senders alive that are killed every other moment; return how often one was."""
    senders = [start_sender(code, sink) for _ in range(2)]
    kills, deadline = 0, time.monotonic() + SECONDS
    try:
        while time.monotonic() < deadline and not enough():
            # Long enough for Python to start, and for some mail.
            time.sleep(random.uniform(1.2, 1.8))
            victim = random.randrange(2)
            senders[victim].kill()
            senders[victim].wait()
            kills += 1
            # Half a minute passes at once for the one that died; a living one's lease runs out
            # too, and its fence must hold.
            end_leases()
            senders[victim] = start_sender(code, sink)
    finally:
        for sender in senders:
            sender.kill()
            sender.wait()
    return kills


def slowed(sink: SmtpSink) -> None:
    """Let each mail take a while at the server, so that kills strike in the middle of one."""
    sink.seconds_per_mail = 0.03


@pytest.mark.slow
def test_killed_senders_lose_nothing_and_every_double_is_in_doubt(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    messages = [queue() for _ in range(MAILS)]
    slowed(smtp_sink)
    kills = kill_now_and_then(SENDER, smtp_sink, enough=lambda: not waiting_count())
    end_leases()
    _finish(smtp_sink)
    assert kills > 0
    taken = Counter(smtp_sink.message_ids)
    assert set(taken) == {message.message_id for message in messages}
    doubled = {id_ for id_, times in taken.items() if times > 1}
    in_doubt = set(Message.objects.filter(in_doubt__gt=0).values_list("message_id", flat=True))
    assert doubled <= in_doubt
    assert len(in_doubt) <= 4 * (kills + 2)


def _finish(sink: SmtpSink) -> None:
    sink.seconds_per_mail = 0
    from tests.outbox.conftest import send_due

    for _ in range(100):
        send_due()
        if not Message.objects.exclude(state="sent").exists():
            return
        time.sleep(0.1)


@pytest.mark.slow
def test_with_the_mark_before_the_sending_killed_senders_lose_mail(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    messages = [queue() for _ in range(MAILS)]
    slowed(smtp_sink)
    lost: set[str] = set()

    def lost_one() -> bool:
        marked = set(Message.objects.filter(state="sent").values_list("message_id", flat=True))
        time.sleep(0.2)
        lost.update(marked - set(smtp_sink.message_ids))
        return bool(lost)

    kill_now_and_then(CARELESS, smtp_sink, enough=lost_one)
    time.sleep(0.2)
    assert len(messages) == MAILS
    assert lost - set(smtp_sink.message_ids)
