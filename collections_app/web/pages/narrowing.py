"""What lists and figures are narrowed to: a rep, a team, words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from collections_app.accounts.models import Person, Role, Team
from collections_app.accounts.queries import people_under
from collections_app.core.seen import seen
from collections_app.customers.models import Customer, CustomerQuerySet

MOST_PEOPLE: Final = 500


def matching(customers: CustomerQuerySet, words: str) -> CustomerQuerySet:
    """Narrow to customers whose code, name, pinyin or initials hold the words."""
    if not words:
        return customers
    letters = "".join(words.lower().split())
    return customers.filter(
        Q(code__icontains=words)
        | Q(name__icontains=words)
        | Q(name_pinyin__icontains=letters)
        | Q(name_initials__icontains=letters)
    )


@dataclass(frozen=True, slots=True)
class PeopleSeen:
    """Those whose figures somebody sees, by name, with their teams; of very many the first."""

    people: list[Person]
    is_whole: bool

    @property
    def teams(self) -> dict[int, Team]:
        return {person.team.pk: person.team for person in self.people if person.team is not None}


def people_seen(by: Person) -> PeopleSeen:
    """Those whose figures ``by`` sees, disabled ones too; read once where one only looks."""
    return seen(("people seen", by.pk), lambda: _people_seen(by))


def _people_seen(by: Person) -> PeopleSeen:
    rows = people_under(by).select_related("team").order_by("name", "pk")
    found = list(rows[: MOST_PEOPLE + 1])
    return PeopleSeen(found[:MOST_PEOPLE], len(found) <= MOST_PEOPLE)


def owners_of(team: Team | None, rep: Person | None, by: Person) -> list[int] | None:
    """Ids of the reps whom a team, a rep or both narrow to; None for all."""
    if team is not None:
        of_team = _people_of(team, by)
        return of_team if rep is None else [pk for pk in of_team if pk == rep.pk]
    return None if rep is None else [rep.pk]


def _people_of(team: Team, by: Person) -> list[int]:
    known = people_seen(by)
    # Whoever sees others sees all of a team.
    if by.role != Role.REP and known.is_whole and team.pk in known.teams:
        return [person.pk for person in known.people if person.team_id == team.pk]
    return list(team.people.order_by("pk").values_list("pk", flat=True))


def rep_asked(public_id: UUID | None, by: Person) -> Person | None:
    """The rep of that id; 404 for one whose figures ``by`` may not see."""
    if public_id is None:
        return None
    for person in people_seen(by).people:
        if person.public_id == public_id:
            return person
    # Whoever once owned a customer that is visible now has figures here too.
    once = Q(ownerships__customer__in=Customer.objects.visible_to(by))
    under = Person.objects.filter(Q(pk__in=people_under(by).values("pk")) | once)
    rep = under.filter(public_id=public_id).select_related("team").first()
    if rep is None:
        raise Http404
    return rep


def team_asked(public_id: UUID | None, by: Person) -> Team | None:
    """The team of that id; 404 for one whose figures ``by`` may not see."""
    if public_id is None:
        return None
    for team in people_seen(by).teams.values():
        if team.public_id == public_id:
            return team
    once = Q(people__ownerships__customer__in=Customer.objects.visible_to(by))
    under = Team.objects.filter(Q(people__in=people_under(by).values("pk")) | once)
    found = under.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
