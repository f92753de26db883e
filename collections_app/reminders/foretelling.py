"""What a customer will be told next, what it was not told, and what would go if nothing held it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction

from collections_app.core.clock import now
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
from collections_app.standing.models import InstalmentStanding, State

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Ahead:
    """Something that will be said, should nothing be paid until then."""

    reference: str
    step: Step


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the customer page says of mail to the customer.

    ``unsaid`` are notices that were not sent, the latest first; ``waiting`` those that are owed
    and have not left.
    """

    manner: Manner
    ahead: list[Ahead]
    waiting: list[Notice]
    unsaid: list[Notice]


def foretold(customer: Customer, *, on: date) -> Foretold:
    """What will be said to the customer and when, what waits, and what was not said."""
    notices = (
        Notice.objects.filter(customer=customer, person__isnull=True)
        .select_related("instalment__commitment", "message")
        .order_by("-pk")
    )
    unsent = (MessageState.QUEUED, MessageState.SENDING, MessageState.AWAITING_APPROVAL)
    waiting = notices.filter(state=NoticeState.OWED, message__state__in=unsent)
    return Foretold(
        manner=manners_of([customer.pk], on=on)[customer.pk],
        ahead=_ahead(customer, on)[:MOST_SHOWN],
        waiting=list(waiting[:MOST_SHOWN]),
        unsaid=list(notices.filter(state=NoticeState.WITHDRAWN)[:MOST_SHOWN]),
    )


def _ahead(customer: Customer, on: date) -> list[Ahead]:
    policy = policies_on(on).of(customer.rating, customer.owner.team_id)
    calendar = work_calendar()
    rows = InstalmentStanding.objects.filter(customer=customer, state=State.OPEN)
    found = []
    for made_on, due_on, deadline_on, reference, position in rows.values_list(
        "instalment__commitment__made_on", "instalment__due_on", "instalment__deadline_on",
        "instalment__commitment__reference", "instalment__position",
    ):  # fmt: skip
        step = next_step(
            Owing(made_on, due_on, deadline_on), reminder_days=policy.reminder_days, on=on,
            calendar=calendar,
        )  # fmt: skip
        if step is not None:
            found.append(Ahead(f"{reference} / {position}", step))
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
        said = word_courtesy(message, of, known)
        leaves_at = hours.next_at(max(message.due_at, now()))
        found.append(Would(message.to_address, said.subject, said.text, leaves_at))
    return found
