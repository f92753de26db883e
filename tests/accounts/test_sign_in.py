"""Signing in by e-mail; nobody signs up, and nobody learns who has an account."""

from __future__ import annotations

import pytest
from django.test import Client

from collections_app.outbox.models import Message
from tests.builders import make_person

PASSWORD = "quite a long one"


@pytest.mark.parametrize("email", ["anna@kept.test", "ANNA@Kept.Test"])
def test_an_email_and_its_password_sign_in(db: None, client: Client, email: str) -> None:
    person = make_person(email="Anna@kept.test", password=PASSWORD)
    answer = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_wrong_password_and_an_unknown_email_look_the_same(db: None, client: Client) -> None:
    make_person(email="anna@kept.test", password=PASSWORD)
    answers = [
        client.post("/accounts/login/", {"login": email, "password": "wrong"})
        for email in ("anna@kept.test", "nobody@kept.test")
    ]
    errors = [answer.context["form"].errors for answer in answers]
    assert errors[0] == errors[1] != {}


def test_too_many_wrong_passwords_shut_the_account_for_a_while(db: None, client: Client) -> None:
    make_person(email="anna@kept.test", password=PASSWORD)
    for _try in range(6):
        client.post("/accounts/login/", {"login": "anna@kept.test", "password": "wrong"})
    client.post("/accounts/login/", {"login": "anna@kept.test", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_reset_is_promised_whether_or_not_the_account_exists(db: None, client: Client) -> None:
    make_person(email="anna@kept.test", password=PASSWORD)
    places = [
        client.post("/accounts/password/reset/", {"email": email})["Location"]
        for email in ("nobody@kept.test", "anna@kept.test")
    ]
    assert places[0] == places[1]
    assert [message.to_address for message in Message.objects.all()] == ["anna@kept.test"]


def test_there_is_no_signing_up(db: None, client: Client) -> None:
    assert client.get("/accounts/signup/").status_code in (302, 404)
    assert "signup" not in client.get("/accounts/login/").content.decode()
