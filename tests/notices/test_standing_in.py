"""A lapse is told to the rep and to whoever stands in for them on the day (rule 11)."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Delegation, Person
from collections_app.commitments.models import Instalment
from collections_app.core.clock import now
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.operations import owe_reps, put_into_messages
from collections_app.notices.recheck import prepare
from collections_app.organisation.queries import today
from collections_app.outbox.delivery import Rendered, deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.sweep import sweep
from collections_app.standing.operations import refresh_touched
from tests.conftest import Cast
from tests.notices.conftest import make_lapsed, owed_for
from tests.smtp_sink import SmtpSink
from tests.web.facts import day, make_payment

ANNA, BO, CHEN = "anna@kept.test", "bo@kept.test", "chen@kept.test"


def away(person: Person, delegate: Person, *, since: int = 0, days: int = 5) -> Delegation:
    """An absence of some days, from ``since`` days ago."""
    start = today() - timedelta(days=since)
    return Delegation.objects.create(
        person=person, delegate=delegate, starts_on=start, ends_on=start + timedelta(days=days)
    )


def owe_and_queue(*instalments: Instalment, on: date | None = None) -> list[Message]:
    fresh = owe_reps(NoticeKind.LAPSED, [owed_for(one) for one in instalments], on=on or today())
    return put_into_messages(fresh, due_at=now())


def told(sink: SmtpSink) -> list[str]:
    return sorted(address for _, to, _ in sink.envelopes for address in to)


def ends() -> dict[str, tuple[str, str]]:
    """How each reader's message ended, and why."""
    rows = Message.objects.values_list("person__email", "state", "reason")
    return {email: (state, reason) for email, state, reason in rows}


def test_a_lapse_is_told_to_the_rep_and_to_who_stands_in(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    away(cast.east_rep, cast.east_rep_two)
    owe_and_queue(lapsed)
    deliver_due(prepare=prepare)
    assert told(smtp_sink) == [ANNA, BO]


def test_the_sweep_tells_who_stands_in_on_its_day(
    smtp_sink: SmtpSink, cast: Cast, lapsed: Instalment
) -> None:
    away(cast.east_rep, cast.east_rep_two)
    sweep(on=today())
    readers = Notice.objects.filter(kind="lapsed").values_list("person__email", flat=True)
    assert sorted(filter(None, readers)) == [ANNA, BO]


def test_without_an_absence_today_the_rep_alone_is_told(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    away(cast.east_rep, cast.east_rep_two, since=-3)
    away(cast.east_rep, cast.east_rep_two, since=30, days=3)
    owe_and_queue(lapsed)
    deliver_due(prepare=prepare)
    assert told(smtp_sink) == [ANNA]


def test_an_absence_that_began_after_the_sweep_tells_who_stands_in(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    owe_and_queue(lapsed)
    away(cast.east_rep, cast.east_rep_two)
    deliver_due(prepare=prepare)
    deliver_due(prepare=prepare)
    assert told(smtp_sink) == [ANNA, BO]


def test_who_no_longer_stands_in_when_the_mail_leaves_is_not_told(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    absence = away(cast.east_rep, cast.east_rep_two)
    owe_and_queue(lapsed)
    Delegation.objects.filter(pk=absence.pk).update(ended_on=today())
    deliver_due(prepare=prepare)
    assert told(smtp_sink) == [ANNA]
    assert ends()[BO] == ("withdrawn", "back")


def test_a_customer_handed_over_meanwhile_is_the_delegates_no_more(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    absence = away(cast.east_rep, cast.east_rep_two)
    owe_and_queue(lapsed)
    Customer.objects.update(owner=cast.west_rep)
    Delegation.objects.filter(pk=absence.pk).update(ended_on=today())
    deliver_due(prepare=prepare)
    deliver_due(prepare=prepare)
    assert told(smtp_sink) == [CHEN]
    assert ends()[BO] == ("withdrawn", "handed_over")


def test_what_was_paid_meanwhile_is_told_to_neither(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    away(cast.east_rep, cast.east_rep_two)
    owe_and_queue(lapsed)
    make_payment(lapsed.customer, 10_000, on=day(20))
    refresh_touched()
    deliver_due(prepare=prepare)
    assert told(smtp_sink) == []


def test_a_delegate_who_was_disabled_is_not_told(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    away(cast.east_rep, cast.east_rep_two)
    Person.objects.filter(pk=cast.east_rep_two.pk).update(is_active=False)
    owe_and_queue(lapsed)
    deliver_due(prepare=prepare)
    assert told(smtp_sink) == [ANNA]


def test_the_delegate_reads_for_whom_each_customer_is_theirs_to_act_on(
    smtp_sink: SmtpSink, lapsed: Instalment, cast: Cast
) -> None:
    away(cast.east_rep, cast.east_rep_two)
    owe_and_queue(lapsed, make_lapsed(cast.east_rep_two, code="OWN"))
    words = prepare(Message.objects.get(person=cast.east_rep_two))
    assert isinstance(words, Rendered)
    assert "(E-1), you stand in for Anna" in words.text
    assert "(OWN)\n" in words.text


def test_a_second_sweep_owes_the_delegate_nothing_again(lapsed: Instalment, cast: Cast) -> None:
    away(cast.east_rep, cast.east_rep_two)
    owe_and_queue(lapsed)
    assert owe_reps(NoticeKind.LAPSED, [owed_for(lapsed)], on=today()) == []


def test_preparing_costs_the_same_for_many(lapsed: Instalment, cast: Cast) -> None:
    away(cast.east_rep, cast.east_rep_two)
    counts = []
    for codes in (["M-1"], ["M-2", "M-3", "M-4"]):
        (message,) = [
            made
            for made in owe_and_queue(*(make_lapsed(cast.east_rep, code=code) for code in codes))
            if made.person == cast.east_rep_two
        ]
        with CaptureQueriesContext(connection) as queries:
            prepare(message)
        counts.append(len(queries))
    assert counts[0] == counts[1]
