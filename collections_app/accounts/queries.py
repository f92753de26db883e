"""Whom a person manages, and who manages them."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet

from collections_app.accounts.models import Person, Role, Team
from collections_app.core.seen import seen

# UNION, not UNION ALL: it drops teams already found, so that a cycle of teams ends.
MANAGED = """
    WITH RECURSIVE managed(id) AS (
        (SELECT team_id FROM accounts_person WHERE id = %(person)s AND team_id IS NOT NULL
         UNION
         SELECT team_id FROM accounts_teammanager WHERE person_id = %(person)s)
        UNION
        SELECT team.id FROM accounts_team team JOIN managed ON team.parent_id = managed.id
    )
    SELECT id FROM managed ORDER BY id
"""


def managed_team_ids(person: Person) -> list[int]:
    """Ids of the teams that ``person`` manages, those below included, in order.

    A manager manages the team they are in, and those given to them by name; nobody else manages
    any. One statement, safe where teams form a cycle.
    """
    if person.role != Role.MANAGER or not person.is_active:
        return []
    return seen(("managed teams", person.pk), lambda: _managed(person))


def _managed(person: Person) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(MANAGED, {"person": person.pk})
        return [row[0] for row in cursor.fetchall()]


def people_under(person: Person) -> QuerySet[Person]:
    """The person and those whose work they see: a manager's teams; all, for finance and admin.

    Disabled people are among them, since their past work is looked back on.
    """
    if not person.is_active:
        return Person.objects.none()
    if person.role in (Role.ADMIN, Role.FINANCE):
        return Person.objects.all()
    return Person.objects.filter(Q(pk=person.pk) | Q(team_id__in=managed_team_ids(person)))


def managers_above(person: Person, *, but: Person | None = None) -> list[Person]:
    """Who answers a request of the person's: the managers of the nearest team up that has one.

    Those in the team and those given to it by name; never the person, nor ``but``. Where there is
    none up to the top, the administrators.
    """
    nobody = {person.pk} | ({but.pk} if but else set())
    active = Person.objects.filter(is_active=True).exclude(pk__in=nobody).order_by("pk")
    team: Team | None = person.team
    seen: set[int] = set()
    while team is not None and team.pk not in seen:
        seen.add(team.pk)
        of_team = Q(team=team) | Q(managed_teams__team=team)
        found = list(active.filter(of_team, role=Role.MANAGER).distinct())
        if found:
            return found
        team = team.parent
    return list(active.filter(role=Role.ADMIN))


def person_by_email(email: str) -> Person | None:
    """The person of that e-mail, whatever its case; None if there is none."""
    try:
        return Person.objects.get_by_natural_key(email.strip())
    except Person.DoesNotExist:
        return None
