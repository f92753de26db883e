"""Mail to customers that waits for a person: what it would say, to whom, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from collections_app.accounts.models import Person
from collections_app.actions.release import waiting_for
from collections_app.customers.models import Customer
from collections_app.notices.courtesy import word_courtesy
from collections_app.notices.known import known_of
from collections_app.notices.models import Notice, NoticeState
from collections_app.notices.recheck import still_wanted
from collections_app.outbox.models import Message
from collections_app.web.pages.mail_words import kind_in_words, reason_in_words
from collections_app.web.pages.turning import Paged

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One message as it would leave now; ``gone`` is why it would not, ``quiet_until`` since when
    it may.
    """

    message: Message
    customer: Customer
    contact: str
    kinds: list[str]
    subject: str
    text: str
    gone: str
    quiet_until: date | None


class WaitingQuestion(NamedTuple):
    """What the URL asks for."""

    page: int


@dataclass(frozen=True, slots=True)
class WaitingPage(Paged):
    """A page of what waits, the longest waiting first; ``count`` is of all."""

    asked: WaitingQuestion
    rows: list[WaitingRow]
    count: int

    @property
    def has_more(self) -> bool:
        return self.count > self.asked.page * PAGE_SIZE


def waiting_page(*, by: Person, page: int) -> WaitingPage:
    """What waits for ``by``; worded with the figures of now."""
    found = waiting_for(by)
    count = found.count()
    start = (page - 1) * PAGE_SIZE
    messages = list(found.order_by("created_at", "pk")[start : start + PAGE_SIZE])
    return WaitingPage(WaitingQuestion(page), _rows(messages), count)


def _rows(messages: list[Message]) -> list[WaitingRow]:
    notices = list(
        Notice.objects.filter(message__in=messages, state=NoticeState.OWED, person__isnull=True)
        .select_related("customer__owner", "contact", "instalment__commitment", "message")
        .order_by("pk")
    )
    known = known_of(notices, language="", digest=None)
    reasons = still_wanted(notices, known)
    carried: defaultdict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        carried[notice.message_id or 0].append(notice)
    rows = []
    for message in messages:
        of = carried[message.pk]
        gone = [reasons[n.pk] for n in of]
        said = [n for n in of if reasons[n.pk] in (None, "quiet")]
        whole = word_courtesy(message, said or of, known, with_html=False)
        first = of[0]
        rows.append(
            WaitingRow(
                message=message,
                customer=first.about,
                contact=first.contact.name if first.contact else "",
                kinds=sorted({kind_in_words(n.kind) for n in said or of}),
                subject=whole.subject,
                text=whole.text,
                gone="" if said else reason_in_words(str(gone[0])),
                quiet_until=known.manners[first.about.pk].quiet_until,
            )
        )
    return rows
