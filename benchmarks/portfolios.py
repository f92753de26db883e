"""The demo with a rep who looks after most of it."""

from __future__ import annotations

from collections_app.accounts.models import Person, Role
from collections_app.customers.models import Customer, Ownership
from collections_app.upkeep.demo import make_demo

ALL_CUSTOMERS, OF_ONE_REP = 500, 200


def fill(customers: int) -> tuple[Person, Person]:
    """So many customers, two fifths of them one rep's; that rep, and an administrator."""
    make_demo(customers=customers, seed=1)
    rep = Person.objects.filter(role=Role.REP).order_by("pk")[0]
    share = max(1, customers * OF_ONE_REP // ALL_CUSTOMERS)
    others = Customer.objects.exclude(owner=rep).order_by("pk")
    taken = list(others.values_list("pk", flat=True)[: max(0, share - rep.customers.count())])
    Customer.objects.filter(pk__in=taken).update(owner=rep)
    Ownership.objects.filter(customer__in=taken).update(owner=rep)
    return rep, Person.objects.filter(role=Role.ADMIN).order_by("pk")[0]
