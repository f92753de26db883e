"""Kept standing against standing computed from nothing."""

from __future__ import annotations

from collections_app.customers.models import Customer
from collections_app.organisation.queries import organisation
from collections_app.standing.loading import load_facts
from collections_app.standing.models import Allocation, InstalmentStanding
from collections_app.standing.operations import WRITTEN, values_of
from collections_app.standing.queries import chunks, ids_of
from collections_app.standing.states import standing_of


def differing_from_computed() -> list[int]:
    """Ids of customers whose kept allocations or states are not those of the standing day."""
    day = organisation().standing_on
    if day is None:
        return []
    wrong: list[int] = []
    for chunk in chunks(ids_of(Customer.objects.all())):
        kept_money: dict[int, set[tuple[int, int, int]]] = {id_: set() for id_ in chunk}
        for customer_id, *part in Allocation.objects.filter(customer__in=chunk).values_list(
            "customer_id", "payment_id", "instalment_id", "amount"
        ):
            kept_money[customer_id].add((part[0], part[1], part[2]))
        kept_states: dict[int, dict[int, dict[str, object]]] = {id_: {} for id_ in chunk}
        for row in InstalmentStanding.objects.filter(customer__in=chunk):
            kept_states[row.customer_id][row.pk] = {name: getattr(row, name) for name in WRITTEN}
        for id_, facts in load_facts(chunk).items():
            allocated, commitments = standing_of(facts, on=day)
            money = {(part.payment, part.instalment, part.amount) for part in allocated}
            states = {i.instalment.id: values_of(i) for c in commitments for i in c.instalments}
            if money != kept_money[id_] or states != kept_states[id_]:
                wrong.append(id_)
    return wrong
