"""A message's way: queued, leased, stamped, sent. Every step is fenced by the lease's token."""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Case, F, PositiveIntegerField, QuerySet, Value, When
from django.db.models.functions import Greatest, Now

from collections_app.accounts.models import Person
from collections_app.outbox.models import Message, MessageState

LEASE = timedelta(seconds=30)
MARK_SECONDS = 60
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 3 * 3600  # in the end eight tries a day
# The Date is fixed with the first claim, so that every copy carries the same one and mail that was
# held for days does not look old.
CLAIM = """
    UPDATE outbox_message SET
        lease_token = %(token)s,
        lease_until = statement_timestamp() + interval '30 seconds',
        dated_at = coalesce(dated_at, statement_timestamp())
    WHERE id = ANY(ARRAY(
        SELECT id FROM outbox_message
        WHERE state IN ('queued', 'sending') AND due_at <= statement_timestamp()
          AND (lease_until IS NULL OR lease_until < statement_timestamp())
        ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )) RETURNING id
"""
Result = TypeVar("Result")


def digest_of(keys: Iterable[str]) -> str:
    """A message's own key: an HMAC of the keys of what it carries, in any order."""
    text = "\n".join(sorted(keys))
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a mail goes and in which language; ``person`` for somebody of the organisation.

    ``reply_to``: who is answered, where that is not the sender; ``from_name``: in whose name.
    ``is_chat``: by chat, and the address is a mask.
    """

    address: str
    language: str
    person: Person | None = None
    reply_to: str = ""
    from_name: str = ""
    is_chat: bool = False


def enqueue(
    *,
    key: str,
    kind: str,
    to: Recipient,
    due_at: datetime,
    state: str = MessageState.QUEUED,
    twin_of: Message | None = None,
) -> Message:
    """Put a message to one recipient into the outbox, in the caller's transaction.

    ``key`` comes from ``digest_of``. What it says is rendered just before it is sent.
    """
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
    return Message.objects.create(
        key=key,
        message_id=f"<{key[:40]}@{domain}>",
        kind=kind,
        person=to.person,
        to_address=to.address,
        reply_to=to.reply_to,
        from_name=to.from_name,
        language=to.language,
        due_at=due_at,
        state=state,
        is_chat=to.is_chat,
        twin_of=twin_of,
    )


def claim(*, token: UUID, limit: int = 20) -> list[int]:
    """Lease due messages to ``token`` by the database's clock; return their ids.

    Commits before any SMTP talk. A lease that runs out makes its message due again: the first
    sender may have died after the server had accepted it (``in_doubt`` counts that).
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"token": token, "limit": limit})
        return sorted(row[0] for row in cursor.fetchall())


def _held(message_id: int, token: UUID) -> QuerySet[Message]:
    return Message.objects.filter(pk=message_id, lease_token=token)


def _one_more_if_sending() -> Case:
    return Case(
        When(state=MessageState.SENDING, then=F("in_doubt") + 1),
        default=F("in_doubt"),
        output_field=PositiveIntegerField(),
    )


def stamp_sending(message_id: int, *, token: UUID) -> bool:
    """Say, on the record, that sending starts now; False when the lease is no longer ours."""
    return (
        _held(message_id, token)
        .filter(lease_until__gt=Now())
        .update(
            attempts=F("attempts") + 1,
            in_doubt=_one_more_if_sending(),
            state=MessageState.SENDING,
            lease_until=Now() + LEASE,
        )
        == 1
    )


def keep_rendered(message_id: int, *, token: UUID, subject: str, text: str, html: str) -> bool:
    """Keep what is about to be sent, as it will be read, and renew the lease for sending it.

    False when the lease is no longer ours: another sender has it in hand, and we must not send.
    """
    held = _held(message_id, token).filter(lease_until__gt=Now())
    return (
        held.update(
            subject=subject[:300], body_text=text, body_html=html, lease_until=Now() + LEASE
        )
        == 1
    )


def mark_sent(message_id: int, *, token: UUID, channel: str) -> bool:
    """Say that the server took it; tried for a minute while the database is away."""
    return _free(
        message_id, token, state=MessageState.SENT, sent_at=Now(), channel=channel, last_error=""
    )


