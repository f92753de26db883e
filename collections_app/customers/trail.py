"""The audit trail of one customer, with both names where a delegate acted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from collections_app.accounts.models import Delegation, Person
from collections_app.accounts.operations import record, record_each
from collections_app.organisation.queries import today


def acting_for(actor: Person | None, customer_id: int) -> Person | None:
    """The absent owner of the customer whose rights the actor has today; None otherwise."""
    if actor is None:
        return None
    now = Delegation.objects.in_force(today()).filter(delegate=actor, person__customers=customer_id)
    found = now.select_related("person").first()
    return found.person if found else None


def record_acts(
    entries: Iterable[tuple[UUID | int, int, Mapping[str, Any]]],
    *,
    actor: Person | None,
    verb: str,
    subject_kind: str,
) -> None:
    """Append many acts at once: (subject's id, customer's id, payload) each. Two statements."""
    entries = list(entries)
    now = Delegation.objects.in_force(today()).filter(
        delegate=actor, person__customers__in={customer_id for _, customer_id, _ in entries}
    )
    absent = dict(now.values_list("person__customers", "person")) if entries else {}
    record_each(
        ((str(subject), customer, payload) for subject, customer, payload in entries),
        actor=actor,
        verb=verb,
        subject_kind=subject_kind,
        on_behalf_of=absent,
    )


def record_act(
    *,
    actor: Person | None,
    verb: str,
    subject_kind: str,
    subject_id: UUID | int,
    customer_id: int,
    payload: Mapping[str, Any],
) -> None:
    """Append what was done for a customer to the audit trail, in the caller's transaction."""
    record(
        actor=actor,
        on_behalf_of=acting_for(actor, customer_id),
        verb=verb,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        customer_id=customer_id,
        payload=payload,
    )
