"""Contacts: two who change one at once, and one who changes what another removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from collections_app.customers.models import Contact, Customer
from collections_app.customers.operations import CustomerRefused, remove_contact, save_contact
from tests.conftest import Cast
from tests.web.acting import send, text_of
from tests.web.facts import make_customer, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


def save(customer: Customer, contact: Contact | None = None, **more: Any) -> Contact:
    values: dict[str, Any] = {"name": "Li Wei", "email": "", "phone": "138", "language": "en"}
    values |= {"is_primary": True}
    return save_contact(customer=customer, contact=contact, by=customer.owner, **(values | more))


def test_a_contact_removed_meanwhile_does_not_come_back(customer: Customer) -> None:
    contact = save(customer)
    remove_contact(contact=Contact.objects.get(), by=customer.owner)
    with pytest.raises(CustomerRefused) as refused:
        save(customer, contact, phone="139")
    assert refused.value.code == "removed"
    assert not Contact.objects.exists()


def test_a_number_that_another_changed_meanwhile_is_told_and_not_overwritten(
    rep: Client, customer: Customer
) -> None:
    contact = save(customer)
    path = f"/contacts/{contact.public_id}/"
    form = rep.get(path).context["form"]
    mine = {"name": "Li Wei", "phone": "137", "language": "en", "is_primary": "on"}
    mine["seen"] = form["seen"].value()
    save(customer, contact, phone="139")
    answer = send(rep, path, **mine)
    assert answer.status_code == 409
    assert "Now: 139" in text_of(answer)
    assert Contact.objects.get().phone == "139"
    mine["seen"] = answer.context["form"]["seen"].value()
    assert send(rep, path, **mine).status_code == 302
    assert Contact.objects.get().phone == "137"


def test_who_changed_something_else_is_not_in_the_way(rep: Client, customer: Customer) -> None:
    contact = save(customer)
    path = f"/contacts/{contact.public_id}/"
    seen = rep.get(path).context["form"]["seen"].value()
    save(customer, contact, email="li@example.com")
    sent = {"name": "Li Wei", "phone": "137", "language": "en", "is_primary": "on", "seen": seen}
    assert send(rep, path, **sent).status_code == 302
    kept = Contact.objects.get()
    assert (kept.phone, kept.email) == ("137", "li@example.com")
