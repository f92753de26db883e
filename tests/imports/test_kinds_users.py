"""People by e-mail: made, changed, put into teams, given managers; rows in any order."""

from __future__ import annotations

import pytest

from collections_app.accounts.models import AuditEntry, Person, Team, TeamManager
from collections_app.accounts.queries import managed_team_ids
from tests.conftest import Cast
from tests.imports.files import counts, faults, take

pytestmark = pytest.mark.django_db

HEAD = "email,name,role,team,parent_team,manager_email,language,staff_number\n"


def person(email: str) -> Person:
    return Person.objects.get(email=email)


def test_a_new_person_has_all_that_the_row_says() -> None:
    result = take("users", HEAD + "li@kept.test,李娜,业务员,East,Head,,zh-hans,0017")
    li = person("li@kept.test")
    assert counts(result) == (1, 0, 0, 0)
    assert (li.name, li.role, li.language, li.staff_number) == ("李娜", "rep", "zh-hans", "0017")
    assert li.team is not None
    assert li.team.parent is not None
    assert (li.team.name, li.team.parent.name) == ("East", "Head")


def test_an_imported_person_cannot_sign_in_before_being_invited() -> None:
    take("users", HEAD + "li@kept.test,Li,rep,,,,,")
    assert not person("li@kept.test").has_usable_password()


def test_a_known_person_takes_new_values_whatever_the_case_of_the_email(cast: Cast) -> None:
    result = take("users", HEAD + "ANNA@kept.test,Anna Lee,manager,,,,,")
    anna = person("anna@kept.test")
    assert counts(result) == (0, 1, 0, 0)
    assert (anna.name, anna.role) == ("Anna Lee", "manager")


def test_an_empty_cell_leaves_what_is_there(cast: Cast) -> None:
    take("users", HEAD + "anna@kept.test,Anna,rep,,,,zh-hans,17")
    take("users", HEAD + "anna@kept.test,Anna,rep,,,,,")
    anna = person("anna@kept.test")
    assert (anna.language, anna.staff_number, anna.team) == ("zh-hans", "17", cast.east)


def test_the_same_file_again_changes_nothing() -> None:
    file = (
        HEAD + "li@kept.test,Li,rep,East,Head,mei@kept.test,en,17\nmei@kept.test,Mei,manager,West"
    )
    file += ",,,,"
    assert counts(take("users", file)) == (2, 0, 0, 0)
    trail = AuditEntry.objects.exclude(verb="import").count()
    assert counts(take("users", file)) == (0, 0, 2, 0)
    assert AuditEntry.objects.exclude(verb="import").count() == trail


def test_a_manager_may_stand_later_in_the_file() -> None:
    result = take(
        "users",
        HEAD + "li@kept.test,Li,rep,East,,mei@kept.test,,\nmei@kept.test,Mei,manager,West,,,,",
    )
    east = Team.objects.get(name="East")
    assert counts(result) == (2, 0, 0, 0)
    assert east.pk in managed_team_ids(person("mei@kept.test"))


def test_a_manager_in_the_team_needs_no_row_of_their_own(cast: Cast) -> None:
    take("users", HEAD + "anna@kept.test,Anna,rep,East,,mei@kept.test,,")
    assert not TeamManager.objects.exists()


def test_a_manager_from_elsewhere_is_an_update_of_a_known_person(cast: Cast) -> None:
    result = take("users", HEAD + "anna@kept.test,Anna,rep,,,wolf@kept.test,,")
    assert counts(result) == (0, 1, 0, 0)
    assert cast.east.pk in managed_team_ids(cast.west_manager)


def test_an_unknown_manager_is_refused(cast: Cast) -> None:
    result = take("users", HEAD + "li@kept.test,Li,rep,East,,nobody@kept.test,,")
    assert faults(result) == [(2, "manager_email", "unknown_user")]
    assert not Person.objects.filter(email="li@kept.test").exists()


def test_a_rejected_manager_takes_along_whom_they_would_manage() -> None:
    result = take(
        "users",
        HEAD + "li@kept.test,Li,rep,East,,mei@kept.test,,\nmei@kept.test,Mei,emperor,,,,,",
        skip_bad_rows=True,
    )
    assert faults(result) == [
        (2, "manager_email", "dropped_with_group"),
        (3, "role", "unknown_value"),
    ]
    assert not Person.objects.exists()


