"""Mail that came back: delivery status notifications (RFC 3464), and the messages they are of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message as Part
from email.policy import compat32
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from django.db.models import F, Q
from django.utils.timezone import is_naive

from collections_app.core.clock import now
from collections_app.outbox.models import Message, MessageState

MOST_BYTES: Final = 1_000_000
# By recipient alone only what left lately can be meant.
LATELY: Final = timedelta(days=10)
# Clocks of mail servers differ; a report older than this before the sending is of an earlier one.
CLOCKS_DIFFER: Final = timedelta(hours=1)
STATUS_TYPES: Final = ("message/delivery-status", "message/global-delivery-status")
HEADER_TYPES: Final = ("text/rfc822-headers", "message/global-headers")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f]+")


class Came(StrEnum):
    """What came of a piece of mail that was read as a report."""

    FAILED = "failed"  # the message will never arrive, and is dead now
    DELAYED = "delayed"  # it is late, and carries a note of it
    KNOWN = "known"  # it is dead already, was sent anew since, or did arrive
    UNKNOWN = "unknown"  # a report of no message of ours
    IGNORED = "ignored"  # no report at all


@dataclass(frozen=True, slots=True)
class Report:
    """What a notification says of one recipient; ``at`` is when it was written, if it says so."""

    message_id: str
    recipient: str
    action: str
    status: str
    diagnostic: str
    at: datetime | None

    @property
    def is_final(self) -> bool:
        """Nobody tries any more: also where the last reason was a passing one (4.4.7)."""
        return self.action == "failed" or (not self.action and self.status.startswith("5"))

    @property
    def is_late(self) -> bool:
        return self.action == "delayed" or (not self.action and self.status.startswith("4"))

    @property
    def words(self) -> str:
        """The status and what the far server said, on one line."""
        told = self.diagnostic or self.recipient
        return (told if self.status in told else f"{self.status} {told}").strip()[:500]


def take_bounce(data: bytes) -> Counter[Came]:
    """Mark the messages that a notification tells of; what it came to, by recipient reported.

    Bytes that are no notification are ignored, whatever they hold.
    """
    reports = list(reports_of(data))
    return Counter([take_report(report) for report in reports] or [Came.IGNORED])


def reports_of(data: bytes) -> Iterator[Report]:
    """What the notification reports, for each recipient; nothing for any other mail."""
    mail = message_from_bytes(data[:MOST_BYTES], policy=compat32)
    parts = list(mail.walk())
    message_id = next(filter(None, map(_returned_id, parts)), "")
    at = _written_at(mail)
    for part in parts:
        if part.get_content_type() not in STATUS_TYPES:
            continue
        for group in _groups(part):
            if "Final-Recipient" in group:
                yield _report(group, message_id, at)


def _groups(part: Part) -> list[Part]:
    """The blocks of fields; the parser makes a part of each."""
    payload: object = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [block for block in payload if isinstance(block, Part)]


def _report(group: Part, message_id: str, at: datetime | None) -> Report:
    status = _STATUS.search(_text(group, "Status"))
    return Report(
        message_id=message_id,
        recipient=_after_type(
            _text(group, "Final-Recipient") or _text(group, "Original-Recipient")
        ),
        action=_text(group, "Action").lower(),
        status=status[0] if status else "",
        diagnostic=_after_type(_text(group, "Diagnostic-Code")),
        at=at,
    )


def _text(part: Part, name: str) -> str:
    return _BLANKS.sub(" ", str(part.get(name, ""))).strip()[:1000]


def _after_type(text: str) -> str:
    """``rfc822; a@b`` and ``smtp; 550 …`` without the type."""
    kind, semicolon, rest = text.partition(";")
    return rest.strip() if semicolon and " " not in kind.strip() else text


def _returned_id(part: Part) -> str:
    """The Message-ID of the mail that was returned, whole or by its headers."""
    if part.get_content_type() in HEADER_TYPES:
        payload = part.get_payload(decode=True)
        return (
            _text(message_from_bytes(payload), "Message-ID") if isinstance(payload, bytes) else ""
        )
    if part.get_content_type() in ("message/rfc822", "message/global"):
        return next((_text(inner, "Message-ID") for inner in _groups(part)), "")
    return ""


def _written_at(mail: Part) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(mail.get("Date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return None if is_naive(at) else at


def take_report(report: Report) -> Came:
    """Mark the message of one recipient that a report tells of."""
    message = _message_of(report)
    if message is None:
        return Came.UNKNOWN
    if report.at and message.sent_at and report.at < message.sent_at - CLOCKS_DIFFER:
        return Came.KNOWN
    # What a server took though we were not told may come back before it is known to have left.
    left = Q(state=MessageState.SENT) | Q(state=MessageState.QUEUED, in_doubt__gt=0)
    row = Message.objects.filter(left, pk=message.pk, lease_until__isnull=True)
    if report.is_final:
        died = row.update(
            state=MessageState.DEAD, reason="bounced", last_error=report.words, note=""
        )
        return Came.FAILED if died else Came.KNOWN
    if report.is_late:
        return Came.DELAYED if row.update(note=report.words) else Came.KNOWN
    return Came.KNOWN


def _message_of(report: Report) -> Message | None:
    """By the Message-ID that came back; without one of ours by the recipient, the newest."""
    if report.message_id:
        found = Message.objects.filter(message_id=report.message_id).first()
        if found is not None:
            return found
    if not report.recipient:
        return None
    sent = Message.objects.filter(
        to_address__iexact=report.recipient,
        state=MessageState.SENT,
        created_at__gt=now() - LATELY,
    )
    return sent.order_by(F("sent_at").desc(), "-pk").first()