def mark_withdrawn(message_id: int, *, token: UUID, reason: str) -> bool:
    """Say that it is no longer wanted, and why."""
    return _free(message_id, token, state=MessageState.WITHDRAWN, reason=reason[:40])


def put_off(message_id: int, *, token: UUID, until: datetime) -> bool:
    """Give the lease back until it may be sent; that was no try, and fixes no date.

    A minute at least, whatever clock ``until`` was read from, so that no round goes on for ever.
    """
    return _free(
        message_id,
        token,
        state=MessageState.QUEUED,
        due_at=Greatest(Value(until), Now() + Value(timedelta(minutes=1))),
        attempts=F("attempts") - 1,
        dated_at=Case(When(attempts__lte=1, then=Value(None)), default=F("dated_at")),
    )


def mark_failed(
    message_id: int, *, token: UUID, error: str, dead: bool = False, in_doubt: bool = False
) -> bool:
    """Give the lease back after a failure: due again later, or dead.

    The pause doubles from half a second to hours. ``in_doubt``: the connection was lost when the
    server may already have taken it.
    """
    held = _held(message_id, token).values_list("attempts", flat=True)
    attempts = _patiently(held.first)
    if attempts is None:
        return False
    # The exponent is bounded before the power, so that a long outage overflows nothing.
    pause = min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 20), LONGEST_PAUSE)
    pause *= random.uniform(0.8, 1.2)
    return _free(
        message_id,
        token,
        state=MessageState.DEAD if dead else MessageState.QUEUED,
        reason="refused" if dead else "",
        in_doubt=F("in_doubt") + int(in_doubt),
        due_at=Now() + Value(timedelta(seconds=pause)),
        # PostgreSQL keeps no NUL, and what a server says may hold anything.
        last_error=error.replace("\x00", "\ufffd")[:500],
    )


def _free(message_id: int, token: UUID, **values: object) -> bool:
    """Write how a try ended and end the lease; False when the lease is another's by now."""
    held = _held(message_id, token)
    return _patiently(lambda: held.update(lease_token=None, lease_until=None, **values)) == 1


def _patiently(ask: Callable[[], Result]) -> Result:
    """Ask the database, for up to a minute while it is away.

    What came of a try must not be lost with a restart of the database: the next sender would
    have to take it for one in doubt.
    """
    deadline = time.monotonic() + MARK_SECONDS
    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.5)


def fall_back_to_mail(message_id: int, *, token: UUID, error: str, in_doubt: bool = False) -> bool:
    """Let what came by chat alone, and does not get there, go by mail at once.

    False where it does not come by chat alone, or the lease is another's by now.
    """
    held = _held(message_id, token).filter(is_chat=True, twin_of__isnull=True)
    address = _patiently(lambda: held.values_list("person__email", flat=True).first())
    if address is None:
        return False
    return _free(
        message_id,
        token,
        state=MessageState.QUEUED,
        is_chat=False,
        to_address=address,
        in_doubt=F("in_doubt") + int(in_doubt),
        due_at=Now(),
        last_error=error[:500],
    )


def give_back(message_ids: Iterable[int], *, token: UUID) -> int:
    """End the lease of what was claimed and not tried; return how many."""
    leased = Message.objects.filter(pk__in=list(message_ids), lease_token=token)
    return leased.update(lease_token=None, lease_until=None)


def hold_waiting() -> int:
    """Hold what is still to be sent, as in a restored backup, until released; return how many.

    What was being sent when the backup was made may have left: it is in doubt from then on.
    """
    waiting = Message.objects.filter(state__in=(MessageState.QUEUED, MessageState.SENDING))
    return waiting.update(
        state=MessageState.HELD, in_doubt=_one_more_if_sending(), lease_token=None, lease_until=None
    )


def release_held() -> int:
    """Queue what a restored backup held back; return how many."""
    return Message.objects.filter(state=MessageState.HELD).update(
        state=MessageState.QUEUED, due_at=Now()
    )
