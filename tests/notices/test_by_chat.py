"""What people are told by chat: the same as by mail, once each, and never lost for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from collections_app.accounts.chat import remove_chat_address, set_chat_address
from collections_app.commitments.models import Instalment
from collections_app.notices.models import Notice
from collections_app.notices.secret_mail import send_secret_link
from collections_app.outbox import delivery
from collections_app.outbox.delivery import Outcome, deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.standing.operations import refresh_touched
from tests.chat_sink import ChatSink
from tests.conftest import Cast
from tests.notices.conftest import make_lapsed, owe_lapsed
from tests.smtp_sink import SmtpSink
from tests.web.facts import day, make_payment


@pytest.fixture
def chat(cast: Cast, settings: Settings) -> Iterator[ChatSink]:
    """A chat that Anna has set up."""
    settings.CHAT_TO_LOOPBACK = True
    sink = ChatSink()
    sink.start()
    set_chat_address(person=cast.east_rep, address=sink.address)
    yield sink
    sink.stop()


def send_due() -> Outcome:
    return deliver_due(prepare=prepare)


def states() -> list[tuple[bool, str]]:
    """Whether it goes by chat, and how far it has come, for each message."""
    return list(Message.objects.order_by("pk").values_list("is_chat", "state"))


def pay(lapsed: Instalment) -> None:
    make_payment(lapsed.customer, 10_000, on=day(20))
    refresh_touched()


def test_a_lapse_is_told_by_mail_and_by_chat_once_each(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    (message,) = owe_lapsed(lapsed)
    assert send_due() == Outcome(sent=2)
    assert send_due() == Outcome()
    assert smtp_sink.message_ids == [message.message_id]
    (words,) = chat.words()
    assert words.startswith("Kept: 1 promise has lapsed\n")
    assert "P-EAST" in words
    assert list(Message.objects.values_list("channel", flat=True).order_by("pk")) == [
        "smtp",
        "chat",
    ]


def test_the_record_shows_a_mask_and_what_was_said(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    owe_lapsed(lapsed)
    send_due()
    twin = Message.objects.get(is_chat=True)
    assert twin.to_address == "ntfy ····sses"
    assert twin.body_text in chat.words()[0]
    assert twin.body_html == ""


def test_who_has_no_chat_gets_mail_alone(smtp_sink: SmtpSink, cast: Cast, chat: ChatSink) -> None:
    owe_lapsed(make_lapsed(cast.west_rep, code="W-1"))
    send_due()
    assert (states(), chat.posts) == ([(False, "sent")], [])


def test_who_wants_mornings_by_mail_gets_mail_alone(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    set_chat_address(person=lapsed.customer.owner, morning_by="mail")
    owe_lapsed(lapsed)
    send_due()
    assert (states(), chat.posts) == ([(False, "sent")], [])


def test_who_wants_mornings_by_chat_gets_no_mail(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    set_chat_address(person=lapsed.customer.owner, morning_by="chat")
    owe_lapsed(lapsed)
    send_due()
    assert (states(), len(chat.posts), smtp_sink.accepted) == ([(True, "sent")], 1, [])


def test_money_that_came_in_meanwhile_withdraws_both(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    owe_lapsed(lapsed)
    pay(lapsed)
    send_due()
    assert states() == [(False, "withdrawn"), (True, "withdrawn")]
    assert set(Message.objects.values_list("reason", flat=True)) == {"paid"}


def test_what_the_mail_has_said_stays_said_though_the_chat_comes_too_late(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    owe_lapsed(lapsed)
    chat.status = 503
    send_due()
    pay(lapsed)
    Message.objects.update(due_at="2020-01-01T00:00Z")
    send_due()
    assert states() == [(False, "sent"), (True, "withdrawn")]
    assert Notice.objects.get().state == "owed"


def test_a_chat_that_refuses_leaves_the_mail_alone(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    owe_lapsed(lapsed)
    chat.status = 404
    send_due()
    assert states() == [(False, "sent"), (True, "dead")]
    dead = Message.objects.get(is_chat=True)
    assert (dead.reason, dead.last_error) == ("refused", "chat: the service answered 404")


def test_what_came_by_chat_alone_comes_by_mail_where_the_chat_refuses(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    set_chat_address(person=lapsed.customer.owner, morning_by="chat")
    (message,) = owe_lapsed(lapsed)
    chat.status = 404
    send_due()
    assert states() == [(False, "sent")]
    assert smtp_sink.message_ids == [message.message_id]
    assert smtp_sink.envelopes[0][1] == ["anna@kept.test"]


def test_what_a_chat_puts_off_for_long_comes_by_mail(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_chat_address(person=lapsed.customer.owner, morning_by="chat")
    owe_lapsed(lapsed)
    monkeypatch.setattr(delivery, "MOST_TRIES_BY_CHAT", 2)
    chat.status = 503
    send_due()
    assert states() == [(True, "queued")]
    Message.objects.update(due_at="2020-01-01T00:00Z")
    send_due()
    assert states() == [(False, "sent")]


def test_a_chat_removed_meanwhile_loses_nothing(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    set_chat_address(person=lapsed.customer.owner, morning_by="chat")
    owe_lapsed(lapsed)
    remove_chat_address(person=lapsed.customer.owner)
    send_due()
    assert (states(), chat.posts) == ([(False, "sent")], [])


def test_a_connection_lost_is_in_doubt_on_record_and_said_again(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink
) -> None:
    owe_lapsed(lapsed)
    chat.hangs_up = True
    assert send_due().in_doubt == 1
    twin = Message.objects.get(is_chat=True)
    assert (twin.state, twin.in_doubt) == ("queued", 1)


def test_an_address_sealed_by_another_key_falls_back_to_mail(
    smtp_sink: SmtpSink, lapsed: Instalment, chat: ChatSink, settings: Settings
) -> None:
    set_chat_address(person=lapsed.customer.owner, morning_by="chat")
    owe_lapsed(lapsed)
    settings.SECRET_KEY = "another"
    send_due()
    assert (states(), chat.posts) == ([(False, "sent")], [])


def test_a_link_to_sign_in_never_goes_by_chat(
    smtp_sink: SmtpSink, cast: Cast, chat: ChatSink
) -> None:
    send_secret_link(person=cast.east_rep, kind="reset")
    send_due()
    assert (states(), chat.posts) == ([(False, "sent")], [])
