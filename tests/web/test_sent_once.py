"""A form is sent once, however often it arrives, and nothing typed is dropped without a word."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import F
from django.test import Client

from collections_app.core import clock
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment
from collections_app.web.models import Submission
from collections_app.web.submitting import once
from collections_app.web.tasks import forget_submissions
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.acting import promise, receive, text_of
from tests.web.facts import make_customer, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


def test_a_form_sent_again_with_other_entries_says_that_they_are_not_saved(
    rep: Client, customer: Customer
) -> None:
    token = uuid4()
    receive(rep, customer, token=token)
    answer = receive(rep, customer, token=token, amount="700")
    assert answer.status_code == 422
    assert "sent before, with other entries" in text_of(answer)
    fresh = answer.context["form"]["token"].value()
    assert receive(rep, customer, token=fresh, amount="700").status_code == 302
    assert list(Payment.objects.order_by("pk").values_list("amount", flat=True)) == [300_00, 700_00]


def test_undoing_twice_goes_on_like_once(rep: Client, customer: Customer) -> None:
    promise(rep, customer)
    page = rep.get(f"/customers/{customer.public_id}/").content.decode()
    undo = re.search(r'action="(/commitments/[^"]+/undo/)"', page)
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert undo
    assert token
    first, second = (rep.post(undo[1], {"token": token[1]}) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    said = text_of(rep.get(second["Location"]))
    assert said.count("The promise was taken back.") == 1
    # Without that token it is like what never was.
    assert rep.post(undo[1]).status_code == 404


def test_forms_sent_long_ago_are_forgotten(rep: Client, customer: Customer) -> None:
    receive(rep, customer)
    Submission.objects.update(at=clock.now() - timedelta(days=8))
    receive(rep, customer, amount="5")
    forget_submissions()
    assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_acts_that_wait_for_each_other_are_tried_again(cast: Cast) -> None:
    """Each holds what the other wants: one is undone by the database, and then done after all."""
    one, two = make_customer(cast.east_rep), make_customer(cast.east_rep)
    both_hold = threading.Barrier(2)

    def work(first: Customer, second: Customer) -> None:
        tries: list[int] = []

        def act() -> str:
            tries.append(1)
            Customer.objects.filter(pk=first.pk).update(name=F("name"))
            if len(tries) == 1:
                both_hold.wait(10)
            Customer.objects.filter(pk=second.pk).update(payment_terms_days=7)
            return "/"

        once(person=cast.east_rep, token=uuid4(), said="", act=act)

    side_by_side(lambda: work(one, two), lambda: work(two, one))
    assert Submission.objects.count() == 2
