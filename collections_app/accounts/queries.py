"""Whom a person manages."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q, QuerySet

from collections_app.accounts.models import Person, Role

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


def person_by_email(email: str) -> Person | None:
    """The person of that e-mail, whatever its case; None if there is none."""
    try:
        return Person.objects.get_by_natural_key(email.strip())
    except Person.DoesNotExist:
        return None
