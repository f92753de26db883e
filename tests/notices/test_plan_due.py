"""The mail of a month's last working days: whose it is, what it says, and when it says no more."""

from __future__ import annotations

from datetime import date
from io import StringIO
from json import loads

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Language, Person
from collections_app.core.clock import now
from collections_app.customers.models import Customer
from collections_app.notices.plan_due import MOST_NAMED, owe_plan_due
from collections_app.notices.recheck import prepare
from collections_app.outbox.delivery import Outcome, Rendered, deliver_due
from collections_app.outbox.models import Message
from collections_app.planning.operations import record_ask, set_target
from tests.conftest import Cast
from tests.facts import hand_over
from tests.smtp_sink import SmtpSink
from tests.web.facts import day, make_customer, make_invoice, stand_on

NEXT, FIRST = date(2026, 12, 1), day(24)


def make_debtor(owner: Person, name: str, amount: int, *, currency: str = "CNY") -> Customer:
    customer = make_customer(owner, name=name, code=name[:3].upper(), currency=currency)
    make_invoice(customer, amount, due_on=day(20))
    return customer


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """500 open, neither planned nor asked."""
    customer = make_debtor(cast.east_rep, "Blue River Parts", 500)
    stand_on(FIRST)
    return customer


def owe(on: date = FIRST) -> list[Message]:
    return owe_plan_due(month=NEXT, on=on, due_at=now())


def send_due() -> Outcome:
    return deliver_due(prepare=prepare)


def plan(customer: Customer) -> None:
    set_target(
        customer=customer, month=NEXT, target=100_00, expected=None, by=customer.owner, on=FIRST
    )


def ask(customer: Customer) -> None:
    record_ask(
        customer=customer, month=NEXT, asked_on=FIRST, answer="no_answer", by=customer.owner,
        on=FIRST,
    )  # fmt: skip


