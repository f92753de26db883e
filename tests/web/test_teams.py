"""Teams: a tree without circles, changed by administrators, on record."""

from __future__ import annotations

import html
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import AuditEntry, Role, Team
from collections_app.accounts.operations import add_team_manager
from collections_app.accounts.queries import managed_team_ids
from collections_app.accounts.teams import TeamRefused, change_team
from tests.builders import make_person, make_team
from tests.conftest import Cast
from tests.racing import side_by_side


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin)
    return client


def path_of(team: Team, way: str = "") -> str:
    return f"/settings/teams/{team.public_id}/{way}"


def form_of(client: Client, team: Team) -> dict[str, str]:
    """What the team's page would send if nothing were changed."""
    form = client.get(path_of(team)).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def token() -> dict[str, str]:
    return {"token": str(uuid.uuid4())}


def test_the_tree_shows_each_team_below_its_own(cast: Cast, admin: Client) -> None:
    add_team_manager(team=cast.west, person=cast.east_manager)
    make_team("Far west", parent=cast.west)
    teams = admin.get("/settings/teams/").context["teams"]
    assert [(t.name, t.depth, t.people, t.managers, t.from_elsewhere) for t in teams] == [
        ("Head office", 0, 2, [], []),
        ("East", 1, 3, ["Mei"], []),
        ("West", 1, 2, ["Wolf"], ["Mei"]),
        ("Far west", 2, 0, [], []),
    ]


def test_teams_in_a_circle_are_shown_all_the_same(cast: Cast, admin: Client) -> None:
    Team.objects.filter(pk=cast.head.pk).update(parent=cast.east)
    teams = admin.get("/settings/teams/").context["teams"]
    assert {t.name for t in teams} == {"Head office", "East", "West"}


def test_the_tree_asks_as_often_for_many_as_for_few(cast: Cast, admin: Client) -> None:
    admin.get("/settings/teams/")
    with CaptureQueriesContext(connection) as few:
        admin.get("/settings/teams/")
    for _ in range(3):
        make_person(role=Role.MANAGER, team=make_team(parent=cast.west))
    with CaptureQueriesContext(connection) as many:
        admin.get("/settings/teams/")
    assert len(many) == len(few)


def test_a_team_is_made_below_another(cast: Cast, admin: Client) -> None:
    data = token() | {"name": "South", "parent": str(cast.head.public_id)}
    admin.post("/settings/teams/new/", data)
    assert Team.objects.get(name="South").parent == cast.head
    assert AuditEntry.objects.filter(verb="create", payload__name="South").count() == 1


def test_a_team_whose_name_is_taken_is_refused(cast: Cast, admin: Client) -> None:
    answer = admin.post("/settings/teams/new/", token() | {"name": "East"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == ["There is a team of this name."]


def test_a_team_is_renamed_and_moved(cast: Cast, admin: Client) -> None:
    data = form_of(admin, cast.west) | {"name": "Wild West", "parent": str(cast.east.public_id)}
    admin.post(path_of(cast.west), data)
    cast.west.refresh_from_db()
    assert (cast.west.name, cast.west.parent) == ("Wild West", cast.east)
    entry = AuditEntry.objects.get(verb="change", subject_kind="team")
    assert entry.payload["before"] == {"name": "West", "parent": cast.head.pk}


def test_a_team_cannot_be_moved_below_itself(cast: Cast, admin: Client) -> None:
    data = form_of(admin, cast.head) | {"parent": str(cast.west.public_id)}
    answer = admin.post(path_of(cast.head), data)
    assert answer.status_code == 422
    assert "a team cannot be below itself" in answer.context["form"].errors["parent"][0]
    cast.head.refresh_from_db()
    assert cast.head.parent is None


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle(cast: Cast) -> None:
    def move(team: Team, below: Team) -> None:
        try:
            change_team(team=team, name=team.name, parent=below, actor=None)
        except TeamRefused as refusal:
            assert refusal.code == "cycle"

    side_by_side(lambda: move(cast.east, cast.west), lambda: move(cast.west, cast.east))
    cast.east.refresh_from_db()
    cast.west.refresh_from_db()
    assert {cast.east.parent, cast.west.parent} & {cast.head}


def test_a_lost_race_over_a_name_shows_what_stands(cast: Cast, admin: Client) -> None:
    data = form_of(admin, cast.west) | {"name": "Mine"}
    change_team(team=cast.west, name="Theirs", parent=cast.head, actor=cast.east_manager)
    answer = admin.post(path_of(cast.west), data)
    assert answer.status_code == 409
    assert "Now: Theirs" in html.unescape(answer.content.decode())


def test_a_manager_from_elsewhere_is_added_and_removed(cast: Cast, admin: Client) -> None:
    data = token() | {"person": str(cast.east_manager.public_id)}
    admin.post(path_of(cast.west, "managers/"), data)
    assert managed_team_ids(cast.east_manager) == [cast.east.pk, cast.west.pk]
    admin.post(path_of(cast.west, f"managers/{cast.east_manager.public_id}/remove/"))
    assert managed_team_ids(cast.east_manager) == [cast.east.pk]
    verbs = AuditEntry.objects.filter(subject_kind="team", subject_id=str(cast.west.pk))
    assert list(verbs.order_by("pk").values_list("verb", flat=True))[-2:] == [
        "add_manager",
        "remove_manager",
    ]


@pytest.mark.parametrize("who", ["east_rep", "west_manager", "admin"])
def test_only_a_manager_of_another_team_can_be_added(cast: Cast, admin: Client, who: str) -> None:
    data = token() | {"person": str(getattr(cast, who).public_id)}
    assert admin.post(path_of(cast.west, "managers/"), data).status_code == 422
    assert not cast.west.extra_managers.exists()


def test_an_empty_team_is_removed(cast: Cast, admin: Client) -> None:
    team = make_team("Gone", parent=cast.head)
    add_team_manager(team=team, person=cast.east_manager)
    assert "Remove the team" in admin.get(path_of(team)).content.decode()
    admin.post(path_of(team, "remove/"), token())
    assert not Team.objects.filter(name="Gone").exists()
    assert AuditEntry.objects.get(verb="remove").payload["managers"] == ["mei@kept.test"]


@pytest.mark.parametrize("which", ["west", "head"])
def test_a_team_with_people_or_teams_below_stays(cast: Cast, admin: Client, which: str) -> None:
    team = getattr(cast, which)
    answer = admin.post(path_of(team, "remove/"), token())
    assert answer.status_code == 422
    assert Team.objects.filter(pk=team.pk).exists()
