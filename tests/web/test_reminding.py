"""How mail to a customer leaves: the mode with its dry run, stops, and what comes next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer, Stop
from collections_app.notices.models import Notice
from collections_app.organisation.models import Organisation
from collections_app.outbox.models import Message
from collections_app.reminders.sweep import sweep
from tests.conftest import Cast
from tests.ledger_facts import make_customer, promise
from tests.reminders.clockwork import Clockwork, clock, reachable
from tests.web.acting import form_of, send, text_of

__all__ = ["clock"]

# The customer is rated C: reminded five days before the due date and one.
DUE = date(2026, 7, 10)


@pytest.fixture
def customer(cast: Cast, clock: Clockwork) -> Customer:
    """A promise due the day after; mail to it has to be approved."""
    clock.set(DUE - timedelta(days=1))
    made = make_customer(cast.east_rep)
    reachable(made, mode="never")
    promise(made, [(DUE, 100)], made_on=date(2026, 6, 1))
    sweep(on=DUE - timedelta(days=1))
    return made


def path(customer: Customer, rest: str = "") -> str:
    return f"/customers/{customer.public_id}/reminders/{rest}"


def set_mode(client: Client, customer: Customer, mode: str, **more: Any) -> Any:
    values = form_of(client, path(customer)) | {"mode": mode} | more
    return client.post(path(customer), values)


def mode_of(customer: Customer) -> str:
    return Customer.objects.get(pk=customer.pk).reminder_mode


def page(client: Client, customer: Customer) -> str:
    return text_of(client.get(f"/customers/{customer.public_id}/?tab=contacts"))


def test_automatic_is_set_after_a_look_at_what_would_go_now(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    looked = text_of(set_mode(client, customer, "automatic"))
    for part in ("What would go now", "zhou@c.test", "is due on 10 Jul 2026", "CNY 100.00"):
        assert part in looked
    assert mode_of(customer) == "never"
    assert not Message.objects.filter(person=None).exists()
    set_mode(client, customer, "automatic", looked_at="automatic")
    assert mode_of(customer) == "automatic"
    sweep(on=DUE - timedelta(days=1))
    assert Message.objects.get(person=None).state == "queued"


def test_another_mode_needs_no_look(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.east_rep)
    set_mode(client, customer, "approve")
    assert mode_of(customer) == "approve"


def test_a_mode_that_somebody_changed_meanwhile_is_not_set_blindly(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    values = form_of(client, path(customer)) | {"mode": "approve"}
    Customer.objects.update(reminder_mode="automatic")
    assert client.post(path(customer), values).status_code == 409
    assert mode_of(customer) == "automatic"


def test_a_stop_of_a_customer_says_who_and_why_until_it_is_lifted(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    send(client, path(customer, "stop/"), reason="A lawyer asks for it")
    text = page(client, customer)
    assert "A lawyer asks for it · Anna" in text
    send(client, path(customer, "go/"))
    assert "A lawyer asks for it" not in page(client, customer)


@pytest.mark.parametrize(("who", "may"), [("east_manager", True), ("admin", True)])
def test_a_team_is_stopped_by_who_manages_it(
    cast: Cast, client: Client, customer: Customer, who: str, may: bool
) -> None:
    client.force_login(getattr(cast, who))
    send(client, "/settings/mail/", scope=str(cast.east.public_id), reason="Fair")
    stop = Stop.objects.get()
    assert (stop.team, stop.reason) == (cast.east, "Fair")
    assert "East and below" in text_of(client.get("/settings/mail/"))
    send(client, "/settings/mail/", lift=str(stop.public_id))
    stop.refresh_from_db()
    assert stop.lifted_by == getattr(cast, who)


def refused(client: Client, person: Person, scope: str) -> bool:
    client.force_login(person)
    send(client, "/settings/mail/", scope=scope, reason="Fair")
    return not Stop.objects.exists()


def test_everything_is_stopped_by_administrators_alone(
    cast: Cast, client: Client, customer: Customer
) -> None:
    assert refused(client, cast.east_manager, "all")
    assert refused(client, cast.east_manager, str(cast.west.public_id))
    assert refused(client, cast.east_rep, "all")
    assert not refused(client, cast.admin, "all")


def test_the_page_says_what_is_said_next_and_what_was_not_and_why(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    text = page(client, customer)
    assert "Nothing goes now: the customer gets no mail" in text
    assert "Due soon" in text.split("What was not said")[1]
    assert "Lapsed promise" in text.split("What comes next")[1].split("What was not said")[0]


def test_nothing_is_foretold_where_nobody_has_an_address(
    cast: Cast, client: Client, customer: Customer
) -> None:
    customer.reminder_mode = "automatic"
    customer.save()
    customer.contacts.update(email="")
    client.force_login(cast.east_rep)
    text = page(client, customer)
    assert "Nothing goes now: no e-mail address" in text
    assert "What comes next" not in text
    assert "Nothing comes next" not in text


def test_business_hours_and_the_mode_of_new_customers_are_settings(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.admin)
    there = "/settings/organisation/"
    hours = {"business_from_hour": "8", "business_until_hour": "17", "reminder_mode": "never"}
    client.post(there, form_of(client, there) | hours)
    held = Organisation.objects.get()
    assert (held.business_from_hour, held.business_until_hour) == (8, 17)
    assert held.reminder_mode == "never"
    client.post(there, form_of(client, there) | {"business_until_hour": "8"})
    assert Organisation.objects.get().business_until_hour == 17


def test_today_asks_for_an_address_that_a_reminder_needs(
    cast: Cast, client: Client, customer: Customer
) -> None:
    Customer.objects.update(reminder_mode="automatic")
    customer.contacts.update(email="")
    Notice.objects.filter(person=None).delete()
    sweep(on=DUE - timedelta(days=1))
    client.force_login(cast.east_rep)
    assert "nobody there has an e-mail address" in text_of(client.get("/today/"))
    customer.contacts.update(email="zhou@c.test")
    assert "nobody there has an e-mail address" not in text_of(client.get("/today/"))
