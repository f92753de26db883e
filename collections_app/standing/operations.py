"""Keeping standing: derive what the touched customers' facts mean, write only what changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from collections_app.commitments.models import Commitment, Instalment
from collections_app.core.months import first_of, last_of
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment, Reversal
from collections_app.organisation.models import Organisation
from collections_app.planning.models import MonthPlan
from collections_app.standing.allocation import Allocated
from collections_app.standing.keeping import keep_sums, sums_changing
from collections_app.standing.loading import load_facts
from collections_app.standing.models import Allocation, InstalmentStanding, MonthFigures
from collections_app.standing.queries import chunks
from collections_app.standing.states import InstalmentState, standing_of

# A statement of the ORM for many rows costs a millisecond for each of them; arrays cost a tenth.
CHANGE = """
UPDATE standing_instalmentstanding AS s SET
    state = c.state, verdict = c.verdict, received = c.received,
    received_on_time = c.received_on_time, settled_on = c.settled_on, changes_on = c.changes_on
FROM unnest(
    %(instalment_id)s::bigint[], %(state)s::text[], %(verdict)s::text[], %(received)s::bigint[],
    %(received_on_time)s::bigint[], %(settled_on)s::date[], %(changes_on)s::date[]
) AS c(instalment_id, state, verdict, received, received_on_time, settled_on, changes_on)
WHERE s.instalment_id = c.instalment_id
"""
WRITTEN = ("state", "verdict", "received", "received_on_time", "settled_on", "changes_on")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How much a refresh looked at and wrote."""

    customers: int = 0
    examined: int = 0
    written: int = 0


def refresh_touched() -> Refreshed:
    """Bring kept standing of the touched customers up to date on the standing day.

    To be called last in the transaction that wrote the facts. Before the first sweep nothing is
    kept, and what is touched waits for it. Writers of one customer wait for each other here, each
    then reading what the other has written; all wait for a sweep under way.
    """
    with transaction.atomic():
        day = _standing_day_shared()
        if day is None:
            return Refreshed()
        heavy, light = _take_touched()
        done = refresh(heavy, on=day)
        refresh_sums(light - heavy, on=day)
        return done


def hold_customer(customer_id: int) -> None:
    """Lock the customer until the caller's transaction ends, for a person's write to its facts.

    First the standing day, shared, then the customer: the order that sweeps and imports keep.
    """
    hold_customers([customer_id])


def hold_customers(customer_ids: Collection[int]) -> None:
    """Lock customers as ``hold_customer`` does, in key order."""
    _standing_day_shared()
    for chunk in chunks(sorted(customer_ids)):
        _lock(chunk)


def _standing_day_shared(*, waits: bool = True) -> date | None:
    """The standing day, held still until this transaction ends.

    None before the first sweep; unless it ``waits``, also while a sweep moves it.
    """
    skipped = "" if waits else " SKIP LOCKED"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT standing_on FROM organisation_organisation WHERE id = 1 FOR SHARE{skipped}"
        )
        row = cursor.fetchone()
    return row[0] if row else None


def standing_day_free() -> bool:
    """Hold the standing day still, shared, without waiting: False while a sweep moves it."""
    return _standing_day_shared(waits=False) is not None


def _take_touched() -> tuple[set[int], set[int]]:
    """Ids of customers whose promises or money changed, and of those whose other facts did."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM standing_touched WHERE id = ANY(ARRAY(
                SELECT id FROM standing_touched ORDER BY id FOR UPDATE SKIP LOCKED
            )) RETURNING customer_id, is_light
            """
        )
        rows = cursor.fetchall()
    return {id_ for id_, light in rows if not light}, {id_ for id_, light in rows if light}


def forget(*, instalments: Collection[int] = (), payments: Collection[int] = ()) -> None:
    """Let go of what is kept of facts about to be taken back; a refresh then settles the rest."""
    of_either = Q(instalment__in=instalments) | Q(payment__in=payments)
    Allocation.objects.filter(of_either).delete()
    InstalmentStanding.objects.filter(instalment__in=instalments).delete()


def move_standing_day(held: Organisation, *, to: date) -> Refreshed:
    """Move the standing day to ``to`` and bring every state that it changes up to date.

    ``held`` is the organisation with its row locked, in the caller's transaction. The cost follows
    what is due and what is new between the two days, not what exists.
    """
    former = held.standing_on
    heavy, light = _take_touched()
    if former is None:
        due = set(Customer.objects.values_list("pk", flat=True))
    else:
        due = heavy | _changing(former, to)
        light |= sums_changing(former, to)
        if first_of(former) != first_of(to):
            light |= _with_a_month(former, to)
    held.standing_on = to
    held.save(update_fields=["standing_on"])
    done = refresh(due, on=to)
    refresh_sums(light - due, on=to)
    return done


