"""The mail log: who sees which messages, what of them is shown, and sending them once more."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import AuditEntry, Person
from collections_app.core.clock import now
from collections_app.customers.models import Contact, Customer
from collections_app.notices.models import Notice
from collections_app.outbox.delivery import Rendered, deliver_due
from collections_app.outbox.models import Message
from tests.builders import make_person
from tests.conftest import Cast
from tests.web.acting import send, text_of
from tests.web.facts import DAY, make_customer, stand_on
from tests.web.mail import make_message


@pytest.fixture
def east(cast: Cast) -> Customer:
    customer = make_customer(cast.east_rep, name="Eastern Foods", code="E-1")
    stand_on()
    return customer


def log(client: Client, person: Person, query: str = "") -> str:
    client.force_login(person)
    return text_of(client.get(f"/messages/{query}"))


def seen(client: Client, person: Person, query: str = "") -> list[str]:
    """The subjects that the list shows."""
    return re.findall(r"Subject \d+", log(client, person, query))


def detail(client: Client, person: Person, message: Message) -> str:
    client.force_login(person)
    return text_of(client.get(f"/messages/{message.public_id}/"))


def resend(client: Client, person: Person, message: Message) -> Any:
    client.force_login(person)
    return send(client, f"/messages/{message.public_id}/resend/")


def test_each_sees_mail_to_themselves_and_about_customers_of_theirs(
    cast: Cast, client: Client, east: Customer
) -> None:
    about = make_message(east, to=cast.east_rep)
    own = make_message(to=cast.west_rep)
    wanted = {
        cast.east_rep: [about.subject], cast.east_manager: [about.subject],
        cast.east_rep_two: [], cast.west_rep: [own.subject], cast.west_manager: [],
        cast.finance: [own.subject, about.subject], cast.admin: [own.subject, about.subject],
    }  # fmt: skip
    assert {person: seen(client, person) for person in wanted} == wanted


def test_a_message_about_others_customers_too_shows_only_what_is_theirs(
    cast: Cast, client: Client, east: Customer
) -> None:
    west = make_customer(cast.west_rep, name="Western Foods")
    message = make_message(east, west, to=cast.admin)
    told = detail(client, cast.east_manager, message)
    assert "Eastern Foods" in told
    assert "Western Foods" not in told
    assert "It also tells of 1 thing that is not yours to see." in told
    assert message.subject not in told
    assert message.body_text not in told
    assert client.get(f"/messages/{message.public_id}/html/").status_code == 404
    assert seen(client, cast.east_manager, f"?q={message.subject}") == []
    assert message.body_text in detail(client, cast.admin, message)


def test_what_was_sent_to_oneself_stays_readable_when_the_customer_is_handed_over(
    cast: Cast, client: Client, east: Customer
) -> None:
    message = make_message(east, to=cast.east_rep)
    Customer.objects.filter(pk=east.pk).update(owner=cast.west_rep)
    told = detail(client, cast.east_rep, message)
    assert message.body_text in told
    assert "Eastern Foods" not in told


def test_a_digest_is_whole_to_its_reader_alone(cast: Cast, client: Client, east: Customer) -> None:
    message = make_message(east, to=cast.east_rep)
    Notice.objects.create(kind="digest", person=cast.east_rep, key="1", message=message, on_day=DAY)
    assert message.body_text in detail(client, cast.east_rep, message)
    assert message.body_text not in detail(client, cast.east_manager, message)


def test_a_message_that_carries_a_secret_shows_nothing_of_what_it_said(
    cast: Cast, client: Client
) -> None:
    message = make_message(to=cast.east_rep, kind="invitation")
    for person in (cast.admin, cast.east_rep):
        told = detail(client, person, message)
        assert "carries a link by which one signs in" in told
        assert message.body_text not in told
        assert client.get(f"/messages/{message.public_id}/html/").status_code == 404
    assert resend(client, cast.admin, message)["Location"].endswith(f"{message.public_id}/")
    assert Message.objects.count() == 1


@pytest.mark.parametrize("words", ["eastern", "e-1", "ANNA@", "anna", "Subject"])
def test_a_search_finds_by_customer_address_recipient_and_subject(
    cast: Cast, client: Client, east: Customer, words: str
) -> None:
    message = make_message(east, to=cast.east_rep)
    make_message(to=cast.admin, subject="Else")
    assert seen(client, cast.admin, f"?q={words}") == [message.subject]


def test_chips_narrow_by_state_and_kind_and_count(
    cast: Cast, client: Client, east: Customer
) -> None:
    make_message(east, to=cast.east_rep)
    dead = make_message(to=cast.east_rep, state="dead", reason="refused", sent_at=None)
    make_message(to=cast.east_rep, kind="decided")
    text = log(client, cast.admin)
    assert "All 3 sent 2 undeliverable 1" in text
    assert "All 3 lapsed promise 2 request decided 1" in text
    assert seen(client, cast.admin, "?state=dead&kind=lapsed") == [dead.subject]
    assert "All 2 sent 1 undeliverable 1" in log(client, cast.admin, "?kind=lapsed")
    assert client.get("/messages/?state=lost").status_code == 404


def test_pages_turn_by_where_the_last_one_ended(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collections_app.web.pages.messages.PAGE_SIZE", 2)
    made = [make_message(to=cast.admin).subject for _ in range(5)]
    Message.objects.update(created_at=now())
    found, query = [], ""
    for _ in range(3):
        client.force_login(cast.admin)
        page = client.get(f"/messages/{query}").context["page"]
        found += [row.subject for row in page.rows]
        query = f"?older={page.older}"
    assert found == made[::-1]
    assert page.older == ""


def test_the_list_begins_ninety_days_back_unless_told(cast: Cast, client: Client) -> None:
    message = make_message(to=cast.admin)
    Message.objects.update(created_at=now() - timedelta(days=200))
    assert seen(client, cast.admin) == []
    assert seen(client, cast.admin, "?from=2020-01-01") == [message.subject]


def test_more_messages_take_no_more_queries(cast: Cast, client: Client, east: Customer) -> None:
    numbers = []
    for _ in range(2):
        make_message(east, to=cast.east_rep)
        client.force_login(cast.east_manager)
        with CaptureQueriesContext(connection) as queries:
            client.get("/messages/?q=Eastern")
        numbers.append(len(queries))
        make_message(make_customer(cast.east_rep, name="Eastern too"), to=cast.east_rep)
    assert numbers[0] == numbers[1] <= 16


def test_what_was_sent_is_shown_in_a_document_of_no_origin(
    cast: Cast, client: Client, east: Customer
) -> None:
    message = make_message(east, to=cast.east_rep)
    client.force_login(cast.east_rep)
    page = client.get(f"/messages/{message.public_id}/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    answer = client.get(f"/messages/{message.public_id}/html/")
    assert answer.content.decode() == message.body_html
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'self'", "sandbox",
    }  # fmt: skip
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("550 5.1.1 no such user", "There is no such mailbox"),
        ("550 unknown", "There is no such mailbox"),
        ("552 5.2.2 over quota", "The mailbox is full"),
        ("554 5.7.1 blocked", "does not take mail from ours"),
        ("451 4.3.0 busy", "asked to try again later"),
        ("[Errno 111] Connection refused", "could not be reached"),
        ("not an e-mail address", "look for a typing error"),
    ],
)
def test_a_failure_is_told_in_words(cast: Cast, client: Client, error: str, words: str) -> None:
    message = make_message(
        to=cast.admin, state="dead", reason="refused", sent_at=None, last_error=error
    )
    told = detail(client, cast.admin, message)
    assert words in told
    assert error in told


@pytest.mark.parametrize(
    ("reason", "words"),
    [("decided", "decided meanwhile"), ("withdrawn", "withdrawn by who asked")],
)
def test_why_mail_about_a_request_was_withdrawn_is_told_in_words(
    cast: Cast, client: Client, reason: str, words: str
) -> None:
    make_message(to=cast.admin, state="withdrawn", reason=reason, sent_at=None)
    client.force_login(cast.admin)
    assert words in text_of(client.get("/messages/"))


def test_one_that_died_is_queued_again_under_its_own_name(
    cast: Cast, client: Client, east: Customer
) -> None:
    message = make_message(
        east, to=cast.east_rep, state="dead", reason="refused", sent_at=None,
        to_address="typing@error.test",
    )  # fmt: skip
    resend(client, cast.east_manager, message)
    after = Message.objects.get()
    assert (after.state, after.message_id) == ("queued", message.message_id)
    assert after.to_address == cast.east_rep.email, "where its recipient is reached now"
    entry = AuditEntry.objects.get(verb="resend")
    assert (entry.actor, entry.customer_id) == (cast.east_manager, east.pk)


def test_one_that_was_sent_is_sent_again_as_it_was_and_names_the_first(
    cast: Cast, client: Client, east: Customer
) -> None:
    first = make_message(east, to=cast.east_rep)
    token = uuid4()
    client.force_login(cast.east_rep)
    for _ in range(2):
        answer = client.post(f"/messages/{first.public_id}/resend/", {"token": token})
    copy = Message.objects.get(resend_of=first)
    assert answer["Location"] == f"/messages/{copy.public_id}/"
    assert copy.message_id != first.message_id
    deliver_due(prepare=lambda _message: Rendered("Other", "words", ""))
    copy.refresh_from_db()
    assert (copy.state, copy.body_text) == ("sent", first.body_text)
    assert "Eastern Foods" in detail(client, cast.east_manager, copy)


def test_one_sent_once_more_is_withdrawn_where_its_reader_was_shut_out(
    cast: Cast, client: Client
) -> None:
    reader = make_person("Gone")
    first = make_message(to=reader)
    resend(client, cast.admin, first)
    Person.objects.filter(pk=reader.pk).update(is_active=False)
    deliver_due(prepare=lambda _message: Rendered("Other", "words", ""))
    assert Message.objects.get(resend_of=first).reason == "disabled"
    assert "may not sign in" in text_of(client.get(resend(client, cast.admin, first)["Location"]))


def to_contact(customer: Customer, **more: Any) -> Message:
    contact = Contact.objects.create(customer=customer, name="Li", email="li@east.test")
    message = make_message(to=customer.owner, person=None, to_address="li@old.test", **more)
    Notice.objects.create(
        kind="digest", contact=contact, key="1", customer=customer, message=message, on_day=DAY
    )
    return message


def test_mail_to_a_customer_that_wants_none_is_not_sent_again(
    cast: Cast, client: Client, east: Customer
) -> None:
    message = to_contact(east)
    Customer.objects.update(reminder_mode="never")
    answer = resend(client, cast.east_rep, message)
    assert "gets no mail" in text_of(client.get(answer["Location"]))
    assert Message.objects.count() == 1


def test_mail_to_a_contact_goes_to_where_the_contact_is_reached_now(
    cast: Cast, client: Client, east: Customer
) -> None:
    message = to_contact(east)
    resend(client, cast.east_rep, message)
    assert Message.objects.get(resend_of=message).to_address == "li@east.test"


def test_one_that_waits_cannot_be_sent_once_more(cast: Cast, client: Client) -> None:
    message = make_message(to=cast.admin, state="queued", sent_at=None)
    answer = resend(client, cast.admin, message)
    assert "Only what was sent" in text_of(client.get(answer["Location"]))
    assert "Send once more" not in detail(client, cast.admin, message)


def test_managers_and_administrators_have_the_log_in_their_navigation(
    cast: Cast, client: Client
) -> None:
    for person, shown in ((cast.east_manager, True), (cast.admin, True), (cast.east_rep, False)):
        client.force_login(person)
        assert ('href="/messages/"' in client.get("/settings/").content.decode()) is shown


def test_the_customers_timeline_leads_to_the_message(
    cast: Cast, client: Client, east: Customer
) -> None:
    message = make_message(east, to=cast.east_rep)
    client.force_login(cast.east_manager)
    page = client.get(f"/customers/{east.public_id}/?tab=history&show=messages")
    assert f'href="/messages/{message.public_id}/"' in page.content.decode()
