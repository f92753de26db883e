"""Policies by team: whose customers they are for, and who may set them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from collections_app.accounts.models import Person, Team
from collections_app.actions.promise import Terms, record_promise
from collections_app.organisation.defaults import DEFAULT_POLICIES
from collections_app.organisation.models import RatingPolicy
from collections_app.organisation.operations import set_policy
from collections_app.organisation.queries import policies_on, today
from tests.conftest import Cast
from tests.web.acting import form_of
from tests.web.facts import make_customer, stand_on


def set_grace(days: int, *, team: Team | None, rating: str = "B", ahead: int = 0) -> None:
    facts: dict[str, Any] = {**DEFAULT_POLICIES[rating], "grace_days": days}
    on = today() + timedelta(days=ahead)
    set_policy(rating=rating, valid_from=on, team=team, actor=None, **facts)


def grace(team: Team | None, *, ahead: int = 0, rating: str | None = "B") -> int:
    now = policies_on(today() + timedelta(days=ahead))
    return now.of(rating, team.pk if team else None).grace_days


def test_a_team_without_its_own_follows_the_organisation(cast: Cast) -> None:
    set_grace(4, team=None)
    assert grace(cast.east) == 4


def test_a_teams_own_policy_goes_before_the_organisations(cast: Cast) -> None:
    set_grace(4, team=None)
    set_grace(7, team=cast.east)
    assert (grace(cast.east), grace(cast.west), grace(None)) == (7, 4, 4)


def test_a_team_below_takes_that_of_the_nearest_above(cast: Cast) -> None:
    set_grace(7, team=cast.head)
    assert grace(cast.east) == 7
    set_grace(5, team=cast.east)
    assert (grace(cast.east), grace(cast.west)) == (5, 7)


def test_a_later_change_of_the_organisations_does_not_reach_a_team_of_its_own(cast: Cast) -> None:
    set_grace(7, team=cast.east)
    set_grace(4, team=None, ahead=1)
    assert grace(cast.east, ahead=1) == 7


def test_a_teams_policy_counts_from_its_day(cast: Cast) -> None:
    set_grace(7, team=cast.east, ahead=2)
    assert (grace(cast.east, ahead=1), grace(cast.east, ahead=2)) == (1, 7)


def test_the_unrated_count_as_b_in_a_team_too(cast: Cast) -> None:
    set_grace(7, team=cast.east)
    assert grace(cast.east, rating=None) == 7


def test_teams_in_a_cycle_end_at_the_organisations(cast: Cast) -> None:
    set_grace(7, team=cast.west)
    Team.objects.filter(pk=cast.head.pk).update(parent=cast.east)
    assert grace(cast.east) == 1


def test_a_promise_takes_the_grace_of_its_owners_team(cast: Cast) -> None:
    stand_on(today())
    set_grace(7, team=cast.east)
    terms = Terms(made_on=today(), instalments=[(today() + timedelta(days=9), 500)])
    made = [
        record_promise(customer=make_customer(rep), terms=terms, by=rep, on=today())
        for rep in (cast.east_rep, cast.west_rep)
    ]
    assert [one.grace_days for one in made] == [7, 1]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def path(team: Team, rating: str = "") -> str:
    return f"/settings/policies/teams/{team.public_id}/" + (f"{rating}/" if rating else "")


def test_a_manager_sets_the_policy_of_the_own_team(cast: Cast) -> None:
    manager = signed_in(cast.east_manager)
    data = form_of(manager, path(cast.east, "D")) | {"grace_days": "2", "reminder_days": "3, 1"}
    assert manager.post(path(cast.east, "D"), data).status_code == 302
    assert policies_on(today()).of("D", cast.east.pk).grace_days == 2
    assert RatingPolicy.objects.get().team == cast.east
    assert cast.east.name in manager.get(path(cast.east)).content.decode()


@pytest.mark.parametrize("rating", ["", "D"])
def test_another_teams_policies_are_not_there_for_a_manager(cast: Cast, rating: str) -> None:
    assert signed_in(cast.east_manager).get(path(cast.west, rating)).status_code == 404


def test_everybodys_policy_is_for_the_administrator_to_set(cast: Cast) -> None:
    manager = signed_in(cast.east_manager)
    assert manager.get("/settings/policies/").status_code == 200
    assert manager.get("/settings/policies/D/").status_code == 403
    assert "/settings/policies/D/" not in manager.get("/settings/policies/").content.decode()
