"""A message that a person sent once more counts, and shows, as what it copies."""

from __future__ import annotations

import pytest
from django.test import Client

from collections_app.accounts.models import Person
from collections_app.actions.resend import resend
from collections_app.customers.models import Contact, Customer
from collections_app.notices.mail_log import messages_visible_to
from collections_app.notices.manners import manners_of
from collections_app.notices.models import Notice
from collections_app.organisation.queries import moment_on
from collections_app.outbox.models import Message
from collections_app.reminders.agenda import agenda_of
from collections_app.web.pages.timeline import TimelineQuestion, timeline_tab
from tests.conftest import Cast
from tests.web.facts import DAY, day, make_commitment, make_customer, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """Told of a lapse on the 12th."""
    made = make_customer(cast.east_rep, name="Blue River Parts")
    contact = Contact.objects.create(customer=made, name="Ms Zhou", email="zhou@c.test")
    instalment = make_commitment(made, (day(10), 300), reference="LATE-1").instalments.get()
    stand_on()
    message = Message.objects.create(
        key="k", message_id="<1@kept.test>", kind="lapsed", to_address="zhou@c.test", language="en",
        state="sent", sent_at=moment_on(day(12)), subject="Late", body_text="You are late.",
    )  # fmt: skip
    Notice.objects.create(
        kind="lapsed", contact=contact, key="1", customer=made, instalment=instalment,
        message=message, on_day=day(12),
    )  # fmt: skip
    return made


def sent_again(by: Person, **ended: object) -> Message:
    """A copy of the one message, and how it ended."""
    copy = resend(message=messages_visible_to(by).get(), by=by)
    Message.objects.filter(pk=copy.pk).update(**ended)
    return copy


def told(customer: Customer) -> list[tuple[str, dict[str, str], str]]:
    question = TimelineQuestion(group="messages")
    found = timeline_tab(customer, question, page=1).events
    return [(event.what, dict(event.details), event.who) for event in found]


def test_the_timeline_tells_it_as_the_first_one_sent_once_more(
    cast: Cast, customer: Customer
) -> None:
    sent_again(cast.east_rep, state="sent", sent_at=moment_on(DAY))
    (what, details, who), (first, _details, _who) = told(customer)
    assert what == "Sent once more to Ms Zhou: lapsed promise"
    assert first == "Message to Ms Zhou: lapsed promise"
    assert (details["first sent on"], details["sent on"]) == ("Nov. 12, 2026", "Nov. 23, 2026")
    assert cast.east_rep.name in who


def test_the_timeline_of_another_customer_does_not_tell_it(cast: Cast, customer: Customer) -> None:
    sent_again(cast.east_rep)
    assert told(make_customer(cast.east_rep)) == []


def test_the_mail_log_names_the_customer_and_that_it_was_sent_once_more(
    cast: Cast, client: Client, customer: Customer
) -> None:
    sent_again(cast.east_rep)
    client.force_login(cast.east_rep)
    page = client.get("/messages/?from=2026-01-01").content.decode()
    assert page.count("Blue River Parts") == 2
    assert page.count("sent once more") == 1


def test_one_that_does_not_arrive_puts_the_customer_on_today(
    cast: Cast, customer: Customer
) -> None:
    sent_again(cast.east_rep, state="dead", reason="refused")
    items = agenda_of(Customer.objects.all(), person=cast.east_rep, day=DAY).items
    assert [item.customer_id for item in items if item.kind == "undeliverable"] == [customer.pk]


def test_one_that_left_begins_the_customers_quiet_period(cast: Cast, customer: Customer) -> None:
    assert manners_of([customer.pk], on=DAY)[customer.pk].quiet_until is None
    sent_again(cast.east_rep, state="sent", sent_at=moment_on(DAY))
    assert manners_of([customer.pk], on=DAY)[customer.pk].quiet_until == day(25)
