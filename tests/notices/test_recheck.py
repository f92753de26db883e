"""Just before sending, what is no longer so is not said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment, Ending, Instalment
from collections_app.core.clock import now
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.queries import lapses_to_owe_again, messages_with_notices
from collections_app.notices.recheck import CHECKS, prepare
from collections_app.outbox.delivery import Outcome, deliver_due
from collections_app.outbox.models import Message
from collections_app.standing.operations import refresh_touched
from tests.conftest import Cast
from tests.notices.conftest import owe_lapsed, owed_for
from tests.smtp_sink import SmtpSink
from tests.web.facts import DAY, day, make_commitment, make_customer, make_payment, make_reversal


def send_due() -> Outcome:
    return deliver_due(prepare=prepare)


def receive(customer: Customer, amount: int) -> None:
    make_payment(customer, amount, on=day(20))
    refresh_touched()


def end_of(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def test_every_kind_has_a_check() -> None:
    assert set(CHECKS) == set(NoticeKind)


def test_a_lapse_is_told_once(smtp_sink: SmtpSink, lapsed: Instalment) -> None:
    (message,) = owe_lapsed(lapsed)
    assert send_due() == Outcome(sent=1)
    assert owe_lapsed(lapsed) == []
    assert send_due() == Outcome()
    assert smtp_sink.message_ids == [message.message_id]
    assert smtp_sink.envelopes[0][1] == ["anna@kept.test"]


def test_money_that_came_in_meanwhile_withdraws_the_message(
    smtp_sink: SmtpSink, lapsed: Instalment
) -> None:
    (message,) = owe_lapsed(lapsed)
    receive(lapsed.customer, 10_000)
    assert send_due() == Outcome(withdrawn=1)
    assert smtp_sink.accepted == []
    assert end_of(message) == ("withdrawn", "paid")


def test_part_money_only_changes_the_figures(smtp_sink: SmtpSink, lapsed: Instalment) -> None:
    owe_lapsed(lapsed)
    receive(lapsed.customer, 2_500)
    assert send_due() == Outcome(sent=1)
    text = Message.objects.get().body_text
    assert "CNY 2,500.00" in text
    assert "CNY 7,500.00" in text


@pytest.mark.parametrize("ending", [Ending.SUPERSEDED, Ending.CANCELLED])
def test_an_ended_promise_withdraws_the_message(
    smtp_sink: SmtpSink, lapsed: Instalment, ending: Ending
) -> None:
    (message,) = owe_lapsed(lapsed)
    Commitment.objects.filter(pk=lapsed.commitment_id).update(ended_on=DAY, ending=ending)
    refresh_touched()
    assert send_due() == Outcome(withdrawn=1)
    assert smtp_sink.accepted == []
    assert end_of(message) == ("withdrawn", ending.value)


def test_one_that_was_paid_does_not_keep_back_the_other(
    smtp_sink: SmtpSink, lapsed: Instalment
) -> None:
    other = make_commitment(
        make_customer(lapsed.customer.owner), (day(9), 50), reference="P-OTHER"
    ).instalments.get()
    refresh_touched()
    (message,) = owe_lapsed(lapsed, other)
    receive(other.customer, 50)
    assert send_due() == Outcome(sent=1)
    text = Message.objects.get().body_text
    assert "P-EAST" in text
    assert "P-OTHER" not in text
    (listed,) = messages_with_notices()
    assert [n.instalment for n in listed.carried] == [lapsed]  # type: ignore[attr-defined]
    assert end_of(message) == ("sent", "")
    assert Notice.objects.get(instalment=other).reason == "paid"


def test_a_customer_handed_over_is_told_to_the_present_owner_alone(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    (message,) = owe_lapsed(lapsed)
    Customer.objects.update(owner=cast.west_rep)
    outcome = send_due()
    assert (outcome.withdrawn, outcome.sent) == (1, 1)
    assert end_of(message) == ("withdrawn", "handed_over")
    assert [to for _, to, _ in smtp_sink.envelopes] == [["chen@kept.test"]]
    assert send_due() == Outcome()


def test_a_disabled_person_gets_no_mail(smtp_sink: SmtpSink, lapsed: Instalment) -> None:
    (message,) = owe_lapsed(lapsed)
    Person.objects.filter(pk=lapsed.customer.owner_id).update(is_active=False)
    assert send_due() == Outcome(withdrawn=1)
    assert smtp_sink.accepted == []
    assert end_of(message) == ("withdrawn", "disabled")


def test_a_sender_that_died_after_withdrawing_leaves_the_reason(
    smtp_sink: SmtpSink, lapsed: Instalment
) -> None:
    (message,) = owe_lapsed(lapsed)
    receive(lapsed.customer, 10_000)
    prepare(message)
    assert send_due() == Outcome(withdrawn=1)
    assert end_of(message) == ("withdrawn", "paid")


def test_a_payment_that_bounced_after_the_withdrawal_is_told_after_all(
    smtp_sink: SmtpSink, lapsed: Instalment
) -> None:
    owe_lapsed(lapsed)
    payment = make_payment(lapsed.customer, 10_000, on=day(20))
    refresh_touched()
    assert send_due() == Outcome(withdrawn=1)
    assert lapses_to_owe_again() == []
    make_reversal(payment, 10_000, on=day(21), reference="R-1")
    refresh_touched()
    assert lapses_to_owe_again() == [owed_for(lapsed)]
    owe_lapsed(lapsed)
    assert send_due() == Outcome(sent=1)
    assert lapses_to_owe_again() == []


def test_what_lies_ahead_waits(smtp_sink: SmtpSink, lapsed: Instalment) -> None:
    (message,) = owe_lapsed(lapsed)
    Message.objects.filter(pk=message.pk).update(due_at=now() + timedelta(hours=1))
    assert send_due() == Outcome()
    assert smtp_sink.accepted == []
