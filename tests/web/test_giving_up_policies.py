"""A team's policy is given up: back to what counts above it, confirmed and on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from collections_app.accounts.models import AuditEntry, Team
from collections_app.core.marks import marks_of
from collections_app.core.refusals import Overtaken
from collections_app.organisation.defaults import DEFAULT_POLICIES
from collections_app.organisation.models import RatingPolicy
from collections_app.organisation.operations import (
    SettingRefused,
    give_up_policy,
    policies_shown,
    set_policy,
)
from collections_app.organisation.queries import policies_on, today
from tests.conftest import Cast
from tests.web.acting import form_of, text_of


def set_grace(days: int, *, team: Team | None, ahead: int = 0) -> None:
    facts: dict[str, Any] = {**DEFAULT_POLICIES["B"], "grace_days": days}
    on = today() + timedelta(days=ahead)
    set_policy(rating="B", valid_from=on, team=team, actor=None, **facts)


def grace(team: Team, *, ahead: int = 0) -> int:
    return policies_on(today() + timedelta(days=ahead)).of("B", team.pk).grace_days


def give_up(team: Team, **more: Any) -> RatingPolicy:
    return give_up_policy(rating="B", team=team, actor=None, **more)


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_manager)
    return client


def path(team: Team) -> str:
    return f"/settings/policies/teams/{team.public_id}/B/give-up/"


def test_given_up_the_organisations_counts_again(cast: Cast) -> None:
    set_grace(4, team=None)
    set_grace(7, team=cast.east)
    give_up(cast.east)
    assert (grace(cast.east), grace(cast.east, ahead=30)) == (4, 4)


def test_given_up_the_nearest_team_aboves_counts(cast: Cast) -> None:
    set_grace(5, team=cast.head)
    set_grace(7, team=cast.east)
    give_up(cast.east)
    assert (grace(cast.east), grace(cast.west)) == (5, 5)


def test_a_later_change_of_the_organisations_reaches_the_team_again(cast: Cast) -> None:
    set_grace(7, team=cast.east)
    give_up(cast.east)
    set_grace(4, team=None, ahead=1)
    assert grace(cast.east, ahead=1) == 4


def test_days_before_were_judged_by_what_counted_then(cast: Cast) -> None:
    set_grace(7, team=cast.east)
    RatingPolicy.objects.update(valid_from=today() - timedelta(days=3))
    give_up(cast.east)
    assert (grace(cast.east, ahead=-1), grace(cast.east)) == (7, 1)


def test_what_was_to_come_is_dropped(cast: Cast) -> None:
    set_grace(7, team=cast.east, ahead=3)
    give_up(cast.east)
    assert grace(cast.east, ahead=3) == 1
    told = AuditEntry.objects.get(verb="give_up")
    assert told.payload["dropped"] == [(today() + timedelta(days=3)).isoformat()]
    assert told.payload["before"] is None


def test_a_policy_given_up_can_be_set_anew_the_same_day(cast: Cast) -> None:
    set_grace(7, team=cast.east)
    give_up(cast.east)
    set_grace(6, team=cast.east)
    assert grace(cast.east) == 6


@pytest.mark.parametrize("is_given_up_before", [False, True])
def test_a_team_without_its_own_has_nothing_to_give_up(
    cast: Cast, is_given_up_before: bool
) -> None:
    if is_given_up_before:
        set_grace(7, team=cast.east)
        give_up(cast.east)
    with pytest.raises(SettingRefused) as refused:
        give_up(cast.east)
    assert refused.value.code == "unchanged"


def test_who_gave_it_up_and_what_counts_instead_is_on_record(cast: Cast) -> None:
    set_grace(7, team=cast.east)
    give_up_policy(rating="B", team=cast.east, actor=cast.east_manager)
    told = AuditEntry.objects.get(verb="give_up")
    assert (told.actor, told.subject_id) == (cast.east_manager, "B")
    assert told.payload["team"] == cast.east.name
    assert told.payload["before"]["grace_days"] == 7
    assert told.payload["after"]["grace_days"] == 1


def test_a_change_meanwhile_is_not_given_up_unseen(cast: Cast) -> None:
    set_grace(7, team=cast.east)
    seen = marks_of(policies_shown("B", cast.east))
    set_grace(8, team=cast.east)
    with pytest.raises(Overtaken):
        give_up(cast.east, seen=seen)
    assert grace(cast.east) == 8


def test_the_page_shows_what_counts_instead_and_gives_up_once_confirmed(
    manager: Client, cast: Cast
) -> None:
    set_grace(4, team=None)
    set_grace(7, team=cast.east)
    table = f"/settings/policies/teams/{cast.east.public_id}/"
    assert path(cast.east) in manager.get(table).content.decode()
    asked = text_of(manager.get(path(cast.east)))
    assert "customers of rating B are followed as everybody's" in asked
    assert grace(cast.east) == 7
    answer = manager.post(path(cast.east), form_of(manager, path(cast.east)))
    assert (answer.status_code, answer["Location"]) == (302, table)
    assert grace(cast.east) == 4
    after = manager.get(table)
    assert path(cast.east) not in after.content.decode()
    assert "given up: as the team above, or as everybody" in text_of(after)


def test_the_page_names_the_team_above_whose_policy_then_counts(
    manager: Client, cast: Cast
) -> None:
    set_grace(5, team=cast.head)
    set_grace(7, team=cast.east)
    assert f"followed as those of {cast.head.name}" in text_of(manager.get(path(cast.east)))


def test_another_teams_policy_is_not_there_to_be_given_up(manager: Client, cast: Cast) -> None:
    set_grace(7, team=cast.west)
    assert manager.get(path(cast.west)).status_code == 404
    assert manager.post(path(cast.west), {}).status_code == 404
    assert grace(cast.west) == 7
