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


def looked_after_for(person: Person, *, owner: str, team: str) -> Q:
    """Of whom the person sees the customers (rule 11), where they do not see everybody's.

    Their own, an absent colleague's while they stand in, and those of the teams that they manage.
    ``owner`` and ``team`` are what the owner and the owner's team are looked up by.
    """
    absent = Delegation.objects.in_force(today()).filter(delegate=person).values("person")
    found = Q((owner, person.pk)) | Q((f"{owner}__in", absent))
    if person.role == Role.MANAGER:
        found |= Q((f"{team}__in", managed_team_ids(person)))
    return found


def _portfolios(person: Person) -> list[int]:
    people = Person.objects.filter(looked_after_for(person, owner="pk", team="team_id"))
    return list(people.order_by("pk").values_list("pk", flat=True))
