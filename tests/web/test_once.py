"""A form acts once, however often and however fast it is sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from collections_app.commitments.models import Commitment
from collections_app.customers.models import Customer
from collections_app.web.models import Submission
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.facts import DAY, make_customer, stand_on

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


def send(customer: Customer, token: UUID, places: list[str]) -> None:
    places.append(answer_of(customer, token)["Location"])


def answer_of(customer: Customer, token: UUID) -> Any:
    client = Client()
    client.force_login(customer.owner)
    values = {"token": token, "rows": 1, "due_1": "2026-11-30", "amount_1": "5", "channel": "phone"}
    path = f"/customers/{customer.public_id}/commitments/add/"
    return client.post(path, {**values, "made_on": DAY.isoformat()})


def test_a_form_sent_many_times_at_once_acts_once(customer: Customer) -> None:
    token, places = uuid4(), list[str]()
    side_by_side(*[lambda: send(customer, token, places)] * AT_ONCE)
    assert Commitment.objects.count() == 1
    assert len(places) == AT_ONCE
    assert len(set(places)) == 1


def test_without_the_token_the_same_clicks_would_act_each_time(customer: Customer) -> None:
    """The control: it is the token that makes them one."""
    places = list[str]()
    side_by_side(*[lambda: send(customer, uuid4(), places)] * AT_ONCE)
    assert Commitment.objects.count() == AT_ONCE


def test_a_token_of_somebody_else_leads_nowhere(customer: Customer, cast: Cast) -> None:
    Submission.objects.create(token=(token := uuid4()), person=cast.admin, onward="/secret/")
    answer = answer_of(customer, token)
    # The form comes back with what was typed, and with a token of its own.
    assert answer.status_code == 422
    assert "/secret/" not in answer.content.decode()
    assert str(token) not in answer.content.decode()
    assert Commitment.objects.count() == 0
