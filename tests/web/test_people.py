"""People: invited, changed, shut out and let in again by administrators."""

from __future__ import annotations

import html
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from collections_app.accounts.models import AuditEntry, Person, Role
from collections_app.accounts.operations import PersonRefused, change_person
from collections_app.outbox.models import Message
from tests.builders import make_person, make_team
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.facts import day, make_customer, make_invoice, stand_on

NEW = {"name": "Li Na", "email": "li.na@kept.test", "role": "rep", "language": "zh-hans"}


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin)
    return client


def text_of(client: Client, path: str) -> str:
    return " ".join(html.unescape(client.get(path).content.decode()).split())


def invite(client: Client, **given: str) -> object:
    token = str(uuid.uuid4())
    return client.post("/settings/people/new/", {"token": token, **NEW, **given})


def form_of(client: Client, person: Person) -> dict[str, str]:
    """What the person's page would send if nothing were changed."""
    form = client.get(f"/settings/people/{person.public_id}/").context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_an_invitation_makes_the_person_and_queues_the_mail(cast: Cast, admin: Client) -> None:
    invite(admin, team=str(cast.east.public_id), staff_number="007")
    person = Person.objects.get(email="li.na@kept.test")
    assert (person.name, person.role, person.team, person.language) == (
        "Li Na", Role.REP, cast.east, "zh-hans",
    )  # fmt: skip
    assert person.staff_number == "007"
    assert list(Message.objects.values_list("kind", "to_address")) == [
        ("invitation", "li.na@kept.test")
    ]
    entry = AuditEntry.objects.get(subject_kind="person", subject_id=str(person.pk))
    assert (entry.verb, entry.actor) == ("create", cast.admin)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "ANNA@kept.test"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"name": "\x07"}, "name"),
        ({"role": "boss"}, "role"),
        ({"team": "x"}, "team"),
        ({"team": str(uuid.uuid4())}, "team"),
        ({"language": "fr"}, "language"),
        ({"staff_number": "9" * 65}, "staff_number"),
    ],
)
def test_a_bad_invitation_is_refused_beside_its_field(
    cast: Cast, admin: Client, given: dict[str, str], field: str
) -> None:
    answer = admin.post("/settings/people/new/", {"token": str(uuid.uuid4()), **NEW, **given})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Person.objects.filter(name="Li Na").exists()
    assert not Message.objects.exists()


def test_an_invitation_sent_twice_makes_one_person(cast: Cast, admin: Client) -> None:
    data = {"token": str(uuid.uuid4()), **NEW}
    for _ in range(2):
        assert admin.post("/settings/people/new/", data)["Location"] == "/settings/people/"
    assert Message.objects.count() == 1


def test_where_no_mail_leaves_the_pages_say_so(
    cast: Cast, admin: Client, settings: Settings
) -> None:
    settings.KEPT_EMAIL = None
    for path in ("/settings/people/", "/settings/people/new/"):
        assert "No mail server is set" in text_of(admin, path)
    settings.KEPT_EMAIL = {"EMAIL_HOST": "127.0.0.1"}
    assert "No mail server is set" not in text_of(admin, "/settings/people/")


def test_a_changed_person_is_saved_and_on_record(cast: Cast, admin: Client) -> None:
    data = form_of(admin, cast.east_rep)
    data |= {"name": "Anna Li", "team": str(cast.west.public_id)}
    admin.post(f"/settings/people/{cast.east_rep.public_id}/", data)
    cast.east_rep.refresh_from_db()
    assert (cast.east_rep.name, cast.east_rep.team) == ("Anna Li", cast.west)
    entry = AuditEntry.objects.get(verb="change", subject_kind="person")
    assert (entry.payload["before"]["team"], entry.payload["after"]["team"]) == (
        cast.east.pk,
        cast.west.pk,
    )


def test_a_lost_race_shows_both_values_and_sent_again_decides(cast: Cast, admin: Client) -> None:
    path = f"/settings/people/{cast.east_rep.public_id}/"
    data = form_of(admin, cast.east_rep) | {"team": str(cast.head.public_id)}
    other = make_person("Boss", role=Role.ADMIN)
    change_person(person=cast.east_rep, actor=other, team=cast.west)
    answer = admin.post(path, data)
    assert answer.status_code == 409
    page = html.unescape(answer.content.decode())
    assert "Boss changed this meanwhile" in page
    assert "Now: West" in page
    form = answer.context["form"]
    assert form["team"].value() == str(cast.head.public_id)
    cast.east_rep.refresh_from_db()
    assert cast.east_rep.team == cast.west
    again = {name: form[name].value() or "" for name in form.fields}
    assert admin.post(path, again).status_code == 302
    cast.east_rep.refresh_from_db()
    assert cast.east_rep.team == cast.head


def test_two_who_change_different_things_do_not_meet(cast: Cast, admin: Client) -> None:
    data = form_of(admin, cast.east_rep) | {"name": "Anna Li"}
    change_person(person=cast.east_rep, actor=None, team=cast.west)
    admin.post(f"/settings/people/{cast.east_rep.public_id}/", data)
    cast.east_rep.refresh_from_db()
    assert (cast.east_rep.name, cast.east_rep.team) == ("Anna Li", cast.west)


def test_disabling_says_in_figures_what_is_theirs(cast: Cast, admin: Client) -> None:
    customer = make_customer(cast.east_rep)
    make_customer(cast.east_rep)
    make_invoice(customer, 1_234, due_on=day(10))
    stand_on()
    page = text_of(admin, f"/settings/people/{cast.east_rep.public_id}/disable/")
    assert "2 customers are theirs" in page
    assert "¥1,234.00 is open" in page


