"""Mail to customers that waits: whose it is, what is shown, letting it go and keeping it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import AuditEntry, Person
from collections_app.core.clock import now
from collections_app.customers.models import Contact, Customer
from collections_app.followups.models import FollowUp
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.operations import Owed, owe
from collections_app.notices.to_contacts import put_to_contacts
from collections_app.organisation.queries import business_hours, day_of, moment_on
from collections_app.outbox.models import Message
from tests.conftest import Cast
from tests.web.acting import send, text_of
from tests.web.facts import DAY, day, make_commitment, make_customer, stand_on

PATH = "/messages/waiting/"


def waits(owner: Person, *, code: str = "E-1", language: str = "en") -> Message:
    """A reminder of a promise of the owner's customer that waits to be released."""
    customer = make_customer(owner, name=f"Customer {code}", code=code)
    contact = Contact.objects.create(
        customer=customer, name="Ms Zhou", email=f"{code.lower()}@c.test", language=language,
        is_primary=True,
    )  # fmt: skip
    of = make_commitment(customer, (day(25), 300), reference=f"P-{code}").instalments.get()
    stand_on()
    fresh = owe(
        NoticeKind.DUE_SOON,
        [Owed(None, f"instalment/{of.pk}/3/to-{contact.pk}", customer.pk, of.pk,
              contact_id=contact.pk, on_day=DAY)],
    )  # fmt: skip
    put_to_contacts(fresh, due_at=now())
    return Message.objects.get(notices__in=fresh)


@pytest.fixture
def message(cast: Cast) -> Message:
    return waits(cast.east_rep)


def look(client: Client, person: Person) -> str:
    client.force_login(person)
    return text_of(client.get(PATH))


def post(client: Client, person: Person, **data: Any) -> str:
    client.force_login(person)
    return text_of(client.get(send(client, PATH, **data)["Location"]))


def end_of(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def test_a_rep_sees_what_would_be_said_to_whom_and_why(
    cast: Cast, client: Client, message: Message
) -> None:
    text = look(client, cast.east_rep)
    for part in ("Customer E-1", "Ms Zhou", "e-1@c.test", "Due soon", "CNY 300.00", "P-E-1"):
        assert part in text


def test_it_is_the_reps_the_managers_and_nobody_elses(
    cast: Cast, client: Client, message: Message
) -> None:
    seeing = [p for p in (cast.east_rep, cast.east_manager, cast.admin, cast.west_rep,
                          cast.west_manager, cast.east_rep_two)
              if "Customer E-1" in look(client, p)]  # fmt: skip
    assert seeing == [cast.east_rep, cast.east_manager, cast.admin]


def test_one_is_released_by_its_button_and_leaves_in_business_hours(
    cast: Cast, client: Client, message: Message
) -> None:
    other = waits(cast.east_rep, code="E-2")
    post(client, cast.east_rep, only=str(message.public_id))
    assert (end_of(message)[0], end_of(other)[0]) == ("queued", "awaiting_approval")
    assert message.released_by == cast.east_rep
    assert message.due_at == business_hours().next_at(message.due_at)
    entry = AuditEntry.objects.get(subject_kind="message", verb="release")
    assert entry.customer_id == Customer.objects.get(code="E-1").pk


def test_those_ticked_are_released_or_all_shown(
    cast: Cast, client: Client, message: Message
) -> None:
    others = [waits(cast.east_rep, code=f"E-{n}") for n in (2, 3, 4)]
    post(client, cast.east_rep, act="release", message=[str(m.public_id) for m in others[:2]])
    assert [end_of(m)[0] for m in (message, *others)] == [
        "awaiting_approval", "queued", "queued", "awaiting_approval",
    ]  # fmt: skip
    shown = [str(m.public_id) for m in (message, others[2])]
    post(client, cast.east_rep, act="release_all", shown=shown)
    assert {end_of(m)[0] for m in (message, *others)} == {"queued"}


def test_one_is_kept_back_for_a_reason_that_is_on_record(
    cast: Cast, client: Client, message: Message
) -> None:
    ids = [str(message.public_id)]
    assert "Say in words why" in post(client, cast.east_rep, act="keep_back", message=ids)
    assert end_of(message)[0] == "awaiting_approval"
    post(client, cast.east_rep, act="keep_back", message=ids, reason="We spoke yesterday")
    assert end_of(message) == ("withdrawn", "declined")
    assert Notice.objects.get(message=message).reason == "declined"
    assert AuditEntry.objects.get(verb="keep_back").payload["reason"] == "We spoke yesterday"


def test_another_reps_message_is_not_released(cast: Cast, client: Client, message: Message) -> None:
    text = post(client, cast.west_rep, only=str(message.public_id))
    assert "None of these messages waits any more" in text
    assert end_of(message)[0] == "awaiting_approval"


def test_one_released_in_the_quiet_period_leaves_after_it(
    cast: Cast, client: Client, message: Message
) -> None:
    customer = Customer.objects.get(code="E-1")
    FollowUp.objects.create(
        customer=customer, at=moment_on(DAY), on_day=DAY, outcome="put_off",
        entered_by=cast.east_rep,
    )  # fmt: skip
    assert "quiet; leaves on" in look(client, cast.east_rep)
    post(client, cast.east_rep, only=str(message.public_id))
    message.refresh_from_db()
    assert day_of(message.due_at) >= DAY + timedelta(days=2)


def test_today_says_how_many_wait(cast: Cast, client: Client, message: Message) -> None:
    waits(cast.east_rep, code="E-2")
    client.force_login(cast.east_rep)
    assert "2 messages to customers wait for your release" in text_of(client.get("/today/"))
    client.force_login(cast.west_rep)
    assert "wait for your release" not in text_of(client.get("/today/"))


def test_the_list_asks_no_more_of_six_messages_than_of_two(cast: Cast, client: Client) -> None:
    counts = []
    for codes in (range(2), range(2, 6)):
        for number in codes:
            waits(cast.east_rep, code=f"Q-{number}")
        look(client, cast.east_rep)
        with CaptureQueriesContext(connection) as queries:
            look(client, cast.east_rep)
        counts.append(len(queries))
    assert counts[0] == counts[1]
