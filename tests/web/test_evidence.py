"""Files that show what was agreed: kept with the act, and only with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collections_app.commitments.models import Commitment
from collections_app.customers.models import Customer, Evidence
from tests.conftest import Cast
from tests.web.acting import TODAY, on, promise, send
from tests.web.facts import make_customer, make_plan, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("chat.png", b"\x89PNG\r\n\x1a\n a chat", "image/png")


def kept() -> set[str]:
    return set(default_storage.listdir("")[1])


def agree(client: Client, customer: Customer, **more: Any) -> Any:
    values = {"agreed_with": "Mr Li", "agreed_on": TODAY, "channel": "visit", "seen": "150,000"}
    return send(client, on(customer, "plan/agree"), evidence=photo(), **(values | more))


def test_looking_at_what_an_act_would_do_keeps_no_file(rep: Client, customer: Customer) -> None:
    before = kept()
    answer = promise(rep, customer, preview="1", evidence=photo())
    assert answer.context["effect"].changes
    assert kept() == before


def test_an_act_that_is_refused_keeps_no_file(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    before = kept()
    assert agree(rep, customer, agreed_on="2026-12-24").status_code == 422
    assert agree(rep, customer, seen="1").status_code == 409
    assert promise(rep, customer, made_on="2026-11-18", evidence=photo()).status_code == 422
    assert kept() == before
    assert not Evidence.objects.exists()


def test_a_promise_is_kept_with_its_evidence(rep: Client, customer: Customer) -> None:
    promise(rep, customer, evidence=photo())
    evidence = Evidence.objects.get()
    assert Commitment.objects.get().evidence == evidence
    assert default_storage.exists(evidence.stored_as)


def test_a_form_that_comes_back_says_to_choose_the_file_again(
    rep: Client, customer: Customer
) -> None:
    answer = promise(rep, customer, made_on="2026-11-18", evidence=photo())
    assert "Choose chat.png again" in answer.content.decode()
    without = promise(rep, customer, made_on="2026-11-18")
    assert "again: the browser" not in without.content.decode()


def test_a_file_that_is_lost_does_not_exist(rep: Client, customer: Customer) -> None:
    promise(rep, customer, evidence=photo())
    evidence = Evidence.objects.get()
    default_storage.delete(evidence.stored_as)
    assert rep.get(f"/evidence/{evidence.public_id}/").status_code == 404
