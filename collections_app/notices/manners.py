"""How customers may be written to on a day: what keeps mail from them, read for many at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from collections_app.customers.models import Contact, Customer, Hold, Stop
from collections_app.customers.stops import stopped
from collections_app.followups.queries import last_contacts
from collections_app.notices.models import Notice
from collections_app.organisation.models import ReminderMode
from collections_app.organisation.queries import day_of, organisation
from collections_app.outbox.models import MessageState

# Nothing older is said: after that it is for the rep to speak with the customer.
OLDEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one customer may be written to.

    ``contact`` is who has an address, the first contact before others; ``nameless`` is whom one
    would write to if there were one. ``held_until`` is the last day of a hold, ``quiet_until`` the
    first day on which a message may go again; None where neither is in force.
    """

    mode: str
    is_closed: bool
    stop: Stop | None
    contact: Contact | None
    nameless: Contact | None
    held_until: date | None
    quiet_until: date | None

    @property
    def why_not(self) -> str | None:
        """Why nothing may be said; None where it may."""
        reasons = {
            "never": self.mode == ReminderMode.NEVER,
            "closed": self.is_closed,
            "stopped": self.stop is not None,
            "no_address": self.contact is None,
            "hold": self.held_until is not None,
            "quiet": self.quiet_until is not None,
        }
        return next((reason for reason, is_so in reasons.items() if is_so), None)


def manners_of(
    customer_ids: Collection[int], *, on: date, but: int | None = None
) -> dict[int, Manner]:
    """How each customer may be written to on the day; a fixed number of statements.

    ``but`` is the id of a message that does not count as one that was sent, being the one in hand.
    """
    ids = set(customer_ids)
    if not ids:
        return {}
    stops, contacts = stopped(), _contacts(ids)
    holds = dict(
        Hold.objects.in_force(on).filter(customer__in=ids).values_list("customer", "ends_on")
    )
    quiet = quiet_ends(ids, on=on, but=but)
    found = {}
    for id_, mode, is_closed, team_id in Customer.objects.filter(pk__in=ids).values_list(
        "pk", "reminder_mode", "is_closed", "owner__team_id"
    ):
        known = contacts.get(id_, [])
        found[id_] = Manner(
            mode=mode,
            is_closed=is_closed,
            stop=stops.stop_of(id_, team_id),
            contact=next((one for one in known if one.email), None),
            nameless=known[0] if known else None,
            held_until=holds.get(id_),
            quiet_until=quiet.get(id_),
        )
    return found


def _contacts(ids: Collection[int]) -> dict[int, list[Contact]]:
    """By customer: the first contact, then the others, the oldest first."""
    found: dict[int, list[Contact]] = {}
    rows = Contact.objects.filter(customer__in=ids).order_by("customer", "-is_primary", "pk")
    for contact in rows:
        found.setdefault(contact.customer_id, []).append(contact)
    return found


def quiet_ends(ids: Collection[int], *, on: date, but: int | None = None) -> dict[int, date]:
    """Of customers in their quiet period on the day, the first day after it (rule 9).

    A contact by hand begins one, and a message that was sent or is in a sender's hands; of those a
    day is left between in any case.
    """
    days = organisation().quiet_days
    ends: dict[int, date] = {}
    for id_, last in last_contacts(ids, on=on).items():
        ends[id_] = last.on_day + timedelta(days=days)
    for id_, said_on in last_said(ids, but=but).items():
        end = said_on + timedelta(days=max(days, 1))
        ends[id_] = max(end, ends.get(id_, end))
    return {id_: end for id_, end in ends.items() if end > on}


def last_said(ids: Collection[int], *, but: int | None = None) -> dict[int, date]:
    """The day of the latest message to each customer that left, or is leaving."""
    leaving = Q(message__state=MessageState.SENDING, message__dated_at__isnull=False)
    if but is not None:
        # Of two in hand at once the first goes.
        leaving &= Q(message__lt=but)
    said = Notice.objects.filter(
        Q(message__state=MessageState.SENT) | leaving, person__isnull=True, customer__in=ids
    ).exclude(message=but)
    latest = (
        said.order_by()
        .values_list("customer")
        .annotate(at=Max(Coalesce("message__sent_at", "message__dated_at")))
    )
    return {id_: day_of(at) for id_, at in latest}
