"""Handing customers to another rep: today, on record, with all that is still to be done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Role
from collections_app.accounts.operations import record_each
from collections_app.accounts.queries import people_under
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers.models import Customer, CustomerQuerySet, Ownership
from collections_app.customers.terms import write_dated
from collections_app.organisation.queries import today
from collections_app.planning.models import Measure, MeasureStatus

OWNERS = (Role.REP, Role.MANAGER)
HANDING = (Role.MANAGER, Role.ADMIN)
OPEN_MEASURES = (MeasureStatus.PLANNED, MeasureStatus.IN_PROGRESS)


class HandOverRefused(Refused):
    """These customers cannot go from this person to that one."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many customers went over, and how many open measures with them."""

    customers: int
    measures: int


def may_take(by: Person) -> QuerySet[Person]:
    """Whom ``by`` may hand customers to: who sells, may sign in, and is theirs to direct."""
    if by.role not in HANDING:
        return Person.objects.none()
    return people_under(by).filter(role__in=OWNERS, is_active=True)


def to_hand_over(*, by: Person, former: Person) -> CustomerQuerySet:
    """The customers of ``former`` that ``by`` may hand over."""
    if by.role not in HANDING:
        return Customer.objects.none()
    return Customer.objects.visible_to(by).filter(owner=former)


def hand_over(
    *, customers: Collection[int], former: Person, to: Person, actor: Person
) -> HandedOver:
    """Let ``to`` look after the customers (ids) of ``former`` from today on (rule 11).

    All or none. They take their history along; figures of a month belong to whoever owned them at
    its end. Planned measures that ``former`` was to carry out go along; what is owed in notices
    follows by itself as it is about to leave. Raises ``HandOverRefused``: ``required``,
    ``not_allowed``, ``unchanged``; ``Overtaken`` where one of them is no longer the former's.
    """
    wanted = set(customers)
    if not wanted:
        raise HandOverRefused(_("Choose at least one customer."), code="required")
    if former.pk == to.pk:
        raise HandOverRefused(
            _("%(name)s has them already: choose somebody else.") % {"name": to.name},
            code="unchanged",
            field="to",
        )
    if not may_take(actor).filter(pk=to.pk).exists():
        raise HandOverRefused(
            _("%(name)s cannot take customers from you.") % {"name": to.name},
            code="not_allowed",
            field="to",
        )
    with transaction.atomic():
        mine = to_hand_over(by=actor, former=former).filter(pk__in=wanted)
        held = list(
            Customer.objects.select_for_update(no_key=True)
            .filter(pk__in=mine.values("pk"), owner=former)
            .order_by("pk")
        )
        if len(held) != len(wanted):
            raise Overtaken(
                _("Some of these customers are no longer %(name)s's. Look at the list again.")
                % {"name": former.name}
            )
        return _write(held, former=former, to=to, actor=actor)


def _write(held: list[Customer], *, former: Person, to: Person, actor: Person) -> HandedOver:
    on, ids = today(), [customer.pk for customer in held]
    Customer.objects.filter(pk__in=ids).update(owner=to)
    write_dated(Ownership(customer=c, owner=to, valid_from=on, entered_by=actor) for c in held)
    measures = Measure.objects.filter(
        plan__customer__in=ids, owner=former, status__in=OPEN_MEASURES
    ).update(owner=to)
    payload = {"from": former.email, "to": to.email, "valid_from": on}
    record_each(
        ((customer.pk, customer.pk, payload) for customer in held),
        actor=actor,
        verb="hand_over",
        subject_kind="customer",
    )
    return HandedOver(len(held), measures)
