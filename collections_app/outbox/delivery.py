"""Sending what is due: claim, stamp, look again, send, mark."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.html import escape

from collections_app.outbox import operations
from collections_app.outbox.channels import (
    Channel,
    Deferred,
    InDoubt,
    Rejected,
    Unreachable,
    channel,
)
from collections_app.outbox.chat import ChatChannel, shortened, title_of
from collections_app.outbox.models import Channel as Way
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.queries import waiting_count

logger = logging.getLogger(__name__)

LEFT_OUT = "[…]"

REFUSALS_END_ROUND = 3
# The final dot goes out within this time of the lease's renewal, so that the answer, which may take
# ten seconds more, still comes within the lease.
SECONDS_TO_HAND_OVER = 15
# With pauses that double from half a second: about an hour.
MOST_TRIES_BY_CHAT = 14


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says; ``secret`` is a text within it that nobody but the reader may see."""

    subject: str
    text: str
    html: str
    secret: str = ""

    def kept(self) -> Rendered:
        """As it may be kept: with the secret left out."""
        if not self.secret:
            return self
        return Rendered(
            self.subject.replace(self.secret, LEFT_OUT),
            self.text.replace(self.secret, LEFT_OUT),
            self.html.replace(escape(self.secret), LEFT_OUT).replace(self.secret, LEFT_OUT),
        )


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A message that is no longer wanted, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """A message that may not leave before an instant, at which it is looked at again."""

    until: datetime


Prepared = Rendered | Withdrawn | Postponed
Prepare = Callable[[Message], Prepared]


@dataclass(slots=True)
class Outcome:
    """How a round went; ``left`` counts what is due now and has not left.

    ``in_doubt`` counts connections lost when the server may have taken the mail, and mail found
    half sent. ``unconfirmed`` is the part of it that did not leave for certain afterwards.
    ``postponed`` counts what may not leave at this hour.
    """

    sent: int = 0
    withdrawn: int = 0
    failed: int = 0
    in_doubt: int = 0
    left: int = 0
    postponed: int = 0
    refusals: int = field(default=0, repr=False)
    unconfirmed: int = field(default=0, repr=False)


def deliver_due(
    *, prepare: Prepare, seconds: float = 60.0, stop: Callable[[], bool] = lambda: False
) -> Outcome:
    """Send what is due, in batches, until nothing is, time is up or ``stop`` says so.

    ``prepare`` looks again whether a message is still wanted and renders it. A failure of one
    never holds up the others; three refused connections end the round. Not for use within a
    transaction: each step must be on record before the next.
    """
    outcome, line = Outcome(), channel()
    deadline = time.monotonic() + seconds

    def over() -> bool:
        late = time.monotonic() >= deadline
        return late or stop() or outcome.refusals >= REFUSALS_END_ROUND

    try:
        while not over():
            token = uuid.uuid4()
            ids = operations.claim(token=token)
            if not ids:
                break
            for id_ in ids:
                if over():
                    break
                _deliver(id_, token, prepare, line, outcome)
            operations.give_back(ids, token=token)
    finally:
        line.close()
    outcome.left = waiting_count()
    return outcome


def _deliver(id_: int, token: uuid.UUID, prepare: Prepare, line: Channel, outcome: Outcome) -> None:
    # Before the stamp, so that the state is the one it was found in; under our lease it stands.
    message = Message.objects.select_related("person__chat_address", "twin_of").get(pk=id_)
    if not operations.stamp_sending(id_, token=token):
        return
    if message.is_chat:
        line = ChatChannel()
    outcome.in_doubt += message.state == MessageState.SENDING
    try:
        said = prepare(message) if message.resend_of_id is None else _as_it_was(message)
        if isinstance(said, Withdrawn):
            outcome.withdrawn += operations.mark_withdrawn(id_, token=token, reason=said.reason)
            return
        if isinstance(said, Postponed):
            outcome.postponed += operations.put_off(id_, token=token, until=said.until)
            return
        if not _send(message, said, token, line):
            return
    except Rejected as refusal:
        outcome.failed += _refused(message, token, str(refusal))
    except Deferred as refusal:
        outcome.failed += _put_off(message, token, str(refusal))
    except Unreachable as refusal:
        outcome.refusals += 1
        outcome.failed += operations.mark_failed(id_, token=token, error=str(refusal))
    except InDoubt as lost:
        outcome.in_doubt += 1
        outcome.unconfirmed += 1
        _put_off(message, token, str(lost), in_doubt=True)
    except Exception as fault:  # one poison row must not hold up the others
        logger.exception("message %s could not be prepared", id_)
        outcome.failed += operations.mark_failed(id_, token=token, error=repr(fault))
    else:
        # Out of the try: what was sent must never be marked as failed.
        outcome.sent += operations.mark_sent(id_, token=token, channel=line.way)


def _refused(message: Message, token: uuid.UUID, error: str) -> bool:
    """Dead; or by mail, what came by chat alone."""
    if message.is_chat and operations.fall_back_to_mail(message.pk, token=token, error=error):
        return True
    return operations.mark_failed(message.pk, token=token, error=error, dead=True)


def _put_off(message: Message, token: uuid.UUID, error: str, *, in_doubt: bool = False) -> bool:
    """Try again later; what a chat does not take for long comes by mail, or dies beside its mail.

    A chat knows no message twice: what is in doubt there goes once more, as mail does.
    """
    if message.is_chat and message.attempts + 1 >= MOST_TRIES_BY_CHAT:
        done = operations.fall_back_to_mail(message.pk, token=token, error=error, in_doubt=in_doubt)
        return done or operations.mark_failed(
            message.pk, token=token, error=error, dead=True, in_doubt=in_doubt
        )
    return operations.mark_failed(message.pk, token=token, error=error, in_doubt=in_doubt)


def _as_it_was(message: Message) -> Rendered | Withdrawn:
    """What a person sends once more says what the first one said, whatever came since."""
    if message.person is not None and not message.person.is_active:
        return Withdrawn("disabled")
    return Rendered(message.subject, message.body_text, message.body_html)


def _send(message: Message, said: Rendered, token: uuid.UUID, line: Channel) -> bool:
    """Keep what is said and send it; False, and nothing sent, when the lease is another's."""
    if line.way == Way.CHAT and said.secret:
        raise Rejected("chat: a secret is never said there")
    if line.way == Way.CHAT:
        said = Rendered(said.subject, shortened(said.text, beside=title_of(said.subject)), "")
    kept = said.kept()
    # What lies in the folder can be read by whoever reads the folder.
    leaves = kept if line.way == Way.FOLDER else said
    message.subject, message.body_text, message.body_html = leaves.subject, leaves.text, leaves.html
    until = time.monotonic() + SECONDS_TO_HAND_OVER
    ours = operations.keep_rendered(
        message.pk, token=token, subject=kept.subject, text=kept.text, html=kept.html
    )
    if ours:
        line.send(message, until=until)
    return ours
