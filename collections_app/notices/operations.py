"""Owing notices and putting them into messages: in the transaction of what made them due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection

from collections_app.accounts.delegation import delegates_of
from collections_app.accounts.models import Person
from collections_app.customers.models import Contact
from collections_app.notices.by_chat import add_twin, by_chat_alone
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.organisation.queries import organisation
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.operations import Recipient, digest_of, enqueue

# Why nothing is said of what was so before the product was there: it is taken note of alone.
OPENING = "opening"
OF_A_SWEEP = ("escalated", "lapsed", "not_told", "chase")
# A notice withdrawn unsent whose reason returns is owed again, under its key.
OWE = """
INSERT INTO notices_notice AS n
    (public_id, kind, person_id, contact_id, key, customer_id, instalment_id, request_id, month,
     on_day, state, reason, times_owed)
SELECT gen_random_uuid(), %(kind)s, w.person, w.contact, w.key, w.customer, w.instalment,
    w.request, w.month, w.on_day, 'owed', '', 1
FROM unnest(%(people)s::bigint[], %(contacts)s::bigint[], %(keys)s::text[],
    %(customers)s::bigint[], %(instalments)s::bigint[], %(requests)s::bigint[], %(months)s::date[],
    %(days)s::date[]) AS w(person, contact, key, customer, instalment, request, month, on_day)
ON CONFLICT (kind, person_id, contact_id, key) DO UPDATE
    SET state = 'owed', reason = '', message_id = NULL, times_owed = n.times_owed + 1,
        owed_at = now(), on_day = excluded.on_day
    WHERE n.state = 'withdrawn' AND n.reason <> 'opening'
RETURNING n.id
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing to say about one instalment, one request, a whole month or a day.

    To one person of the organisation, or to one contact of the customer: then ``person_id`` is
    None.
    """

    person_id: int | None
    key: str
    customer_id: int | None = None
    instalment_id: int | None = None
    request_id: int | None = None
    month: date | None = None
    contact_id: int | None = None
    on_day: date | None = None

    @property
    def order(self) -> tuple[int, int, str]:
        """By recipient and key."""
        return (self.person_id or 0, self.contact_id or 0, self.key)


def owe(kind: NoticeKind, owed: Iterable[Owed]) -> list[int]:
    """Write down what is owed; return the ids of those that were not owed before.

    In key order, so that two who owe the same at once wait for each other and never deadlock.
    """
    rows = sorted(owed, key=lambda one: one.order)
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            OWE,
            {
                "kind": kind.value,
                "people": [row.person_id for row in rows],
                "contacts": [row.contact_id for row in rows],
                "keys": [row.key for row in rows],
                "customers": [row.customer_id for row in rows],
                "instalments": [row.instalment_id for row in rows],
                "requests": [row.request_id for row in rows],
                "months": [row.month for row in rows],
                "days": [row.on_day for row in rows],
            },
        )
        return [row[0] for row in cursor.fetchall()]


def owe_reps(kind: NoticeKind, owed: Iterable[Owed], *, on: date) -> list[int]:
    """Owe the reps named, and whoever stands in for them on the day (rule 11)."""
    named = list(owed)
    delegates = delegates_of((one.person_id for one in named if one.person_id), on=on)
    # A delegate may have customers of their own, and be named already.
    each = {(one.person_id, one.key): one for one in named}
    for one in named:
        if one.person_id in delegates:
            too = replace(one, person_id=delegates[one.person_id])
            each.setdefault((too.person_id, too.key), too)
    return owe(kind, each.values())


Due = datetime | Callable[[Person | Contact], datetime]


def set_aside(kind: NoticeKind, owed: Iterable[Owed], *, reason: str) -> None:
    """Write down what is not to be said, and why."""
    fresh = owe(kind, owed)
    Notice.objects.filter(pk__in=fresh).update(state=NoticeState.WITHDRAWN, reason=reason)


def weightiest(kinds: Iterable[str]) -> str:
    """The kind of a message that carries notices of these."""
    return min(kinds, key=NoticeKind.values.index)


def put_into_messages(notice_ids: Iterable[int], *, due_at: Due) -> list[Message]:
    """One message per recipient, carrying all the notices given; queued for ``due_at``, which may
    be another instant for each recipient.

    A message's kind is that of its weightiest notice. One to a contact is answered to the rep. To
    who has a chat address it comes there too, by a message beside it, or there alone.
    """
    by_recipient: dict[Person | Contact, list[Notice]] = defaultdict(list)
    notices = Notice.objects.filter(pk__in=list(notice_ids), message__isnull=True)
    related = notices.select_related("person__chat_address", "contact__customer__owner")
    for notice in related.order_by("person_id", "contact_id", "pk"):
        by_recipient[notice.contact or notice.reader].append(notice)
    made = []
    for recipient, carried in by_recipient.items():
        kind = weightiest(notice.kind for notice in carried)
        message = enqueue(
            key=digest_of(notice.whole_key for notice in carried),
            kind=kind,
            to=by_chat_alone(recipient_of(recipient), kind),
            due_at=due_at(recipient) if callable(due_at) else due_at,
        )
        add_twin(message)
        Notice.objects.filter(pk__in=[n.pk for n in carried]).update(message=message)
        made.append(message)
    return made


def join_messages(notice_ids: Iterable[int], *, due_at: Due) -> list[Message]:
    """Let notices to people join the mail of a morning that waits for them at the same instant;
    those for whom none waits get a message each. Return the messages that are new.
    """
    alone = []
    notices = Notice.objects.filter(pk__in=list(notice_ids), message__isnull=True)
    for notice in notices.select_related("person").order_by("person_id", "pk"):
        due = due_at(notice.reader) if callable(due_at) else due_at
        waiting = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            person=notice.person_id, due_at=due, state=MessageState.QUEUED, attempts=0,
            lease_token__isnull=True, notices__kind__in=OF_A_SWEEP,
        )  # fmt: skip
        message = waiting.order_by("pk").first()
        if message is None:
            alone.append(notice.pk)
        else:
            Notice.objects.filter(pk=notice.pk).update(message=message)
    return put_into_messages(alone, due_at=due_at)


def recipient_of(who: Person | Contact) -> Recipient:
    """Where mail to somebody goes, and who is answered."""
    if isinstance(who, Person):
        return Recipient(address=who.email, language=who.language, person=who)
    return Recipient(
        address=who.email,
        language=who.language,
        reply_to=who.customer.owner.email,
        from_name=organisation().name,
    )


def withdraw(notice_ids: Iterable[int], *, reason: str, message: Message) -> int:
    """Say that notices of the message are no longer wanted, and why; return how many.

    One that is carried by another message by now is left alone: what was found out about it here
    is out of date.
    """
    owed = Notice.objects.filter(pk__in=list(notice_ids), state=NoticeState.OWED, message=message)
    return owed.update(state=NoticeState.WITHDRAWN, reason=reason)
