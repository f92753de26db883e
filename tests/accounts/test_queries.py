"""A manager sees their teams and those below, and nobody else sees any."""

from __future__ import annotations

import pytest

from collections_app.accounts.models import Person, Role, Team
from collections_app.accounts.operations import add_team_manager, change_person
from collections_app.accounts.queries import managed_team_ids, people_under, person_by_email
from tests.builders import make_person, make_team
from tests.conftest import Cast


def test_a_manager_manages_the_team_they_are_in(cast: Cast) -> None:
    assert managed_team_ids(cast.east_manager) == [cast.east.pk]


def test_a_manager_of_the_head_office_manages_the_teams_below(cast: Cast) -> None:
    head = make_person(role=Role.MANAGER, team=cast.head)
    assert managed_team_ids(head) == [cast.head.pk, cast.east.pk, cast.west.pk]


def test_a_manager_from_elsewhere_manages_the_team_given_to_them_too(cast: Cast) -> None:
    add_team_manager(team=cast.west, person=cast.east_manager)
    assert managed_team_ids(cast.east_manager) == [cast.east.pk, cast.west.pk]


@pytest.mark.parametrize("who", ["east_rep", "finance", "admin"])
def test_whoever_is_no_manager_manages_nothing(cast: Cast, who: str) -> None:
    person: Person = getattr(cast, who)
    add_team_manager(team=cast.west, person=person)
    assert managed_team_ids(person) == []


def test_a_disabled_manager_manages_nothing(cast: Cast) -> None:
    disabled = change_person(person=cast.east_manager, actor=cast.admin, is_active=False)
    assert managed_team_ids(disabled) == []
    assert list(people_under(disabled)) == []


def test_given_teams_in_a_cycle_when_asked_then_each_is_found_once(cast: Cast) -> None:
    Team.objects.filter(pk=cast.head.pk).update(parent=cast.east)
    assert managed_team_ids(cast.east_manager) == [cast.head.pk, cast.east.pk, cast.west.pk]


def test_people_under_a_manager_are_those_of_their_team(cast: Cast) -> None:
    assert set(people_under(cast.east_manager)) == {
        cast.east_manager,
        cast.east_rep,
        cast.east_rep_two,
    }


def test_under_a_rep_is_only_the_rep(cast: Cast) -> None:
    assert list(people_under(cast.east_rep)) == [cast.east_rep]


def test_finance_sees_everybody(cast: Cast) -> None:
    assert people_under(cast.finance).count() == Person.objects.count()


def test_a_manager_without_a_team_manages_nothing(cast: Cast) -> None:
    assert managed_team_ids(make_person(role=Role.MANAGER)) == []


def test_an_email_names_its_person_whatever_its_case(cast: Cast) -> None:
    assert person_by_email(" ANNA@kept.test ") == cast.east_rep
    assert person_by_email("nobody@kept.test") is None


def test_the_teams_of_a_deep_tree_take_one_query(
    cast: Cast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    below = cast.east
    for _level in range(5):
        below = make_team(parent=below)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(managed_team_ids(cast.east_manager)) == 6
