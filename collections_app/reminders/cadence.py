"""What a day asks to be said to reps and managers, beside what has newly lapsed (rules 8 and 9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q

from collections_app.accounts.models import Person
from collections_app.accounts.queries import managers_above
from collections_app.customers.models import Customer, Hold
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.operations import OPENING, Owed
from collections_app.organisation.queries import policies_on
from collections_app.reminders.following import Wanted, follow_ups_wanted
from collections_app.standing.models import LAPSED, InstalmentStanding
from collections_app.standing.queries import chunks


def chases_owed(*, on: date, but: Collection[int] = ()) -> Iterator[Owed]:
    """Of each lapse that wants a follow-up again, the latest one, to the customer's rep.

    Those of the days before it are not told any more: after an outage only the latest step is.
    The follow-up of the first morning is asked for by the lapse's own notice, and so are those of
    an outage before it; ``but`` are the instalments of which the day's sweep tells for the first
    time.
    """
    lapsed = InstalmentStanding.objects.filter(state__in=LAPSED, customer__owner__is_active=True)
    for lot in chunks(lapsed.order_by("customer").values_list("customer", flat=True).distinct()):
        owners = dict(Customer.objects.filter(pk__in=lot).values_list("pk", "owner_id"))
        wanted = [
            one
            for one in follow_ups_wanted(lot, on=on)
            if not one.is_first and one.instalment_id not in but
        ]
        told = _last_told([one.instalment_id for one in wanted])
        for one in wanted:
            key = _key_of(one, told.get(one.instalment_id, ()))
            if key is not None:
                owner_id = owners[one.customer_id]
                yield Owed(owner_id, key, one.customer_id, one.instalment_id, on_day=on)


Told = tuple[str, date, str]


def _key_of(one: Wanted, told: Sequence[Told]) -> str | None:
    """The key of the follow-up that is wanted; None where the lapse's own notice asked for it.

    The day on which it came to be wanted names it: that stays as it is, whereas what is put on
    record later changes how many there were. Told on that day or after it, it is the one told.
    """
    since = [(kind, key) for kind, day, key in told if day >= one.latest]
    if not since:
        return f"instalment/{one.instalment_id}/{one.latest.isoformat()}"
    return next((key for kind, key in since if kind == NoticeKind.CHASE), None)


def _last_told(instalment_ids: Collection[int]) -> dict[int, list[Told]]:
    """By instalment: the latest chase and the lapse as they were told, whoever it was to."""
    rows = Notice.objects.filter(
        kind__in=(NoticeKind.CHASE, NoticeKind.LAPSED),
        person__isnull=False,
        instalment__in=instalment_ids,
        on_day__isnull=False,
    )
    latest = rows.order_by("instalment", "kind", "-on_day", "-pk").distinct("instalment", "kind")
    found: defaultdict[int, list[Told]] = defaultdict(list)
    for id_, kind, day, key in latest.values_list("instalment_id", "kind", "on_day", "key"):
        assert id_ is not None, "held by a constraint"
        assert day is not None, "asked for above"
        found[id_].append((kind, day, key))
    return found


def escalations_owed(*, on: date, only: Collection[int] | None = None) -> Iterator[Owed]:
    """Lapses that the policy of the day takes to the rep's managers, of which they were not told;
    of ``only`` some customers.

    Not while the customer is on hold: that has an end, and they are told then.
    """
    if only is not None and not only:
        return
    policies = policies_on(on)
    managers: dict[int, list[Person]] = {}
    for owner, customer_id, instalment_id, deadline_on, rating in _not_escalated(on, only):
        after = policies.of(rating, owner.team_id).escalate_after_days
        if (on - deadline_on).days < max(after, 1):
            continue
        if owner.pk not in managers:
            managers[owner.pk] = managers_above(owner)
        for manager in managers[owner.pk]:
            yield Owed(manager.pk, f"instalment/{instalment_id}", customer_id, instalment_id)


def _not_escalated(
    on: date, only: Collection[int] | None
) -> Iterator[tuple[Person, int, int, date, str | None]]:
    """Owner, customer, instalment, deadline, rating of each lapse that no manager was told of."""
    told = Notice.objects.filter(
        Q(state=NoticeState.OWED) | Q(reason=OPENING),
        kind=NoticeKind.ESCALATED,
        instalment=OuterRef("instalment"),
    )
    held = Hold.objects.in_force(on).filter(customer=OuterRef("customer"))
    lapsed = InstalmentStanding.objects.filter(
        ~Exists(told), ~Exists(held), state__in=LAPSED, instalment__deadline_on__lt=on
    )
    if only is not None:
        lapsed = lapsed.filter(customer__in=only)
    rows = list(
        lapsed.order_by("customer", "instalment").values_list(
            "customer__owner_id", "customer_id", "instalment_id", "instalment__deadline_on",
            "customer__rating",
        )
    )  # fmt: skip
    owners = Person.objects.select_related("team").in_bulk({row[0] for row in rows})
    for owner_id, customer_id, instalment_id, deadline_on, rating in rows:
        yield owners[owner_id], customer_id, instalment_id, deadline_on, rating
