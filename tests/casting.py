"""The people of the tests: made once the way that the product goes, then put back as they were.

Nearly every test wants them, and making them anew takes sixty statements.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, fields

from allauth.account.models import EmailAddress
from django.db.models import Model, Q

from collections_app.accounts.models import AuditEntry, Person, Role, Team
from tests.builders import make_person, make_team


@dataclass(frozen=True)
class Cast:
    """Two teams under a head office; a manager each, three reps, finance and an administrator."""

    head: Team
    east: Team
    west: Team
    east_manager: Person
    west_manager: Person
    east_rep: Person
    east_rep_two: Person
    west_rep: Person
    finance: Person
    admin: Person


@dataclass(frozen=True)
class _Made:
    """The cast, and every row that making it wrote beside it."""

    cast: Cast
    beside: list[list[Model]]


_made: list[_Made] = []


def assemble() -> Cast:
    """The cast, in the database of the test; whoever needs a password gives them one.

    Keys are those of the first time: no sequence gives them out again, even where that was rolled
    back.
    """
    if not _made:
        cast = _make()
        _made.append(_Made(copy.deepcopy(cast), _beside(cast)))
        return cast
    made = copy.deepcopy(_made[0])
    everybody = [getattr(made.cast, each.name) for each in fields(Cast)]
    Team.objects.bulk_create(one for one in everybody if isinstance(one, Team))
    Person.objects.bulk_create(one for one in everybody if isinstance(one, Person))
    for rows in made.beside:
        type(rows[0])._default_manager.bulk_create(rows)
    return made.cast


def _make() -> Cast:
    head = make_team("Head office")
    east, west = make_team("East", parent=head), make_team("West", parent=head)
    return Cast(
        head=head,
        east=east,
        west=west,
        east_manager=make_person("Mei", role=Role.MANAGER, team=east, email="mei@kept.test"),
        west_manager=make_person("Wolf", role=Role.MANAGER, team=west, email="wolf@kept.test"),
        east_rep=make_person("Anna", team=east, email="anna@kept.test"),
        east_rep_two=make_person("Bo", team=east, email="bo@kept.test"),
        west_rep=make_person("Chen", team=west, email="chen@kept.test"),
        finance=make_person("Fay", role=Role.FINANCE, team=head, email="fay@kept.test"),
        admin=make_person("Ada", role=Role.ADMIN, team=head, email="ada@kept.test"),
    )


def _beside(cast: Cast) -> list[list[Model]]:
    """The addresses that people sign in by, and the audit trail of making them."""
    everybody = [getattr(cast, each.name) for each in fields(Cast)]
    people = [one.pk for one in everybody if isinstance(one, Person)]
    teams = [one.pk for one in everybody if isinstance(one, Team)]
    trail = AuditEntry.objects.filter(
        Q(subject_kind="person", subject_id__in=map(str, people))
        | Q(subject_kind="team", subject_id__in=map(str, teams))
    )
    told = ("actor_id", "verb", "subject_kind", "subject_id", "payload")
    return [
        list(EmailAddress.objects.filter(user__in=people)),
        # When it was is said anew.
        [AuditEntry(**dict(zip(told, row, strict=True))) for row in trail.values_list(*told)],
    ]
