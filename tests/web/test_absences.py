"""The page of absences."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from collections_app.accounts.models import Delegation, Person
from collections_app.organisation.queries import today
from tests.conftest import Cast
from tests.web.acting import form_of
from tests.web.facts import make_customer, stand_on

PATH = "/settings/absences/"


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def let(client: Client, delegate: Person, **more: str) -> int:
    last = (today() + timedelta(days=3)).isoformat()
    data = form_of(client, PATH) | {"delegate": str(delegate.public_id), "ends_on": last, **more}
    return client.post(PATH, data).status_code


def test_a_rep_lets_a_colleague_stand_in_until_back(cast: Cast) -> None:
    rep = signed_in(cast.east_rep)
    assert let(rep, cast.east_rep_two) == 302
    one = Delegation.objects.get()
    assert (one.person, one.delegate) == (cast.east_rep, cast.east_rep_two)
    assert "away now" in rep.get(PATH).content.decode()
    rep.post(reverse("web:absence_end", args=[one.public_id]))
    one.refresh_from_db()
    assert one.ended_on == today()


def test_a_delegate_opens_the_customers_page_and_acts(cast: Cast) -> None:
    customer = make_customer(cast.east_rep, code="C-1")
    stand_on(today())
    let(signed_in(cast.east_rep), cast.east_rep_two)
    delegate = signed_in(cast.east_rep_two)
    ask = reverse("web:plan_ask", args=[customer.public_id])
    data = form_of(delegate, ask) | {"answer": "no_answer"}
    assert delegate.post(ask, data).status_code == 302
    page = reverse("web:customer_detail", args=[customer.public_id])
    history = delegate.get(f"{page}?tab=history&show=record").content.decode()
    assert f"{cast.east_rep_two.name}, standing in for {cast.east_rep.name}" in history


def test_choosing_a_person_of_another_team_is_refused_on_the_form(cast: Cast) -> None:
    assert let(signed_in(cast.east_rep), cast.west_rep) == 422
    assert not Delegation.objects.exists()


def test_a_rep_ends_no_absence_of_others(cast: Cast) -> None:
    let(signed_in(cast.east_rep), cast.east_rep_two)
    path = reverse("web:absence_end", args=[Delegation.objects.get().public_id])
    assert signed_in(cast.west_rep).post(path).status_code == 404


def test_absences_of_other_teams_are_not_shown(cast: Cast) -> None:
    let(signed_in(cast.east_rep), cast.east_rep_two)
    assert cast.east_rep.name not in signed_in(cast.west_manager).get(PATH).content.decode()
