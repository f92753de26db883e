"""Standing in: during an absence a delegate acts with a person's rights (rule 11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from collections_app.accounts.models import Delegation, Person, Role
from collections_app.accounts.operations import record
from collections_app.accounts.queries import people_under
from collections_app.core.refusals import Refused

LONGEST: Final = timedelta(days=366)
STANDING_IN: Final = (Role.REP, Role.MANAGER, Role.ADMIN)


class DelegationRefused(Refused):
    """Nobody can stand in like this."""


def delegations_seen_by(person: Person) -> QuerySet[Delegation]:
    """Those of oneself, either side; a manager's people's too, and all for administrators."""
    if not person.is_active:
        return Delegation.objects.none()
    if person.role == Role.ADMIN:
        return Delegation.objects.all()
    own = Q(person=person) | Q(delegate=person)
    if person.role == Role.MANAGER:
        own |= Q(person__in=people_under(person))
    return Delegation.objects.filter(own)


def delegates_of(people: Iterable[int], *, on: date) -> dict[int, int]:
    """Who stands in on the day, by whom they stand in for; keys of people who can sign in."""
    rows = Delegation.objects.in_force(on).filter(person__in=set(people), delegate__is_active=True)
    return dict(rows.values_list("person_id", "delegate_id"))


def people_who_may_be_absent(actor: Person) -> QuerySet[Person]:
    """For whom ``actor`` may say who stands in: themself, and those whose work they see."""
    selling = people_under(actor).filter(is_active=True, role__in=(Role.REP, Role.MANAGER))
    if actor.role in (Role.MANAGER, Role.ADMIN):
        return selling
    return selling.filter(pk=actor.pk)


def people_who_may_stand_in(actor: Person) -> QuerySet[Person]:
    """Whom ``actor`` may choose: a rep those of their team, a manager those below, too."""
    able = Person.objects.filter(is_active=True, role__in=STANDING_IN)
    if actor.role == Role.ADMIN:
        return able
    mates = Q(team=actor.team_id) if actor.team_id else Q(pk=actor.pk)
    if actor.role == Role.MANAGER:
        mates |= Q(pk__in=people_under(actor))
    return able.filter(mates)


def let_stand_in(
    *,
    person: Person,
    delegate: Person,
    starts_on: date,
    ends_on: date,
    actor: Person,
    on: date,
    note: str = "",
) -> Delegation:
    """Let ``delegate`` act for ``person`` from one day to another, both included.

    Raises ``DelegationRefused``: ``not_allowed`` for people that are not the actor's to choose,
    ``out_of_range`` (past, the wrong way round, longer than a year), ``conflict`` where somebody
    stands in on one of these days already.
    """
    _check_people(person, delegate, actor)
    if starts_on < on or ends_on < starts_on or ends_on - starts_on > LONGEST:
        raise DelegationRefused(
            _("An absence starts today or later and ends within a year of its start."),
            code="out_of_range",
            field="ends_on" if starts_on >= on else "starts_on",
        )
    with transaction.atomic():
        # Two who enter the same absence at once wait for each other here.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        taken = Delegation.objects.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=starts_on),
            person=person,
            starts_on__lte=ends_on,
            ends_on__gte=starts_on,
        )
        if (other := taken.select_related("delegate").first()) is not None:
            raise DelegationRefused(
                _("%(name)s stands in on some of these days already. End that one first.")
                % {"name": other.delegate.name},
                code="conflict",
                field="starts_on",
            )
        made = Delegation.objects.create(
            person=person, delegate=delegate, starts_on=starts_on, ends_on=ends_on, note=note,
            entered_by=actor,
        )  # fmt: skip
        _record(made, actor, "delegate")
    return made


def end_delegation(*, delegation: Delegation, actor: Person, on: date) -> Delegation:
    """End it now, or call it off before it began; again changes nothing."""
    with transaction.atomic():
        held = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
        if held.ended_on is None and held.ends_on >= on:
            held.ended_on = max(on, held.starts_on)
            held.save(update_fields=["ended_on"])
            _record(held, actor, "end_delegation")
    return held


def _check_people(person: Person, delegate: Person, actor: Person) -> None:
    if not people_who_may_be_absent(actor).filter(pk=person.pk).exists():
        raise DelegationRefused(
            _("You cannot say who stands in for this person."), code="not_allowed", field="person"
        )
    may_stand_in = people_who_may_stand_in(actor).filter(pk=delegate.pk).exists()
    if not may_stand_in or delegate.pk == person.pk:
        raise DelegationRefused(
            _("Choose somebody else who may stand in."), code="not_allowed", field="delegate"
        )


def _record(delegation: Delegation, actor: Person, verb: str) -> None:
    record(
        actor=actor,
        verb=verb,
        subject_kind="person",
        subject_id=delegation.person_id,
        payload={
            "delegate": delegation.delegate.email,
            "starts_on": delegation.starts_on,
            "ends_on": delegation.ends_on,
            "ended_on": delegation.ended_on,
            "note": delegation.note,
        },
    )
