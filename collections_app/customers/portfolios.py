"""Whose customers a person sees."""

from __future__ import annotations

from django.db.models import Q

from collections_app.accounts.models import Delegation, Person, Role
from collections_app.accounts.queries import managed_team_ids
from collections_app.core.seen import seen
from collections_app.organisation.queries import today


def portfolios_of(person: Person) -> list[int] | None:
    """Ids of the people whose customers, as of now, are just those ``visible_to`` the person.

    None where that is everybody's. One statement, and that of ``managed_team_ids``; read once where
    one only looks.
    """
    if not person.is_active:
        return []
    if person.role in (Role.ADMIN, Role.FINANCE):
        return None
    return seen(("portfolios", person.pk), lambda: _portfolios(person))


def _portfolios(person: Person) -> list[int]:
    absent = Delegation.objects.in_force(today()).filter(delegate=person).values("person")
    seen = Q(pk=person.pk) | Q(pk__in=absent)
    if person.role == Role.MANAGER:
        seen |= Q(team_id__in=managed_team_ids(person))
    return list(Person.objects.filter(seen).order_by("pk").values_list("pk", flat=True))