def test_a_rejected_row_leaves_no_trace_when_bad_rows_are_skipped(cast: Cast) -> None:
    result = take(
        "users",
        HEAD
        + "li@kept.test,Li,rep,New team,,wu@kept.test,,1\n"
        + "wu@kept.test,Wu,manager,,,,,1\nhan@kept.test,Han,rep,,,,,2",
        skip_bad_rows=True,
    )
    assert counts(result) == (1, 0, 0, 2)
    assert faults(result) == [
        (2, "manager_email", "dropped_with_group"),
        (3, "staff_number", "conflict"),
    ]
    assert not Team.objects.filter(name="New team").exists()
    assert [p.name for p in Person.objects.filter(staff_number__isnull=False)] == ["Han"]


def test_a_staff_number_of_somebody_else_is_a_conflict(cast: Cast) -> None:
    take("users", HEAD + "anna@kept.test,Anna,rep,,,,,17")
    result = take("users", HEAD + "bo@kept.test,Bo,rep,,,,,17")
    assert faults(result) == [(2, "staff_number", "conflict")]
    assert person("bo@kept.test").staff_number is None


def test_two_people_may_swap_their_staff_numbers(cast: Cast) -> None:
    take("users", HEAD + "anna@kept.test,Anna,rep,,,,,1\nbo@kept.test,Bo,rep,,,,,2")
    result = take("users", HEAD + "anna@kept.test,Anna,rep,,,,,2\nbo@kept.test,Bo,rep,,,,,1")
    assert counts(result) == (0, 2, 0, 0)
    assert person("anna@kept.test").staff_number == "2"


def test_the_parent_of_a_team_counts_though_the_team_was_named_before() -> None:
    take("users", HEAD + "a@kept.test,A,rep,East,,,,\nb@kept.test,B,rep,East,Head,,,")
    assert Team.objects.get(name="East").parent == Team.objects.get(name="Head")


def test_a_team_with_two_parents_in_one_file_is_refused() -> None:
    result = take("users", HEAD + "a@kept.test,A,rep,East,Head,,,\nb@kept.test,B,rep,East,Top,,,")
    assert faults(result) == [(3, "parent_team", "duplicate_in_file")]


@pytest.mark.parametrize("parent", ["East", "Inner"])
def test_a_team_is_never_above_itself(parent: str) -> None:
    take("users", HEAD + "a@kept.test,A,rep,Inner,East,,,")
    result = take("users", HEAD + f"b@kept.test,B,rep,East,{parent},,,")
    assert faults(result) == [(2, "parent_team", "conflict")]


def test_a_new_parent_of_a_known_team_is_an_update() -> None:
    take("users", HEAD + "a@kept.test,A,rep,East,Head,,,")
    result = take("users", HEAD + "a@kept.test,A,rep,East,Top,,,")
    assert counts(result) == (0, 1, 0, 0)
    assert Team.objects.get(name="East").parent == Team.objects.get(name="Top")


def test_one_email_with_two_contents_is_refused_the_second_time() -> None:
    result = take("users", HEAD + "a@kept.test,A,rep,,,,,\nA@kept.test,B,rep,,,,,")
    assert faults(result) == [(3, "email", "duplicate_in_file")]


def test_a_row_that_repeats_another_is_unchanged() -> None:
    result = take("users", HEAD + "a@kept.test,A,rep,,,,,\na@kept.test,A,rep,,,,,")
    assert counts(result) == (1, 0, 1, 0)


def test_a_repeated_row_shares_the_first_ones_refusal() -> None:
    row = "a@kept.test,A,rep,,,nobody@kept.test,,"
    result = take("users", HEAD + f"{row}\n{row}")
    assert faults(result) == [
        (2, "manager_email", "unknown_user"),
        (3, "manager_email", "unknown_user"),
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("no address,A,rep,,,,,", (2, "email", "invalid_email")),
        ("a@kept.test,A,emperor,,,,,", (2, "role", "unknown_value")),
        ("a@kept.test,,rep,,,,,", (2, "name", "required")),
        (",A,rep,,,,,", (2, "email", "required")),
        ("a@kept.test,A,rep,,,,xx,", (2, "language", "unknown_value")),
        (f"a@kept.test,{'A' * 201},rep,,,,,", (2, "name", "too_long")),
        ("a@kept.test,A,rep,,,no address,,", (2, "manager_email", "invalid_email")),
    ],
)
def test_a_bad_cell_is_named(row: str, fault: tuple[int, str, str]) -> None:
    assert faults(take("users", HEAD + row)) == [fault]
    assert not Person.objects.exists()
