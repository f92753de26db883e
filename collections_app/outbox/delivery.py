"""Sending what is due: claim, stamp, look again, send, mark."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from collections_app.outbox import operations
from collections_app.outbox.channels import Channel, InDoubt, Rejected, Unreachable, channel
from collections_app.outbox.models import Message
from collections_app.outbox.queries import due_count

logger = logging.getLogger(__name__)

REFUSALS_END_ROUND = 3


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A message that is no longer wanted, and why."""

    reason: str


Prepare = Callable[[Message], Rendered | Withdrawn]


@dataclass(slots=True)
class Outcome:
    """How a round went; ``left`` counts what is due now."""

    sent: int = 0
    withdrawn: int = 0
    failed: int = 0
    in_doubt: int = 0
    left: int = 0
    refusals: int = field(default=0, repr=False)


def deliver_due(
    *, prepare: Prepare, seconds: float = 60.0, stop: Callable[[], bool] = lambda: False
) -> Outcome:
    """Send what is due, in batches, until nothing is, time is up or ``stop`` says so.

    ``prepare`` looks again whether a message is still wanted and renders it. A failure of one
    never holds up the others; three refused connections end the round.
    """
    outcome, line = Outcome(), channel()
    deadline = time.monotonic() + seconds
    try:
        while not stop() and time.monotonic() < deadline:
            token = uuid.uuid4()
            ids = operations.claim(token=token)
            if not ids:
                break
            for id_ in ids:
                if stop() or outcome.refusals >= REFUSALS_END_ROUND:
                    _give_back(ids, token)
                    break
                _deliver(id_, token, prepare, line, outcome)
            if outcome.refusals >= REFUSALS_END_ROUND:
                break
    finally:
        line.close()
    outcome.left = due_count()
    return outcome


def _give_back(ids: list[int], token: uuid.UUID) -> None:
    Message.objects.filter(pk__in=ids, lease_token=token).update(lease_token=None, lease_until=None)


def _deliver(id_: int, token: uuid.UUID, prepare: Prepare, line: Channel, outcome: Outcome) -> None:
    if not operations.stamp_sending(id_, token=token):
        return
    message = Message.objects.get(pk=id_)
    try:
        said = prepare(message)
        if isinstance(said, Withdrawn):
            outcome.withdrawn += operations.mark_withdrawn(id_, token=token, reason=said.reason)
            return
        message.subject, message.body_text, message.body_html = said.subject, said.text, said.html
        operations.keep_rendered(
            id_, token=token, subject=said.subject, text=said.text, html=said.html
        )
        line.send(message)
    except Rejected as refusal:
        outcome.failed += operations.mark_failed(id_, token=token, error=str(refusal), dead=True)
    except Unreachable as refusal:
        outcome.refusals += 1
        outcome.failed += operations.mark_failed(id_, token=token, error=str(refusal))
    except InDoubt as lost:
        outcome.in_doubt += 1
        operations.mark_failed(id_, token=token, error=str(lost), in_doubt=True)
    except Exception as fault:  # one poison row must not hold up the others
        logger.exception("message %s could not be prepared", id_)
        outcome.failed += operations.mark_failed(id_, token=token, error=repr(fault))
    else:
        outcome.sent += operations.mark_sent(id_, token=token)
