"""The outbox promises: what is owed leaves, under one Message-ID, and a failure shows."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from collections_app.core.clock import now
from collections_app.outbox import operations
from collections_app.outbox.delivery import Outcome, Postponed, Rendered, Withdrawn, deliver_due
from collections_app.outbox.models import Message
from tests.outbox.conftest import Queue, end_leases, fresh, make_due, say_key, send_due
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db


def test_what_is_due_leaves_once_and_is_kept_as_sent(smtp_sink: SmtpSink, queue: Queue) -> None:
    message = queue(to="anna@kept.test")
    assert send_due() == Outcome(sent=1)
    assert send_due() == Outcome()
    sent = fresh(message)
    assert smtp_sink.message_ids == [message.message_id]
    assert (sent.state, sent.channel, sent.attempts, sent.in_doubt) == ("sent", "smtp", 1, 0)
    assert sent.sent_at is not None
    assert sent.lease_token is None
    assert sent.body_text == f"Text of {message.key}\n"
    assert smtp_sink.envelopes[0][:2] == ("kept@kept.test", ["anna@kept.test"])


def test_many_leave_over_one_connection(smtp_sink: SmtpSink, queue: Queue) -> None:
    messages = [queue() for _ in range(25)]
    assert send_due().sent == 25
    assert smtp_sink.message_ids == [message.message_id for message in messages]
    assert smtp_sink.connections == 1


def test_a_connection_that_the_server_ended_is_opened_again(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    smtp_sink.hang_up_after_each = True
    messages = [queue() for _ in range(3)]
    outcome = deliver_due(prepare=_slowly)
    assert (outcome.sent, outcome.failed, outcome.in_doubt) == (3, 0, 0)
    assert smtp_sink.message_ids == [message.message_id for message in messages]


def _slowly(message: Message) -> Rendered:
    import time

    time.sleep(0.1)
    return say_key(message)


def test_what_is_no_longer_wanted_is_withdrawn_with_its_reason(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    message = queue()
    outcome = deliver_due(prepare=lambda _message: Withdrawn("paid"))
    assert outcome == Outcome(withdrawn=1)
    assert smtp_sink.accepted == []
    assert (fresh(message).state, fresh(message).reason) == ("withdrawn", "paid")


def test_later_means_again_later_under_the_same_id(smtp_sink: SmtpSink, queue: Queue) -> None:
    message = queue(to="slow@kept.test")
    smtp_sink.replies["slow@kept.test"] = "450 come again"
    before = now()
    assert send_due() == Outcome(failed=1)
    failed = fresh(message)
    assert (failed.state, failed.attempts, failed.in_doubt) == ("queued", 1, 0)
    assert failed.due_at > before + timedelta(seconds=0.4)
    assert failed.last_error == "450 come again"
    smtp_sink.replies.clear()
    make_due(message)
    assert send_due() == Outcome(sent=1)
    assert smtp_sink.message_ids == [message.message_id]
    assert fresh(message).last_error == ""


def test_never_means_dead_and_is_not_tried_again(smtp_sink: SmtpSink, queue: Queue) -> None:
    message = queue(to="gone@kept.test")
    smtp_sink.replies["gone@kept.test"] = "550 no such person"
    assert send_due() == Outcome(failed=1)
    make_due(message)
    assert send_due() == Outcome()
    dead = fresh(message)
    assert (dead.state, dead.reason, dead.attempts) == ("dead", "refused", 1)
    assert dead.last_error == "550 no such person"


def test_one_that_is_refused_holds_up_no_others(
    smtp_sink: SmtpSink, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long the round takes, nobody's second turn comes within it.
    monkeypatch.setattr(operations, "FIRST_PAUSE", 60)
    for number in range(5):
        queue(to=f"later{number}@kept.test")
        queue(to=f"never{number}@kept.test")
        smtp_sink.replies[f"later{number}@kept.test"] = "451 later"
        smtp_sink.replies[f"never{number}@kept.test"] = "550 never"
    good = queue(to="good@kept.test")
    assert send_due() == Outcome(sent=1, failed=10)
    assert smtp_sink.message_ids == [good.message_id]


def test_an_answer_that_the_database_cannot_keep_holds_up_no_others(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    odd, good = queue(to="odd@kept.test"), queue()
    smtp_sink.replies["odd@kept.test"] = "550 no\x00body"
    assert send_due() == Outcome(sent=1, failed=1)
    assert smtp_sink.message_ids == [good.message_id]
    assert (fresh(odd).state, fresh(odd).last_error) == ("dead", "550 no\ufffdbody")


def test_one_that_cannot_be_prepared_holds_up_no_others(smtp_sink: SmtpSink, queue: Queue) -> None:
    poison, good = queue(), queue()

    def prepare(message: Message) -> Rendered:
        if message.pk == poison.pk:
            raise KeyError("poison")
        return say_key(message)

    assert deliver_due(prepare=prepare) == Outcome(sent=1, failed=1)
    assert smtp_sink.message_ids == [good.message_id]
    assert (fresh(poison).state, fresh(poison).last_error) == ("queued", "KeyError('poison')")


def test_a_connection_lost_after_the_dot_leaves_a_double_that_is_known(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    message = queue()
    smtp_sink.drop_after_dot = 1
    assert send_due() == Outcome(in_doubt=1, unconfirmed=1)
    assert (fresh(message).state, fresh(message).in_doubt) == ("queued", 1)
    make_due(message)
    assert send_due() == Outcome(sent=1)
    assert smtp_sink.message_ids == [message.message_id] * 2
    assert len({str(mail["Date"]) for mail in smtp_sink.accepted}) == 1
    assert (fresh(message).attempts, fresh(message).in_doubt) == (2, 1)


def test_a_connection_lost_before_the_dot_is_in_no_doubt(smtp_sink: SmtpSink, queue: Queue) -> None:
    message = queue()
    smtp_sink.drop_before_dot = 1
    assert send_due() == Outcome(failed=1, refusals=1)
    assert (fresh(message).state, fresh(message).in_doubt) == ("queued", 0)
    assert smtp_sink.accepted == []


def test_a_sender_that_died_after_the_stamp_leaves_a_doubt_on_record(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    message = queue()

    def die(_message: Message) -> Rendered:
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver_due(prepare=die)
    assert fresh(message).state == "sending"
    assert send_due() == Outcome(left=1)
    end_leases()
    assert send_due() == Outcome(sent=1, in_doubt=1)
    assert (fresh(message).attempts, fresh(message).in_doubt) == (2, 1)


def test_three_refused_connections_end_the_round(smtp_sink: SmtpSink, queue: Queue) -> None:
    messages = [queue() for _ in range(10)]
    smtp_sink.stop()
    outcome = send_due()
    assert (outcome.sent, outcome.failed, outcome.left) == (0, 3, 7)
    assert [fresh(message).attempts for message in messages] == [1] * 3 + [0] * 7
    assert not Message.objects.exclude(lease_token=None).exists()
    smtp_sink.start()
    make_due(*messages)
    assert send_due().sent == 10


def test_the_sender_whose_lease_ran_out_while_it_prepared_sends_nothing(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    message = queue()

    def sleep_through(message: Message) -> Rendered:
        end_leases()
        return say_key(message)

    assert deliver_due(prepare=sleep_through, seconds=0.2).sent == 0
    assert smtp_sink.accepted == []
    end_leases()
    assert send_due().sent == 1
    assert smtp_sink.message_ids == [message.message_id]


def test_a_stop_finishes_the_message_in_hand_and_gives_back_the_rest(
    smtp_sink: SmtpSink, queue: Queue
) -> None:
    messages = [queue() for _ in range(5)]
    outcome = send_due(stop=lambda: len(smtp_sink.accepted) == 2)
    assert (outcome.sent, outcome.left) == (2, 3)
    assert [fresh(m).state for m in messages] == ["sent"] * 2 + ["queued"] * 3
    assert not Message.objects.exclude(lease_token=None).exists()


def test_without_time_nothing_is_begun(smtp_sink: SmtpSink, queue: Queue) -> None:
    message = queue()
    assert send_due(seconds=0) == Outcome(left=1)
    assert fresh(message).attempts == 0


def test_the_date_of_the_mail_is_that_of_the_row(smtp_sink: SmtpSink, queue: Queue) -> None:
    message = queue()
    send_due()
    dated_at = fresh(message).dated_at
    assert dated_at is not None
    assert parsedate_to_datetime(smtp_sink.accepted[0]["Date"]) == dated_at.replace(microsecond=0)


def test_what_may_not_leave_yet_waits_and_was_not_tried(smtp_sink: SmtpSink, queue: Queue) -> None:
    message, later = queue(), now() + timedelta(hours=9)
    assert deliver_due(prepare=lambda _message: Postponed(later)) == Outcome(postponed=1)
    assert smtp_sink.accepted == []
    put_off = fresh(message)
    assert (put_off.state, put_off.attempts, put_off.in_doubt) == ("queued", 0, 0)
    assert (put_off.due_at, put_off.dated_at, put_off.lease_token) == (later, None, None)
