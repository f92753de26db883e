"""Senders killed at any instant: nothing is lost, and every double is on record as in doubt."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.conf import settings as current
from django.db import connection

from collections_app.outbox.models import Message
from collections_app.outbox.queries import waiting_count
from tests.conftest import Cast
from tests.notices.conftest import make_lapsed, owe_lapsed
from tests.outbox.conftest import Queue, end_leases, fresh, send_due
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = float(os.environ.get("KEPT_CHAOS_SECONDS", "8"))
MAILS = int(os.environ.get("KEPT_CHAOS_MAILS", "150"))
SETUP = "import time, django; django.setup()"
LOOP = """
from tests.outbox.conftest import send_due
while True:
    if not send_due().left:
        time.sleep(0.05)
"""
SENDER = SETUP + LOOP
# Marked first, sent after: whoever is killed in between loses the mail.
MARK_FIRST = """
from collections_app.outbox import operations
keep = operations.keep_rendered
def mark_first(*args, token, **rest):
    ours = keep(*args, token=token, **rest)
    return ours and operations.mark_sent(*args, token=token, channel="smtp")
operations.keep_rendered = mark_first
"""
CARELESS = SETUP + MARK_FIRST + LOOP
COMMAND = "from django.core.management import execute_from_command_line as run, sys; run(sys.argv)"


def start_sender(code: str, sink: SmtpSink, *words: str) -> subprocess.Popen[bytes]:
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
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], env=environment, stdout=subprocess.PIPE
    )


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


def kill_when(event: threading.Event, code: str, sink: SmtpSink) -> None:
    """Start one sender and kill it at the moment that the mail server tells."""
    event.clear()
    sender = start_sender(code, sink)
    try:
        assert event.wait(20)
    finally:
        sender.kill()
        sender.wait()


def finish(sink: SmtpSink) -> None:
    """Send the rest at leisure, once the leases of the dead have run out."""
    sink.seconds_for_recipient = sink.seconds_for_mail = 0
    for _ in range(100):
        end_leases()
        send_due()
        if not Message.objects.exclude(state="sent").exists():
            return
        time.sleep(0.1)


@pytest.mark.slow
def test_killed_senders_lose_nothing_and_every_double_is_in_doubt(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    messages = [queue() for _ in range(MAILS)]
    smtp_sink.seconds_for_recipient = smtp_sink.seconds_for_mail = 0.02
    kills = kill_now_and_then(SENDER, smtp_sink, enough=lambda: not waiting_count())
    finish(smtp_sink)
    assert kills > 0
    taken = Counter(smtp_sink.message_ids)
    assert set(taken) == {message.message_id for message in messages}
    doubled = {id_ for id_, times in taken.items() if times > 1}
    in_doubt = Message.objects.filter(in_doubt__gt=0).values_list("message_id", flat=True)
    assert doubled <= set(in_doubt)


def test_a_sender_killed_before_the_answer_leaves_one_double_in_doubt(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    message = queue()
    smtp_sink.seconds_for_mail = 2
    kill_when(smtp_sink.taken, SENDER, smtp_sink)
    finish(smtp_sink)
    assert smtp_sink.message_ids == [message.message_id] * 2
    assert (fresh(message).state, fresh(message).in_doubt) == ("sent", 1)


def test_a_sender_killed_before_the_mail_loses_nothing(smtp_sink: SmtpSink, queue: Queue) -> None:
    message = queue()
    smtp_sink.seconds_for_recipient = 2
    kill_when(smtp_sink.asked, SENDER, smtp_sink)
    finish(smtp_sink)
    assert smtp_sink.message_ids == [message.message_id]


def test_with_the_mark_before_the_sending_the_same_kill_loses_the_mail(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    message = queue()
    smtp_sink.seconds_for_recipient = 2
    kill_when(smtp_sink.asked, CARELESS, smtp_sink)
    finish(smtp_sink)
    assert smtp_sink.message_ids == []
    assert fresh(message).state == "sent"


def test_the_command_finishes_the_mail_in_hand_when_told_to_end(
    smtp_sink: SmtpSink, cast: Cast
) -> None:
    owe_lapsed(make_lapsed(cast.east_rep), make_lapsed(cast.west_rep, code="W-1"))
    smtp_sink.seconds_for_mail = 1
    sender = start_sender(COMMAND, smtp_sink, "send", "--until-empty", "--json")
    assert smtp_sink.taken.wait(20)
    sender.terminate()
    said, _ = sender.communicate(timeout=20)
    assert json.loads(said) == {"sent": 1, "withdrawn": 0, "failed": 0, "in_doubt": 0, "left": 1}
    assert sender.returncode == 1
    assert sorted(Message.objects.values_list("state", "in_doubt")) == [("queued", 0), ("sent", 0)]
