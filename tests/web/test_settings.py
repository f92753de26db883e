"""The settings: who may open what, and the pages that everybody has."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from collections_app.accounts.models import AuditEntry
from tests.conftest import Cast
from tests.web.facts import make_customer

ADMINS_PAGES = (
    "people/",
    "people/new/",
    "teams/",
    "teams/new/",
    "policies/A/",
    "calendar/",
    "calendar/new/",
    "calendar/country/",
    "organisation/",
)


def token() -> str:
    return str(uuid.uuid4())


@pytest.mark.parametrize("path", ADMINS_PAGES)
def test_what_is_for_administrators_is_shut_to_all_others(
    cast: Cast, client: Client, path: str
) -> None:
    for person, status in (
        (cast.east_rep, 403),
        (cast.east_manager, 403),
        (cast.finance, 403),
        (cast.admin, 200),
    ):
        client.force_login(person)
        assert client.get(f"/settings/{path}").status_code == status, person


@pytest.mark.parametrize(
    ("who", "shown", "hidden"),
    [
        ("east_rep", ["/settings/profile/"], ["/settings/people/", "/settings/hand-over/"]),
        ("east_manager", ["/settings/profile/", "/settings/hand-over/"], ["/settings/people/"]),
        ("finance", ["/settings/profile/"], ["/settings/calendar/", "/settings/hand-over/"]),
        ("admin", ["/settings/people/", "/settings/calendar/", "/settings/policies/"], []),
    ],
)
def test_the_overview_leads_to_what_one_may_change(
    cast: Cast, client: Client, who: str, shown: list[str], hidden: list[str]
) -> None:
    client.force_login(getattr(cast, who))
    page = client.get("/settings/").content.decode()
    assert [path for path in shown if f'href="{path}"' not in page] == []
    assert [path for path in hidden if f'href="{path}"' in page] == []


def test_the_way_to_the_settings_is_in_the_frame(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    assert b'<a href="/settings/"' in client.get("/gaps/").content


def test_a_profile_is_saved_and_on_record(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    seen = client.get("/settings/profile/").context["form"]["seen"].value()
    answer = client.post(
        "/settings/profile/",
        {"token": token(), "seen": seen, "name": "Anna Li", "language": "zh-hans", "theme": "dark"},
    )
    assert answer["Location"] == "/settings/profile/"
    assert answer.cookies["theme"].value == "dark"
    cast.east_rep.refresh_from_db()
    own = cast.east_rep
    assert (own.name, own.language, own.theme) == ("Anna Li", "zh-hans", "dark")
    assert AuditEntry.objects.get(verb="change").actor == cast.east_rep


def test_a_profile_changes_nothing_else(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    client.post(
        "/settings/profile/",
        {
            "token": token(),
            "name": "Anna",
            "language": "en",
            "theme": "auto",
            "role": "admin",
            "email": "other@kept.test",
            "team": str(cast.west.public_id),
            "is_active": "",
        },
    )
    before = (cast.east_rep.role, cast.east_rep.email, cast.east_rep.team_id)
    cast.east_rep.refresh_from_db()
    assert (cast.east_rep.role, cast.east_rep.email, cast.east_rep.team_id) == before


def test_a_canary_of_somebody_elses_is_on_no_page_of_a_manager(cast: Cast, client: Client) -> None:
    make_customer(cast.east_rep, name="Own one")
    make_customer(cast.west_rep, name="CANARY")
    client.force_login(cast.east_manager)
    for path in ("", "profile/", "hand-over/", f"hand-over/{cast.east_rep.public_id}/"):
        answer = client.get(f"/settings/{path}")
        assert answer.status_code == 200
        assert b"CANARY" not in answer.content
        assert b"Chen" not in answer.content
