"""What is known of a message's notices just before it is sent: read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max

from collections_app.accounts.delegation import delegates_of
from collections_app.accounts.models import Delegation, Person
from collections_app.accounts.queries import managers_above
from collections_app.customers.models import Hold
from collections_app.followups.queries import last_contacts
from collections_app.notices.manners import Manner, manners_of
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.morning import Digest
from collections_app.organisation.queries import today
from collections_app.standing.models import LAPSED, State
from collections_app.standing.queries import (
    KeptState,
    kept_states,
    payments_known_through,
    standing_day,
)

REASONS = {
    State.KEPT: "paid",
    State.KEPT_LATE: "paid",
    State.SUPERSEDED: "superseded",
    State.CANCELLED: "cancelled",
    State.OPEN: "open",
}
# What a digest says to a person on a day, in a language; None where there is nothing to say.
Digesting = Callable[[Person, date, str], Digest | None]


@dataclass(frozen=True, slots=True)
class Known:
    """Facts that decide whether notices are still wanted.

    ``contacts``: the day of each customer's latest follow-up. ``on_hold``: customers. ``latest``:
    the day of the latest notice of the kind, for what comes again: by kind, person and instalment
    (None for a digest). ``managers``: those who manage each owner. ``digests``: by notice.
    ``standing_in`` and ``stood_in``: as (owner, reader), who stands in today or once did. Of
    notices to customers: ``manners`` by customer, and the day through which payments are known.
    """

    states: Mapping[int, KeptState]
    contacts: Mapping[int, date] = field(default_factory=dict)
    on_hold: Collection[int] = ()
    latest: Mapping[tuple[str, int, int | None], date] = field(default_factory=dict)
    managers: Mapping[int, Collection[int]] = field(default_factory=dict)
    digests: Mapping[int, Digest | None] = field(default_factory=dict)
    standing_in: frozenset[tuple[int, int]] = frozenset()
    stood_in: frozenset[tuple[int, int]] = frozenset()
    day: date = date.min
    manners: Mapping[int, Manner] = field(default_factory=dict)
    known_through: date | None = None


def known_of(
    notices: Collection[Notice],
    *,
    language: str,
    digest: Digesting | None,
    but: int | None = None,
) -> Known:
    """Read what the checks of these notices ask for; a fixed number of statements for each kind.

    ``but`` is the id of the message that is about to be sent.
    """
    to_people = [n for n in notices if not n.is_to_customer]
    of = {kind: [n for n in to_people if n.kind == kind] for kind in NoticeKind}
    to_customers = [n for n in notices if n.is_to_customer]
    chased = {n.about.pk for n in of[NoticeKind.CHASE]}
    day = standing_day()
    standing_in, stood_in = _stand_ins(notices)
    return Known(
        states=kept_states([n.instalment_id for n in notices if n.instalment_id is not None]),
        contacts={id_: c.on_day for id_, c in last_contacts(chased, on=day).items()},
        on_hold=_on_hold(chased, day) if chased else (),
        latest=_latest([*of[NoticeKind.CHASE], *of[NoticeKind.DIGEST]]),
        managers=_managers(of[NoticeKind.ESCALATED]),
        digests=_digests(of[NoticeKind.DIGEST], language, digest),
        standing_in=standing_in,
        stood_in=stood_in,
        day=day,
        manners=manners_of({n.about.pk for n in to_customers}, on=day, but=but),
        known_through=payments_known_through() if to_customers else None,
    )


Pairs = frozenset[tuple[int, int]]


def _stand_ins(notices: Iterable[Notice]) -> tuple[Pairs, Pairs]:
    """As (owner, reader), who stands in today, and who ever did, for owners of others."""
    pairs = {
        (n.customer.owner_id, n.person_id)
        for n in notices
        if n.customer and n.person_id and n.customer.owner_id != n.person_id
    }
    if not pairs:
        return frozenset(), frozenset()
    owners = {owner for owner, _reader in pairs}
    readers = {reader for _owner, reader in pairs}
    former = Delegation.objects.filter(person__in=owners, delegate__in=readers)
    return (
        frozenset(delegates_of(owners, on=today()).items()),
        frozenset(former.values_list("person_id", "delegate_id")),
    )


def _on_hold(customer_ids: Collection[int], day: date) -> Collection[int]:
    held = Hold.objects.in_force(day).filter(customer__in=customer_ids)
    return set(held.values_list("customer", flat=True))


def _latest(notices: Collection[Notice]) -> dict[tuple[str, int, int | None], date]:
    if not notices:
        return {}
    rows = (
        Notice.objects.filter(
            kind__in={n.kind for n in notices},
            person__in={n.person_id for n in notices},
            state=NoticeState.OWED,
            on_day__gte=min(n.on_day for n in notices if n.on_day),
        )
        .order_by()
        .values_list("kind", "person", "instalment")
        .annotate(latest=Max("on_day"))
    )
    return {(kind, person, instalment): day for kind, person, instalment, day in rows}


def _managers(notices: Iterable[Notice]) -> dict[int, Collection[int]]:
    owners = {notice.about.owner_id: notice.about.owner for notice in notices}
    return {id_: {m.pk for m in managers_above(owner)} for id_, owner in owners.items()}


def _digests(
    notices: Iterable[Notice], language: str, digest: Digesting | None
) -> dict[int, Digest | None]:
    found: dict[int, Digest | None] = {}
    for notice in notices:
        assert digest is not None, "whoever sends digests says what they hold"
        assert notice.on_day is not None, "held by a constraint"
        found[notice.pk] = digest(notice.reader, notice.on_day, language)
    return found


def not_lapsed(notice: Notice, known: Known) -> str | None:
    """Why a notice of a lapse is not wanted by the instalment's state; None where it lapsed."""
    state = known.states.get(notice.instalment_id or 0)
    if state is None:
        return "removed"
    return None if state.state in LAPSED else REASONS[State(state.state)]


def not_open(notice: Notice, known: Known) -> str | None:
    """Why a notice of what is to come is not wanted; None where it is open."""
    state = known.states.get(notice.instalment_id or 0)
    if state is None:
        return "removed"
    if state.state in LAPSED:
        return "lapsed"
    return None if state.state == State.OPEN else REASONS[State(state.state)]
