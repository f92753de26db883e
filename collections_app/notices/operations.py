"""Owing notices and putting them into messages: in the transaction of what made them due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from collections_app.accounts.models import Person
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.outbox.models import Message
from collections_app.outbox.operations import digest_of, enqueue

# A notice withdrawn unsent whose reason returns is owed again, under its key.
OWE = """
INSERT INTO notices_notice AS n
    (public_id, kind, person_id, key, customer_id, instalment_id, request_id, month, state,
     reason, times_owed)
SELECT gen_random_uuid(), %(kind)s, w.person, w.key, w.customer, w.instalment, w.request, w.month,
    'owed', '', 1
FROM unnest(%(people)s::bigint[], %(keys)s::text[], %(customers)s::bigint[],
    %(instalments)s::bigint[], %(requests)s::bigint[], %(months)s::date[])
    AS w(person, key, customer, instalment, request, month)
ON CONFLICT (kind, person_id, key) DO UPDATE
    SET state = 'owed', reason = '', message_id = NULL, times_owed = n.times_owed + 1,
        owed_at = now()
    WHERE n.state = 'withdrawn'
RETURNING n.id
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing to say to one person about one instalment, one request or a whole month."""

    person_id: int
    key: str
    customer_id: int | None = None
    instalment_id: int | None = None
    request_id: int | None = None
    month: date | None = None


def owe(kind: NoticeKind, owed: Iterable[Owed]) -> list[int]:
    """Write down what is owed; return the ids of those that were not owed before.

    In key order, so that two who owe the same at once wait for each other and never deadlock.
    """
    rows = sorted(owed, key=lambda o: (o.person_id, o.key))
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            OWE,
            {
                "kind": kind.value,
                "people": [row.person_id for row in rows],
                "keys": [row.key for row in rows],
                "customers": [row.customer_id for row in rows],
                "instalments": [row.instalment_id for row in rows],
                "requests": [row.request_id for row in rows],
                "months": [row.month for row in rows],
            },
        )
        return [row[0] for row in cursor.fetchall()]


def put_into_messages(notice_ids: Iterable[int], *, due_at: datetime) -> list[Message]:
    """One message per person, carrying all the notices given; queued for ``due_at``."""
    by_person: dict[int, list[Notice]] = defaultdict(list)
    notices = Notice.objects.filter(pk__in=list(notice_ids), message__isnull=True)
    for notice in notices.order_by("person_id", "pk"):
        by_person[notice.person_id].append(notice)
    people = Person.objects.in_bulk(list(by_person))
    made = []
    for person_id, of_person in by_person.items():
        message = enqueue(
            key=digest_of(notice.whole_key for notice in of_person),
            kind=of_person[0].kind,
            person=people[person_id],
            due_at=due_at,
        )
        Notice.objects.filter(pk__in=[n.pk for n in of_person]).update(message=message)
        made.append(message)
    return made


def withdraw(notice_ids: Iterable[int], *, reason: str, message: Message) -> int:
    """Say that notices of the message are no longer wanted, and why; return how many.

    One that is carried by another message by now is left alone: what was found out about it here
    is out of date.
    """
    owed = Notice.objects.filter(pk__in=list(notice_ids), state=NoticeState.OWED, message=message)
    return owed.update(state=NoticeState.WITHDRAWN, reason=reason)
