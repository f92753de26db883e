"""From the sweep to the mail: who is told, when it leaves, and what money in between changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django import Settings

from collections_app.accounts.models import Person
from collections_app.commitments.models import Instalment
from collections_app.core.clock import now
from collections_app.notices.models import Notice
from collections_app.organisation.models import Organisation
from collections_app.outbox.delivery import deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.reminders.sweep import SweepRefused, sweep
from collections_app.standing.models import Allocation, InstalmentStanding
from collections_app.standing.operations import refresh_touched
from tests.conftest import Cast
from tests.facts import hand_over, promise
from tests.smtp_sink import SmtpSink
from tests.web.facts import day, make_customer, make_payment, make_reversal

DEADLINE, NEXT = day(10), day(11)


@pytest.fixture
def promised(cast: Cast) -> Instalment:
    """10,000 promised to Anna by the 10th, without grace; swept on the 9th."""
    instalment = promise_of(cast.east_rep)
    sweep(on=day(9))
    return instalment


@pytest.fixture
def smtp_sink(settings: Settings) -> Iterator[SmtpSink]:
    """A running mail server that the outbox is set to."""
    sink = SmtpSink()
    sink.start()
    settings.KEPT_EMAIL = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": sink.port}
    yield sink
    sink.stop()


def promise_of(owner: Person) -> Instalment:
    """10,000 by the 10th, of a customer of its own."""
    return promise(make_customer(owner), (DEADLINE, 10_000)).instalments.get()


def pay(instalment: Instalment, amount: int = 10_000, *, on: date = NEXT) -> None:
    """Money that comes in between two sweeps, as an operation takes it in."""
    make_payment(instalment.customer, amount, on=on)
    refresh_touched()


def bounce(instalment: Instalment, *, on: date) -> None:
    """All the money of the customer's one payment is taken back."""
    payment = instalment.customer.payments.get()
    make_reversal(payment, payment.amount // 100, on=on, reference="R-1")
    refresh_touched()


def deliver() -> None:
    """Let the morning come, and send."""
    Message.objects.filter(state="queued").update(due_at=now() - timedelta(seconds=1))
    deliver_due(prepare=prepare)


def state_of(instalment: Instalment) -> str:
    return InstalmentStanding.objects.get(pk=instalment.pk).state


def notices() -> list[tuple[str, str, int]]:
    """State, reason and how often owed of each notice."""
    return list(Notice.objects.order_by("pk").values_list("state", "reason", "times_owed"))


def everything() -> list[list[tuple[object, ...]]]:
    """All rows that a sweep could write to."""
    models = (Organisation, InstalmentStanding, Allocation, Notice, Message)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


# Whom, and when.


def test_a_promise_paid_on_its_deadline_is_kept_and_not_told(promised: Instalment) -> None:
    pay(promised, on=DEADLINE)
    sweep(on=NEXT)
    assert (state_of(promised), notices()) == ("kept", [])


def test_a_lapse_is_owed_to_the_customers_owner_and_nobody_else(
    promised: Instalment, cast: Cast
) -> None:
    sweep(on=NEXT)
    owed = list(Notice.objects.values_list("person", "instalment", "key"))
    assert owed == [(cast.east_rep.pk, promised.pk, f"instalment/{promised.pk}")]


def test_a_lapse_is_owed_to_who_owns_the_customer_by_then(promised: Instalment, cast: Cast) -> None:
    hand_over(promised.customer, cast.west_rep, on=DEADLINE)
    sweep(on=NEXT)
    assert [notice.person for notice in Notice.objects.all()] == [cast.west_rep]


def test_two_reps_get_a_message_each(cast: Cast) -> None:
    for owner in (cast.east_rep, cast.east_rep, cast.west_rep):
        promise_of(owner)
    sweep(on=NEXT)
    carried = {m.person: m.notices.count() for m in Message.objects.select_related("person")}
    assert carried == {cast.east_rep: 2, cast.west_rep: 1}


def test_the_next_sweeps_news_goes_into_a_message_of_its_own(cast: Cast) -> None:
    promise(make_customer(cast.east_rep), (DEADLINE, 100), (NEXT, 100))
    sweep(on=NEXT)
    sweep(on=day(12))
    assert [m.notices.count() for m in Message.objects.all()] == [1, 1]


def test_days_left_out_are_made_up_for_by_one_notice(promised: Instalment) -> None:
    sweep(on=day(23))
    of = Notice.objects.filter(kind="lapsed")
    assert list(of.values_list("state", "times_owed")) == [("owed", 1)]


def leaves_at(cast: Cast, *, swept_on: date) -> str:
    """When mail leaves about a lapse of Thursday, 7 November 2024, in the past of any clock."""
    promise(make_customer(cast.east_rep), (date(2024, 11, 7), 100), made_on=date(2024, 11, 1))
    sweep(on=swept_on)
    return Message.objects.get().due_at.isoformat()


def test_mail_about_a_working_day_leaves_that_morning_of_the_organisation(cast: Cast) -> None:
    assert leaves_at(cast, swept_on=date(2024, 11, 8)) == "2024-11-07T23:00:00+00:00"


def test_mail_about_a_week_end_leaves_on_monday_morning(cast: Cast) -> None:
    assert leaves_at(cast, swept_on=date(2024, 11, 9)) == "2024-11-10T23:00:00+00:00"


# Sweeping again, back, or dry.


def test_the_second_sweep_of_a_day_changes_no_row(promised: Instalment) -> None:
    sweep(on=NEXT)
    before = everything()
    sweep(on=NEXT)
    assert everything() == before


def test_a_refused_sweep_changes_no_row(promised: Instalment) -> None:
    sweep(on=NEXT)
    before = everything()
    with pytest.raises(SweepRefused, match="2026-11-10"):
        sweep(on=DEADLINE)
    assert everything() == before


@pytest.mark.parametrize("on", [day(8), NEXT])
def test_a_dry_run_changes_no_row(promised: Instalment, on: date) -> None:
    before = everything()
    sweep(on=on, dry_run=True)
    assert everything() == before


def test_a_sweep_after_a_dry_run_does_what_that_one_said(promised: Instalment) -> None:
    said = sweep(on=NEXT, dry_run=True)
    done = sweep(on=NEXT)
    assert (done.transitions, done.queued, done.messages) == (
        said.transitions,
        said.queued,
        said.messages,
    )


# Money that comes, and goes, in between.


def test_what_was_paid_before_sending_does_not_leave(
    promised: Instalment, smtp_sink: SmtpSink
) -> None:
    sweep(on=NEXT)
    pay(promised)
    deliver()
    assert (smtp_sink.accepted, notices()) == ([], [("withdrawn", "paid", 1)])


def test_part_money_before_sending_holds_nothing_back(
    promised: Instalment, smtp_sink: SmtpSink
) -> None:
    sweep(on=NEXT)
    pay(promised, 4_000)
    deliver()
    assert [mail["To"] for mail in smtp_sink.accepted] == ["anna@kept.test"]


def test_part_money_after_the_mail_is_not_told_again(
    promised: Instalment, smtp_sink: SmtpSink
) -> None:
    sweep(on=NEXT)
    deliver()
    pay(promised, 4_000, on=day(12))
    sweep(on=day(12))
    deliver()
    assert (state_of(promised), len(smtp_sink.accepted)) == ("partially_kept", 1)


def test_a_message_leaves_without_the_one_that_was_paid(cast: Cast, smtp_sink: SmtpSink) -> None:
    paid, unpaid = promise_of(cast.east_rep), promise_of(cast.east_rep)
    sweep(on=NEXT)
    pay(paid)
    deliver()
    text = Message.objects.get(state="sent").body_text
    named = [i.commitment.reference in text for i in (paid, unpaid)]
    assert (named, len(smtp_sink.accepted)) == ([False, True], 1)


def test_money_that_bounces_after_the_next_sweep_owes_the_notice_again(
    promised: Instalment, smtp_sink: SmtpSink
) -> None:
    sweep(on=NEXT)
    pay(promised)
    deliver()
    sweep(on=day(12))
    bounce(promised, on=day(13))
    sweep(on=day(13))
    assert notices() == [("owed", "", 2)]


def test_money_that_came_and_bounced_between_two_sweeps_owes_the_notice_again(
    promised: Instalment, smtp_sink: SmtpSink
) -> None:
    sweep(on=NEXT)
    pay(promised)
    deliver()
    bounce(promised, on=NEXT)
    sweep(on=day(12))
    assert notices() == [("owed", "", 2)]


def test_a_notice_owed_again_leaves_once_in_a_message_of_its_own(
    promised: Instalment, smtp_sink: SmtpSink
) -> None:
    sweep(on=NEXT)
    pay(promised)
    deliver()
    bounce(promised, on=NEXT)
    sweep(on=day(12))
    deliver()
    sweep(on=day(13))
    deliver()
    assert smtp_sink.message_ids == [Message.objects.get(state="sent").message_id]
