"""What lists and figures are narrowed to: a rep, a team, words."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404

from collections_app.accounts.models import Person, Team
from collections_app.accounts.queries import people_under
from collections_app.customers.models import Customer, CustomerQuerySet


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


def owners_of(team: Team | None, rep: Person | None) -> list[int] | None:
    """Ids of the reps whom a team, a rep or both narrow to; None for all."""
    if team is not None:
        of_team = team.people.all()
        if rep is not None:
            of_team = of_team.filter(pk=rep.pk)
        return list(of_team.values_list("pk", flat=True))
    return None if rep is None else [rep.pk]


def rep_asked(public_id: UUID | None, by: Person) -> Person | None:
    """The rep of that id; 404 for one whose figures ``by`` may not see."""
    if public_id is None:
        return None
    # Whoever once owned a customer that is visible now has figures here too.
    once = Q(ownerships__customer__in=Customer.objects.visible_to(by))
    seen = Person.objects.filter(Q(pk__in=people_under(by).values("pk")) | once)
    rep = seen.filter(public_id=public_id).select_related("team").first()
    if rep is None:
        raise Http404
    return rep


def team_asked(public_id: UUID | None, by: Person) -> Team | None:
    """The team of that id; 404 for one whose figures ``by`` may not see."""
    if public_id is None:
        return None
    once = Q(people__ownerships__customer__in=Customer.objects.visible_to(by))
    seen = Team.objects.filter(Q(people__in=people_under(by).values("pk")) | once)
    team = seen.filter(public_id=public_id).first()
    if team is None:
        raise Http404
    return team