def _with_a_month(former: date, to: date) -> set[int]:
    """Customers who have a row in the month that begins, or had one in the month that ends."""
    month = Q(due_on__gte=first_of(to), due_on__lte=last_of(to))
    found = set(MonthFigures.objects.values_list("customer_id", flat=True))
    found |= set(MonthPlan.objects.filter(month=first_of(to)).values_list("customer_id", flat=True))
    found |= set(Instalment.objects.filter(month).values_list("customer_id", flat=True))
    window = Q(received_on__gte=min(former, first_of(to)), received_on__lte=to)
    return found | set(Payment.objects.filter(window).values_list("customer_id", flat=True))


def refresh_sums(customer_ids: Collection[int], *, on: date) -> None:
    """Write the month figures and ledger sums of customers whose promises and money stand."""
    for chunk in chunks(sorted(customer_ids)):
        _lock(chunk)
        keep_sums(chunk, on=on)


def _lock(chunk: list[int]) -> None:
    held = Customer.objects.select_for_update(no_key=True).filter(pk__in=chunk)
    list(held.order_by("pk").values_list("pk"))


def _changing(former: date, to: date) -> set[int]:
    """Customers whose standing differs between the two days though no fact was entered."""

    def within(field: str) -> Q:
        return Q((f"{field}__gt", former), (f"{field}__lte", to))

    found = set(
        InstalmentStanding.objects.filter(changes_on__lte=to).values_list("customer_id", flat=True)
    )
    found |= set(
        Commitment.objects.filter(within("made_on") | within("ended_on")).values_list(
            "customer_id", flat=True
        )
    )
    for model in (Payment, Reversal):
        rows = model.objects.filter(within("received_on"))
        found |= set(rows.values_list("customer_id", flat=True))
    return found


def refresh(customer_ids: Collection[int], *, on: date) -> Refreshed:
    """Derive standing of the customers as of ``on`` and write what differs from what is kept."""
    customers = examined = written = 0
    for chunk in chunks(sorted(customer_ids)):
        _lock(chunk)
        allocated: dict[int, list[Allocated]] = {}
        states: dict[int, list[InstalmentState]] = {}
        for id_, facts in load_facts(chunk).items():
            allocated[id_], commitments = standing_of(facts, on=on)
            states[id_] = [i for c in commitments for i in c.instalments]
        customers += len(chunk)
        examined += sum(len(of) for of in states.values())
        written += _write_states(chunk, states)
        _write_allocations(chunk, allocated)
        keep_sums(chunk, on=on)
    return Refreshed(customers, examined, written)


def _write_allocations(chunk: list[int], allocated: dict[int, list[Allocated]]) -> None:
    kept = {
        (payment, instalment): (id_, amount)
        for id_, payment, instalment, amount in Allocation.objects.filter(
            customer__in=chunk
        ).values_list("id", "payment_id", "instalment_id", "amount")
    }
    new = []
    for customer_id, parts in allocated.items():
        for part in parts:
            key = (part.payment, part.instalment)
            if key in kept and kept[key][1] == part.amount:
                del kept[key]
                continue
            new.append(
                Allocation(
                    customer_id=customer_id,
                    payment_id=part.payment,
                    instalment_id=part.instalment,
                    received_on=part.received_on,
                    amount=part.amount,
                )
            )
    Allocation.objects.filter(pk__in=[id_ for id_, _ in kept.values()]).delete()
    Allocation.objects.bulk_create(new, batch_size=5000)


def _write_states(chunk: list[int], states: dict[int, list[InstalmentState]]) -> int:
    kept = {row.instalment_id: row for row in InstalmentStanding.objects.filter(customer__in=chunk)}
    new: list[InstalmentStanding] = []
    changed: list[InstalmentStanding] = []
    for customer_id, of in states.items():
        for values, id_ in ((values_of(i), i.instalment.id) for i in of):
            row = kept.pop(id_, None)
            if row is None:
                new.append(InstalmentStanding(instalment_id=id_, customer_id=customer_id, **values))
            elif _apply(row, values):
                changed.append(row)
    InstalmentStanding.objects.filter(pk__in=list(kept)).delete()
    InstalmentStanding.objects.bulk_create(new, batch_size=5000)
    if changed:
        names = ("instalment_id", *WRITTEN)
        columns = {name: [getattr(row, name) for row in changed] for name in names}
        with connection.cursor() as cursor:
            cursor.execute(CHANGE, columns)
    return len(new) + len(changed)


def values_of(standing: InstalmentState) -> dict[str, Any]:
    """What is kept of an instalment's state, by column."""
    return {
        "state": standing.state.value,
        "verdict": standing.verdict.value if standing.verdict else "",
        "received": standing.received,
        "received_on_time": standing.received_on_time,
        "settled_on": standing.settled_on,
        "changes_on": standing.changes_on,
    }


def _apply(row: InstalmentStanding, values: dict[str, Any]) -> bool:
    """Put the values on the row; False when it had them all already."""
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True