def end_of(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def test_the_rep_reads_counts_customers_and_a_link_to_the_month_plan(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    asked = make_debtor(cast.east_rep, "Redwood Foods", 900)
    stand_on(FIRST)
    ask(asked)
    (message,) = owe()
    assert send_due() == Outcome(sent=1)
    assert smtp_sink.envelopes[0][1] == ["anna@kept.test"]
    message.refresh_from_db()
    assert message.subject == "December 2026: 2 customers still to plan or to ask"
    for body in (message.body_text, message.body_html.replace("&amp;", "&")):
        assert "/plan/?month=2026-12&show=unplanned" in body
        assert "/plan/?month=2026-12&show=not_asked" in body
        assert "CNY 1,400.00" in body
        assert "Targets lock at the end of 3 Dec 2026." in body
        # The most open first.
        assert body.index("Redwood Foods") < body.index("Blue River Parts")
    assert "Without a target: 2" in message.body_text
    assert "Not asked for a commitment: 1" in message.body_text


def test_it_is_in_the_reps_language(smtp_sink: SmtpSink, customer: Customer, cast: Cast) -> None:
    Person.objects.filter(pk=cast.east_rep.pk).update(language=Language.CHINESE)
    (message,) = owe()
    send_due()
    message.refresh_from_db()
    assert message.subject.startswith("2026年12月")
    assert "Hello" not in message.body_text + message.body_html
    assert "尚无目标" in message.body_text


def test_currencies_are_never_added(smtp_sink: SmtpSink, customer: Customer, cast: Cast) -> None:
    make_debtor(cast.east_rep, "Northgate", 70, currency="EUR")
    stand_on(FIRST)
    (message,) = owe()
    send_due()
    message.refresh_from_db()
    assert "Their open balance: CNY 500.00" in message.body_text
    assert "Their open balance: EUR 70.00" in message.body_text


def test_another_reps_customers_are_not_in_it(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    make_debtor(cast.west_rep, "Canary Foods", 50)
    stand_on(FIRST)
    mine, _other = owe()
    send_due()
    mine.refresh_from_db()
    assert mine.person == cast.east_rep
    assert "Canary" not in mine.body_text + mine.body_html


def test_what_was_planned_meanwhile_changes_the_figures(
    smtp_sink: SmtpSink, customer: Customer
) -> None:
    (message,) = owe()
    plan(customer)
    assert send_due() == Outcome(sent=1)
    message.refresh_from_db()
    assert "Without a target: 0" in message.body_text
    assert "show=unplanned" not in message.body_text


def test_once_all_are_planned_and_asked_it_is_withdrawn(
    smtp_sink: SmtpSink, customer: Customer
) -> None:
    (message,) = owe()
    plan(customer)
    ask(customer)
    assert send_due() == Outcome(withdrawn=1)
    assert end_of(message) == ("withdrawn", "planned")
    assert smtp_sink.accepted == []


def test_a_customer_handed_over_meanwhile_is_no_longer_the_former_reps(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    (message,) = owe()
    hand_over(customer, cast.west_rep, on=FIRST)
    assert send_due() == Outcome(withdrawn=1)
    assert end_of(message) == ("withdrawn", "planned")


def test_who_was_shut_out_meanwhile_gets_none(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    (message,) = owe()
    Person.objects.filter(pk=cast.east_rep.pk).update(is_active=False)
    send_due()
    assert end_of(message) == ("withdrawn", "disabled")


def test_after_an_outage_the_latest_day_is_told_and_not_each_of_them(
    smtp_sink: SmtpSink, customer: Customer
) -> None:
    (former,) = owe(FIRST)
    stand_on(day(26))
    (latest,) = owe(day(26))
    assert send_due() == Outcome(sent=1, withdrawn=1)
    assert end_of(former) == ("withdrawn", "replaced")
    assert end_of(latest) == ("sent", "")


@pytest.mark.parametrize(("stands_on", "outcome"), [(day(30), "sent"), (NEXT, "withdrawn")])
def test_on_the_months_last_day_it_is_sent_and_once_the_month_has_begun_withdrawn(
    smtp_sink: SmtpSink, customer: Customer, stands_on: date, outcome: str
) -> None:
    (message,) = owe()
    stand_on(stands_on)
    send_due()
    message.refresh_from_db()
    assert message.state == outcome


def test_again_on_the_same_day_makes_none(customer: Customer) -> None:
    assert len(owe()) == 1
    assert owe() == []


def test_withdrawn_unsent_it_is_owed_again_when_somebody_is_left_again(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    owe()
    plan(customer)
    ask(customer)
    send_due()
    make_debtor(cast.east_rep, "Redwood Foods", 900)
    stand_on(FIRST)
    assert len(owe()) == 1
    assert send_due() == Outcome(sent=1)


def test_a_long_list_names_the_largest_and_counts_the_rest(customer: Customer, cast: Cast) -> None:
    for number in range(MOST_NAMED + 2):
        make_debtor(cast.east_rep, f"{number:03} Trading", 1_000 + number)
    stand_on(FIRST)
    (message,) = owe()
    worded = prepare(message)
    assert isinstance(worded, Rendered)
    assert "… and 3 more" in worded.text
    assert "Blue River Parts" not in worded.text


def test_wording_many_takes_no_more_statements_than_wording_one(
    customer: Customer, cast: Cast
) -> None:
    (message,) = owe()

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            prepare(message)
        return len(seen)

    one = statements()
    for name in ("Redwood Foods", "Northgate"):
        make_debtor(cast.east_rep, name, 10)
    stand_on(FIRST)
    assert statements() == one


def test_the_outbox_lists_it_without_a_customer(smtp_sink: SmtpSink, customer: Customer) -> None:
    owe()
    out = StringIO()
    call_command("outbox", "--json", stdout=out)
    (message,) = loads(out.getvalue())["messages"]
    assert message["kind"] == "plan_due"
    assert message["notices"] == [
        {
            "key": "plan/2026-12/2026-11-24", "kind": "plan_due", "customer": None,
            "reference": None, "position": None,
        }
    ]  # fmt: skip
