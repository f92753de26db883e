"""People are made once, changed on the record, and never half."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.test import Client

from collections_app.accounts.models import AuditEntry, Person, Role
from collections_app.accounts.operations import (
    PersonRefused,
    change_person,
    choose_language,
    create_person,
)
from tests.builders import make_person
from tests.conftest import Cast


def refusal_code(**changes: str) -> str:
    given = {"email": "new@kept.test", "name": "New", "role": "rep", **changes}
    with pytest.raises(PersonRefused) as refusal:
        create_person(**given)  # type: ignore[arg-type]
    return refusal.value.code


def test_an_email_is_kept_as_given_and_the_sign_in_librarys_in_step(db: None) -> None:
    person = create_person(email=" Li.Na@Kept.test ", name="Li Na", role=Role.REP)
    assert person.email == "Li.Na@Kept.test"
    addresses = EmailAddress.objects.filter(user=person)
    assert list(addresses.values_list("email", "verified", "primary")) == [
        ("li.na@kept.test", True, True)
    ]


def test_a_person_without_a_password_cannot_sign_in_by_one(db: None) -> None:
    assert not make_person().has_usable_password()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "ANNA@kept.test"}, "conflict"),
        ({"email": "anna"}, "invalid_email"),
        ({"name": " "}, "required"),
        ({"role": "boss"}, "unknown_value"),
        ({"language": "fr"}, "unknown_value"),
    ],
)
def test_what_cannot_be_a_person_is_refused_by_name(
    cast: Cast, changes: dict[str, str], code: str
) -> None:
    before = Person.objects.count(), AuditEntry.objects.count()
    assert refusal_code(**changes) == code
    assert (Person.objects.count(), AuditEntry.objects.count()) == before


def test_two_people_without_a_staff_number_are_no_conflict(db: None) -> None:
    make_person()
    make_person()
    assert Person.objects.filter(staff_number=None).count() == 2


def test_the_database_itself_refuses_a_second_person_of_one_email(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="person_email_once"), transaction.atomic():
        Person.objects.create(email="Anna@Kept.Test", name="Other", role=Role.REP)


def test_a_change_is_on_the_record_with_before_and_after(cast: Cast) -> None:
    change_person(person=cast.east_rep, actor=cast.admin, name="Anna Li")
    entry = AuditEntry.objects.get(verb="change")
    assert entry.actor == cast.admin
    assert (entry.payload["before"]["name"], entry.payload["after"]["name"]) == ("Anna", "Anna Li")


def test_a_change_of_nothing_leaves_no_trace(cast: Cast) -> None:
    change_person(person=cast.east_rep, actor=cast.admin, name="Anna")
    assert not AuditEntry.objects.filter(verb="change").exists()


def test_a_changed_email_is_the_one_to_sign_in_with(cast: Cast) -> None:
    change_person(person=cast.east_rep, actor=cast.admin, email="New@kept.test")
    assert [a.email for a in EmailAddress.objects.filter(user=cast.east_rep)] == ["new@kept.test"]


@pytest.mark.parametrize("change", [{"role": "manager"}, {"is_active": False}])
def test_a_changed_role_and_disabling_end_the_session(
    cast: Cast, client: Client, change: dict[str, Any]
) -> None:
    client.force_login(cast.east_rep)
    assert "_auth_user_id" in client.session
    change_person(person=cast.east_rep, actor=cast.admin, **change)
    answer = client.get("/accounts/2fa/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_an_unchanged_person_stays_signed_in(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    choose_language(person=cast.east_rep, language="zh-hans")
    assert client.get("/accounts/2fa/").status_code == 200
