"""Mail about requests: to who decides when one is made, to who asked once it is decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import translation

from collections_app.accounts.models import Person
from collections_app.accounts.queries import managers_above
from collections_app.core.clock import now
from collections_app.core.display import format_day, format_money, format_month
from collections_app.customers.models import Customer
from collections_app.followups.models import Request, RequestState
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.operations import Owed, owe, put_into_messages
from collections_app.notices.wording import worded
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in words of the reader's language; amounts are exact, with their currency."""

    customer: str
    code: str
    asker: str
    decider: str
    kind: str
    is_approved: bool
    amount: str
    conceded: str
    until: str
    about: str
    target_before: str
    target_after: str
    month: str
    reason: str
    note: str
    word: str
    link: str


def tell_managers(request: Request) -> list[Message]:
    """Owe the managers of the customer's rep a mail about the request, due now.

    Those of the nearest team up that has one beside who asked; administrators where none has.
    """
    return _tell(
        NoticeKind.REQUESTED,
        request,
        managers_above(request.customer.owner, but=request.asked_by),
    )


def tell_of_decision(request: Request) -> list[Message]:
    """Owe who asked, and the customer's rep, a mail about the decision of somebody else."""
    told = {
        request.asked_by_id: request.asked_by,
        request.customer.owner_id: request.customer.owner,
    }
    told.pop(request.decided_by_id or 0, None)
    return _tell(NoticeKind.DECIDED, request, told.values())


def _tell(kind: NoticeKind, request: Request, people: Iterable[Person]) -> list[Message]:
    key = f"request/{request.public_id}"
    owed = [
        Owed(person.pk, key, request.customer_id, request_id=request.pk)
        for person in people
        if person.is_active
    ]
    return put_into_messages(owe(kind, owed), due_at=now())


def requested_gone(notice: Notice) -> str | None:
    """Why a manager need no longer be told of a request; None while it waits for them."""
    request = _request_of(notice)
    if request.state != RequestState.WAITING:
        return "withdrawn" if request.state == RequestState.WITHDRAWN else "decided"
    if not Request.objects.decidable_by(notice.reader).filter(pk=request.pk).exists():
        return "handed_over" if notice.reader.is_active else "disabled"
    return None


def decided_gone(notice: Notice) -> str | None:
    """Why a person need no longer be told of a decision; None for who may still see it."""
    if not notice.reader.is_active:
        return "disabled"
    seen = Customer.objects.visible_to(notice.reader).filter(pk=notice.about.pk)
    return None if seen.exists() else "handed_over"


def word_requests(message: Message, notices: Sequence[Notice]) -> Rendered:
    """Word requests or decisions, those of one kind, in the message's language."""
    language = message.language
    with translation.override(language):
        context = {
            "name": message.person.name if message.person else "",
            "lines": [_line(_request_of(notice), language) for notice in notices],
        }
    return worded(message.kind, context, language=language, count=len(notices))


def _request_of(notice: Notice) -> Request:
    assert notice.request is not None, "held by a constraint"
    return notice.request


def _line(request: Request, language: str) -> RequestLine:
    currency = request.customer.currency

    def money(amount: int | None) -> str:
        return "" if amount is None else format_money(amount, currency)

    def day(value: date | None) -> str:
        return "" if value is None else format_day(value, language)

    return RequestLine(
        customer=request.customer.name,
        code=request.customer.code,
        asker=request.asked_by.name,
        decider=request.decided_by.name if request.decided_by else "",
        kind=request.get_kind_display(),
        is_approved=request.state == RequestState.APPROVED,
        amount=money(request.amount),
        conceded=money(request.conceded),
        until=day(request.until_on),
        about=request.commitment.reference if request.commitment else "",
        target_before=money(request.target_before),
        target_after=money(request.target_after),
        month=format_month(request.month, language),
        reason=request.get_reason_display(),
        note=request.note,
        word=request.word,
        link=f"{settings.BASE_URL}/requests/{request.public_id}/",
    )