def test_a_disabled_persons_session_ends_and_does_not_come_back(cast: Cast, admin: Client) -> None:
    theirs = Client()
    theirs.force_login(cast.east_rep)
    base = f"/settings/people/{cast.east_rep.public_id}"
    admin.post(f"{base}/disable/", {"token": str(uuid.uuid4())})
    assert not Person.objects.get(pk=cast.east_rep.pk).is_active
    assert admin.post(f"{base}/enable/").status_code == 302
    assert Person.objects.get(pk=cast.east_rep.pk).is_active
    assert theirs.get("/settings/")["Location"].startswith("/accounts/login/")


def test_disabling_offers_to_take_it_back(cast: Cast, admin: Client) -> None:
    path = f"/settings/people/{cast.east_rep.public_id}"
    answer = admin.post(f"{path}/disable/", {"token": str(uuid.uuid4())}, follow=True)
    assert f'action="{path}/enable/"' in answer.content.decode()


def test_an_administrator_cannot_shut_themselves_out(cast: Cast, admin: Client) -> None:
    make_person(role=Role.ADMIN)
    path = f"/settings/people/{cast.admin.public_id}"
    answer = admin.post(f"{path}/disable/", {"token": str(uuid.uuid4())})
    assert answer.status_code == 422
    answer = admin.post(f"{path}/", form_of(admin, cast.admin) | {"role": "rep"})
    assert answer.context["form"].errors["role"] == [
        "You cannot take your own rights away. Ask another administrator."
    ]
    cast.admin.refresh_from_db()
    assert (cast.admin.role, cast.admin.is_active) == (Role.ADMIN, True)


@pytest.mark.parametrize("change", [{"role": "rep"}, {"is_active": False}])
def test_the_last_administrator_stays(cast: Cast, change: dict[str, Any]) -> None:
    make_person(role=Role.ADMIN)
    change_person(person=Person.objects.exclude(pk=cast.admin.pk).get(role=Role.ADMIN),
                  actor=None, is_active=False)  # fmt: skip
    with pytest.raises(PersonRefused) as refusal:
        change_person(person=cast.admin, actor=None, **change)
    assert refusal.value.code == "not_allowed"


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_disable_each_other_leave_one(cast: Cast) -> None:
    other = make_person("Other", role=Role.ADMIN)

    def disable(person: Person, by: Person) -> None:
        try:
            change_person(person=person, actor=by, is_active=False)
        except PersonRefused as refusal:
            assert refusal.code == "not_allowed"

    side_by_side(lambda: disable(other, cast.admin), lambda: disable(cast.admin, other))
    assert Person.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


def test_a_link_again_is_an_invitation_or_a_reset(cast: Cast, admin: Client) -> None:
    known = make_person(password="a pass-phrase of some length")
    for person in (cast.east_rep, known, known):
        admin.post(f"/settings/people/{person.public_id}/link/")
    kinds = list(Message.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["invitation", "reset"]


def test_no_link_goes_to_somebody_who_may_not_sign_in(cast: Cast, admin: Client) -> None:
    change_person(person=cast.east_rep, actor=None, is_active=False)
    answer = admin.post(f"/settings/people/{cast.east_rep.public_id}/link/", follow=True)
    assert "Anna may not sign in." in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=ann", {"Anna"}),
        ("?q=CHEN%40", {"Chen"}),
        ("?role=manager", {"Mei", "Wolf"}),
        ("?state=disabled", {"Bo"}),
        ("?q=nobody", set()),
    ],
)
def test_the_list_is_narrowed(cast: Cast, admin: Client, query: str, names: set[str]) -> None:
    change_person(person=cast.east_rep_two, actor=None, is_active=False)
    page = admin.get(f"/settings/people/{query}").context["page"]
    assert {row.name for row in page.rows} == names


@pytest.mark.parametrize("query", ["?role=x", "?state=x", "?team=x", "?page=0"])
def test_a_list_of_what_is_not_is_not_found(cast: Cast, admin: Client, query: str) -> None:
    assert admin.get(f"/settings/people/{query}").status_code == 404


def test_a_long_list_has_pages(cast: Cast, admin: Client) -> None:
    for _ in range(50):
        make_person()
    first = admin.get("/settings/people/").context["page"]
    last = admin.get("/settings/people/?page=2").context["page"]
    assert len(first.rows) == 50
    assert len(first.rows) + len(last.rows) == Person.objects.count()


def test_the_list_asks_as_often_for_many_as_for_few(cast: Cast, admin: Client) -> None:
    admin.get("/settings/people/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        admin.get("/settings/people/")
    for _ in range(3):
        make_customer(make_person(team=make_team()))
    with CaptureQueriesContext(connection) as many:
        admin.get("/settings/people/")
    assert len(many) == len(few)


@pytest.mark.parametrize("way", ["", "disable/", "enable/", "link/"])
def test_nobody_else_acts_on_people(cast: Cast, client: Client, way: str) -> None:
    before = AuditEntry.objects.count()
    for person in (cast.east_manager, cast.east_rep, cast.finance):
        client.force_login(person)
        path = f"/settings/people/{cast.west_rep.public_id}/{way}"
        assert client.post(path, {"token": str(uuid.uuid4())}).status_code == 403
    assert AuditEntry.objects.count() == before
    assert not Message.objects.exists()
