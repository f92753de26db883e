"""How mail of a kind reads now: the newest of its notices worded anew, or else a sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.notices.known import known_of
from collections_app.notices.models import Notice
from collections_app.notices.morning import word_morning
from collections_app.notices.plan_due import plan_due_gone, word_plan_due
from collections_app.notices.requests import word_requests
from collections_app.notices.samples import sample
from collections_app.notices.wording import WORDED
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message
from collections_app.reminders.digests import digest_of

MOST_NOTICES: Final = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """What the mail says, and whether of something that was owed."""

    said: Rendered
    is_real: bool


def preview(folder: str, *, language: str, to: Person) -> Preview:
    """The mail of a folder as ``to``, who may see everything, would read it; nothing is written."""
    notices = _newest(folder)
    message = Message(kind=folder, person=to, language=language, created_at=now())
    word = WORDS.get(folder)
    said = word(message, notices) if notices and word else None
    if said is None:
        return Preview(sample(folder, name=to.name, language=language), is_real=False)
    return Preview(said, is_real=True)


def _newest(folder: str) -> list[Notice]:
    """The newest notice to a person, and what else its message tells."""
    of_kind = Notice.objects.filter(kind__in=WORDED[folder].kinds, person__isnull=False)
    newest = of_kind.order_by("-pk").first()
    if newest is None:
        return []
    together = of_kind.filter(person=newest.person, message=newest.message_id)
    if newest.message_id is None:
        together = of_kind.filter(pk=newest.pk)
    return list(
        together.select_related("customer__owner__team", "person", "instalment__commitment")
        .select_related("request__customer__owner", "request__asked_by", "request__decided_by")
        .select_related("request__commitment")
        .order_by("pk")[:MOST_NOTICES]
    )


def _morning(message: Message, notices: Sequence[Notice]) -> Rendered | None:
    known = known_of(notices, language=message.language, digest=digest_of)
    told = [
        notice
        for notice in notices
        if (notice.instalment_id in known.states)
        or (notice.instalment_id is None and known.digests.get(notice.pk) is not None)
    ]
    return word_morning(message, told, known.states, known.digests) if told else None


def _plan_due(message: Message, notices: Sequence[Notice]) -> Rendered | None:
    return None if plan_due_gone(notices[-1]) else word_plan_due(message, notices[-1])


# A kind that is not here is read by its sample alone.
WORDS: Final[dict[str, Callable[[Message, Sequence[Notice]], Rendered | None]]] = {
    "morning": _morning,
    "plan_due": _plan_due,
    "requested": word_requests,
    "decided": word_requests,
}
