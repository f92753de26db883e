"""How customers may be written to on a day: what keeps mail from them, read for many at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from collections_app.core.planned import fetch_planned
from collections_app.customers.models import Stop
from collections_app.customers.stops import stopped
from collections_app.organisation.models import ReminderMode
from collections_app.organisation.queries import organisation

# Nothing older is said: after that it is for the rep to speak with the customer.
OLDEST: Final = timedelta(days=7)

# Of each customer: mode, whether it is closed, its owner's team; whom one writes to; the last day
# of a hold; the day of the latest follow-up; that of the latest message that left or is leaving (of
# two in hand at once the first goes), or was sent once more; whether any mail at all is stopped.
# Parameters: ``customers``, ``on``, ``zone``, ``but``.
_MANNERS: Final = """
SELECT c.id, c.reminder_mode, c.is_closed, o.team_id, k.id, k.email,
    (SELECT max(ends_on) FROM customers_hold
     WHERE customer_id = c.id AND starts_on <= %(on)s AND ends_on >= %(on)s
         AND (lifted_on IS NULL OR lifted_on > %(on)s)),
    (SELECT max(on_day) FROM followups_followup WHERE customer_id = c.id AND on_day <= %(on)s),
    GREATEST((SELECT (max(coalesce(m.sent_at, m.dated_at)) AT TIME ZONE %(zone)s)::date
     FROM notices_notice n JOIN outbox_message m ON m.id = n.message_id
     WHERE n.customer_id = c.id AND n.person_id IS NULL
         AND m.id IS DISTINCT FROM %(but)s::bigint
         AND (m.state = 'sent' OR (m.state = 'sending' AND m.dated_at IS NOT NULL
             AND (%(but)s::bigint IS NULL OR m.id < %(but)s::bigint)))),
     (SELECT (max(m.sent_at) AT TIME ZONE %(zone)s)::date
      FROM notices_notice n JOIN outbox_message m ON m.resend_of_id = n.message_id
      WHERE n.customer_id = c.id AND n.person_id IS NULL AND m.state = 'sent')),
    EXISTS (SELECT 1 FROM customers_stop WHERE lifted_at IS NULL)
FROM unnest(%(customers)s::bigint[]) a(id)
JOIN customers_customer c ON c.id = a.id
JOIN accounts_person o ON o.id = c.owner_id
LEFT JOIN LATERAL (
    SELECT id, email FROM customers_contact WHERE customer_id = c.id
    ORDER BY email = '', is_primary DESC, id LIMIT 1) k ON true
"""


class Whom(NamedTuple):
    """A contact; blank ``email`` where nobody at the customer has an address."""

    pk: int
    email: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How one customer may be written to.

    ``whom`` is the contact who is written to: the first one with an address, the first contact
    before others, else whom one would write to; None where nobody is known. ``held_until`` is the
    last day of a hold, ``quiet_until`` the first day on which a message may go again; None where
    neither is in force.
    """

    mode: str
    is_closed: bool
    stop: Stop | None
    whom: Whom | None
    held_until: date | None
    quiet_until: date | None

    @property
    def has_address(self) -> bool:
        return self.whom is not None and bool(self.whom.email)

    @property
    def why_not(self) -> str | None:
        """Why nothing may be said; None where it may."""
        reasons = {
            "never": self.mode == ReminderMode.NEVER,
            "closed": self.is_closed,
            "stopped": self.stop is not None,
            "no_address": not self.has_address,
            "hold": self.held_until is not None,
            "quiet": self.quiet_until is not None,
        }
        return next((reason for reason, is_so in reasons.items() if is_so), None)


def manners_of(
    customer_ids: Collection[int], *, on: date, but: int | None = None
) -> dict[int, Manner]:
    """How each customer may be written to on the day; one statement, two more where mail is
    stopped to anybody.

    ``but`` is the id of a message that does not count as one that was sent, being the one in hand.
    """
    ids = sorted(set(customer_ids))
    if not ids:
        return {}
    held = organisation()
    values = {"customers": ids, "on": on, "zone": held.time_zone, "but": but}
    rows = fetch_planned(_MANNERS, values)
    stops = stopped() if any(row[-1] for row in rows) else None
    return {
        id_: Manner(
            mode=mode,
            is_closed=is_closed,
            stop=stops.stop_of(id_, team_id) if stops else None,
            whom=Whom(contact_id, email) if contact_id is not None else None,
            held_until=held_until,
            quiet_until=_quiet_end(spoken_on, said_on, days=held.quiet_days, on=on),
        )
        for (
            id_, mode, is_closed, team_id, contact_id, email, held_until, spoken_on, said_on, _any,
        ) in rows
    }  # fmt: skip


def _quiet_end(spoken_on: date | None, said_on: date | None, *, days: int, on: date) -> date | None:
    """Of a customer in its quiet period on the day, the first day after it (rule 9).

    A contact by hand begins one, and a message that was sent or is in a sender's hands; of those a
    day is left between in any case.
    """
    ends = []
    if spoken_on is not None:
        ends.append(spoken_on + timedelta(days=days))
    if said_on is not None:
        ends.append(said_on + timedelta(days=max(days, 1)))
    end = max(ends, default=on)
    return end if end > on else None
