"""What a customer will be told next, what it was not told, and what would go if nothing held it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db import transaction

from collections_app.core.clock import now
from collections_app.core.planned import fetch_planned
from collections_app.customers.models import Customer
from collections_app.notices.courtesy import word_courtesy
from collections_app.notices.known import Known, known_of
from collections_app.notices.manners import Manner, manners_of
from collections_app.notices.models import Notice, NoticeState
from collections_app.notices.to_contacts import look_at_waiting
from collections_app.organisation.models import ReminderMode
from collections_app.organisation.queries import business_hours, policies_on, work_calendar
from collections_app.outbox.models import MessageState
from collections_app.reminders.courtesy import Owing, Step, next_step
from collections_app.reminders.to_customers import owe_customers

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Ahead:
    """Something that will be said, should nothing be paid until then."""

    reference: str
    step: Step


class Said(NamedTuple):
    """A notice to the customer: its kind, the promise it is about, the first day to say it.

    ``leaves_at`` is when its message leaves, None for one that waits for a person; ``reason`` is
    why it was not sent, blank while it waits.
    """

    kind: str
    reference: str
    on_day: date | None
    leaves_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the customer page says of mail to the customer.

    ``unsaid`` are notices that were not sent, the latest first; ``waiting`` those that are owed
    and have not left. Nothing is ``ahead`` of a customer without an address.
    """

    manner: Manner
    ahead: list[Ahead]
    waiting: list[Said]
    unsaid: list[Said]


# What is owed and has not left, what was not said, and what is still to be paid, each about a
# promise. Parameters: ``customer``, ``most``.
_FACTS: Final = """
SELECT f.part, k.reference || ' / ' || i.position, f.kind, f.on_day, f.leaves_at, f.reason,
    k.made_on, i.due_on, i.deadline_on
FROM (
    (SELECT 'waiting' AS part, n.id, n.instalment_id, n.kind, n.on_day,
        CASE WHEN m.state <> 'awaiting_approval' THEN m.due_at END AS leaves_at, n.reason
     FROM notices_notice n JOIN outbox_message m ON m.id = n.message_id
     WHERE n.customer_id = %(customer)s AND n.person_id IS NULL AND n.state = 'owed'
         AND m.state IN ('queued', 'sending', 'awaiting_approval')
     ORDER BY n.id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT 'unsaid', n.id, n.instalment_id, n.kind, n.on_day, NULL, n.reason
     FROM notices_notice n
     WHERE n.customer_id = %(customer)s AND n.person_id IS NULL AND n.state = 'withdrawn'
     ORDER BY n.id DESC LIMIT %(most)s)
    UNION ALL
    SELECT 'open', s.instalment_id, s.instalment_id, '', NULL, NULL, ''
    FROM standing_instalmentstanding s WHERE s.customer_id = %(customer)s AND s.state = 'open'
) f
JOIN commitments_instalment i ON i.id = f.instalment_id
JOIN commitments_commitment k ON k.id = i.commitment_id
ORDER BY f.id DESC
"""


def foretold(customer: Customer, *, on: date) -> Foretold:
    """What will be said to the customer and when, what waits, and what was not said.

    Two statements, and those that read policies and calendar where something is to come.
    """
    manner = manners_of([customer.pk], on=on)[customer.pk]
    said: dict[str, list[Said]] = {"waiting": [], "unsaid": []}
    owing: list[tuple[str, Owing]] = []
    values = {"customer": customer.pk, "most": MOST_SHOWN}
    for part, reference, kind, on_day, leaves_at, reason, *days in fetch_planned(_FACTS, values):
        if part == "open":
            owing.append((reference, Owing(*days)))
        else:
            said[part].append(Said(kind, reference, on_day, leaves_at, reason))
    ahead = _ahead(customer, owing, on) if owing and manner.has_address else []
    return Foretold(manner, ahead[:MOST_SHOWN], said["waiting"], said["unsaid"])


def _ahead(customer: Customer, owing: Iterable[tuple[str, Owing]], on: date) -> list[Ahead]:
    """What comes next of each instalment that is open, the soonest first."""
    policy = policies_on(on).of(customer.rating, customer.owner.team_id)
    calendar = work_calendar()
    found = []
    for reference, one in owing:
        step = next_step(one, reminder_days=policy.reminder_days, on=on, calendar=calendar)
        if step is not None:
            found.append(Ahead(reference, step))
    return sorted(found, key=lambda one: (one.step.since, one.reference))


@dataclass(frozen=True, slots=True)
class Would:
    """A message that would leave, and when."""

    to_address: str
    subject: str
    text: str
    leaves_at: datetime


def would_go(customer: Customer, *, on: date) -> list[Would]:
    """What would leave now if mail to the customer left by itself; nothing is written."""
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(reminder_mode=ReminderMode.AUTOMATIC)
        look_at_waiting([customer.pk])
        owe_customers(on=on, only=[customer.pk])
        notices = list(
            Notice.objects.filter(
                customer=customer, person__isnull=True, state=NoticeState.OWED,
                message__state=MessageState.QUEUED,
            )
            .select_related("customer__owner", "contact", "instalment__commitment", "message")
            .order_by("pk")
        )  # fmt: skip
        known = known_of(notices, language="", digest=None)
        found = _worded(notices, known)
        transaction.set_rollback(True)
    return found


def _worded(notices: list[Notice], known: Known) -> list[Would]:
    hours, carried = business_hours(), defaultdict(list)
    for notice in notices:
        carried[notice.message_id].append(notice)
    found = []
    for of in carried.values():
        message = of[0].message
        assert message is not None
        said = word_courtesy(message, of, known, with_html=False)
        leaves_at = hours.next_at(max(message.due_at, now()))
        found.append(Would(message.to_address, said.subject, said.text, leaves_at))
    return found
