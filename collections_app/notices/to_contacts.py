"""Putting what is said to customers into messages, and looking after those that wait to leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef

from collections_app.customers.models import Contact
from collections_app.notices.known import known_of
from collections_app.notices.models import Notice, NoticeState
from collections_app.notices.operations import recipient_of, weightiest
from collections_app.notices.recheck import still_wanted
from collections_app.organisation.models import ReminderMode
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.operations import digest_of, enqueue


def put_to_contacts(notice_ids: Iterable[int], *, due_at: datetime) -> int:
    """One message for each contact, of all the notices given; return how many are new.

    It waits for a person where the customer's mode says so. What already waits in the same way for
    the contact takes them up instead.
    """
    fresh = Notice.objects.filter(pk__in=list(notice_ids), contact__isnull=False)
    by_contact: defaultdict[Contact, list[Notice]] = defaultdict(list)
    for notice in fresh.select_related("contact__customer__owner").order_by("contact", "pk"):
        assert notice.contact is not None
        by_contact[notice.contact].append(notice)
    waiting = _waiting_for([contact.pk for contact in by_contact])
    made = 0
    for contact, carried in by_contact.items():
        approve = contact.customer.reminder_mode == ReminderMode.APPROVE
        state = MessageState.AWAITING_APPROVAL if approve else MessageState.QUEUED
        kinds = [notice.kind for notice in carried]
        message = waiting.get((contact.pk, state))
        if message is None or message.to_address != contact.email:
            message = enqueue(
                key=digest_of(notice.whole_key for notice in carried),
                kind=weightiest(kinds),
                to=recipient_of(contact),
                due_at=due_at,
                state=state,
            )
            made += 1
        else:
            message.kind = weightiest([message.kind, *kinds])
            message.save(update_fields=["kind"])
        Notice.objects.filter(pk__in=[n.pk for n in carried]).update(message=message)
    return made


def _waiting_for(contact_ids: Collection[int]) -> dict[tuple[int, str], Message]:
    """By contact and state: what has not been tried and is in nobody's hands; held from now on."""
    owed = Notice.objects.filter(
        contact__in=contact_ids,
        state=NoticeState.OWED,
        message__state__in=(MessageState.QUEUED, MessageState.AWAITING_APPROVAL),
    )
    pairs: dict[int, int] = dict(owed.order_by("message").values_list("message_id", "contact_id"))
    held = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        pk__in=pairs,
        state__in=(MessageState.QUEUED, MessageState.AWAITING_APPROVAL),
        attempts=0,
        lease_token__isnull=True,
        released_by__isnull=True,
    )
    return {(pairs[m.pk], m.state): m for m in held.order_by("pk")}


def look_at_waiting(customer_ids: Collection[int] | None = None) -> None:
    """Of what waits for a person: withdraw what has lost its reason, or has waited too long.

    Quiet does not: it ends. What need not be approved any more leaves. In the caller's transaction.
    """
    notices = Notice.objects.filter(
        state=NoticeState.OWED, message__state=MessageState.AWAITING_APPROVAL
    )
    if customer_ids is not None:
        notices = notices.filter(customer__in=customer_ids)
    found = list(
        notices.select_related("customer", "contact", "instalment", "message").order_by("pk")
    )
    if not found:
        return
    known = known_of(found, language="", digest=None)
    gone: defaultdict[str, list[int]] = defaultdict(list)
    for id_, reason in still_wanted(found, known).items():
        if reason not in (None, "quiet"):
            gone[str(reason)].append(id_)
    for reason, ids in gone.items():
        withdraw_unsent(ids, reason=reason)
    free = [id_ for id_, m in known.manners.items() if m.mode == ReminderMode.AUTOMATIC]
    left = [n.message_id for n in found if n.customer_id in set(free)]
    waits = Message.objects.filter(pk__in=left, state=MessageState.AWAITING_APPROVAL)
    waits.update(state=MessageState.QUEUED)


def withdraw_unsent(notice_ids: Collection[int], *, reason: str) -> None:
    """Say that notices are no longer wanted, and why; and so of what waits for a person and has
    nothing left to say. A message that is queued is withdrawn as it is due to leave.
    """
    if not notice_ids:
        return
    notices = Notice.objects.filter(pk__in=notice_ids, state=NoticeState.OWED)
    notices.update(state=NoticeState.WITHDRAWN, reason=reason)
    still = Notice.objects.filter(message=OuterRef("pk"), state=NoticeState.OWED)
    waits = Message.objects.filter(
        ~Exists(still),
        notices__in=notice_ids,
        state=MessageState.AWAITING_APPROVAL,
    )
    ids = list(waits.values_list("pk", flat=True))
    Message.objects.filter(pk__in=ids, state=MessageState.AWAITING_APPROVAL).update(
        state=MessageState.WITHDRAWN, reason=reason
    )
