"""A person lets mail to customers leave that waits for them, or keeps it back."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.actions.resend import SENDERS
from collections_app.core.clock import now
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer
from collections_app.customers.trail import record_acts
from collections_app.notices.manners import manners_of
from collections_app.notices.models import Notice, NoticeState
from collections_app.organisation.queries import business_hours
from collections_app.outbox.models import Message, MessageState
from collections_app.standing.queries import standing_day


class ReleaseRefused(Refused):
    """Mail that waits cannot be let go, or kept back, like this."""


def waiting_for(person: Person) -> QuerySet[Message]:
    """The messages to customers that wait for a person and are this one's to let go.

    Their own customers', a manager's team's, and an absent colleague's while one stands in.
    """
    if person.role not in SENDERS:
        return Message.objects.none()
    carried = Notice.objects.filter(
        message=OuterRef("pk"), person__isnull=True, state=NoticeState.OWED,
        customer__in=Customer.objects.visible_to(person).filter(is_closed=False),
    )  # fmt: skip
    return Message.objects.filter(Exists(carried), state=MessageState.AWAITING_APPROVAL)


def release(*, messages: Collection[UUID], by: Person) -> int:
    """Let these messages leave in the next business hours, after their customers' quiet period.

    Returns how many; what somebody else was first with, or is not theirs, is passed over. Raises
    ``ReleaseRefused`` with ``nothing`` where that leaves none.
    """
    with transaction.atomic():
        rows = _held(messages, by)
        of = _customers_of(rows)
        hours, manners = business_hours(), manners_of(of.values(), on=standing_day())
        for row in rows:
            end = manners[of[row.pk]].quiet_until
            earliest = max(now(), hours.begin(end)) if end else now()
            Message.objects.filter(pk=row.pk).update(
                state=MessageState.QUEUED,
                due_at=hours.next_at(earliest),
                released_by=by,
                released_at=Now(),
            )
        _record(rows, of, by, "release", {})
    return len(rows)


def keep_back(*, messages: Collection[UUID], reason: str, by: Person) -> int:
    """Do not send these messages, for a reason; what they would have said is said no more.

    Returns how many. Raises ``ReleaseRefused``: ``required`` without a reason, ``nothing``.
    """
    if not reason:
        raise ReleaseRefused(_("Say in words why."), code="required", field="reason")
    with transaction.atomic():
        rows = _held(messages, by)
        of = _customers_of(rows)
        ids = [row.pk for row in rows]
        notices = Notice.objects.filter(message__in=ids, state=NoticeState.OWED)
        notices.update(state=NoticeState.WITHDRAWN, reason="declined")
        Message.objects.filter(pk__in=ids).update(state=MessageState.WITHDRAWN, reason="declined")
        _record(rows, of, by, "keep_back", {"reason": reason})
    return len(rows)


def _held(messages: Collection[UUID], by: Person) -> list[Message]:
    """Those that still wait, held until the transaction ends."""
    theirs = waiting_for(by).filter(public_id__in=messages)
    held = list(theirs.select_for_update(of=("self",)).order_by("pk"))
    if not held:
        raise ReleaseRefused(
            _("None of these messages waits any more. Look at the list again."), code="nothing"
        )
    return held


def _customers_of(rows: Collection[Message]) -> dict[int, int]:
    """Each message's customer: those to customers are about one alone."""
    told = Notice.objects.filter(message__in=[row.pk for row in rows], customer__isnull=False)
    found: dict[int, int] = dict(told.values_list("message_id", "customer_id"))
    return found


def _record(
    rows: Collection[Message], of: dict[int, int], by: Person, verb: str, payload: dict[str, str]
) -> None:
    entries = [(r.public_id, of[r.pk], {"email": r.to_address} | payload) for r in rows]
    record_acts(entries, actor=by, verb=verb, subject_kind="message")
