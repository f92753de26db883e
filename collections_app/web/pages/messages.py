"""The mail log: what was sent to whom, page by page, and how delivery goes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Role
from collections_app.actions.release import waiting_for
from collections_app.customers.models import Customer
from collections_app.notices.mail_log import messages_visible_to
from collections_app.notices.models import Notice
from collections_app.organisation.queries import organisation, today
from collections_app.outbox.models import Message, MessageState
from collections_app.web.pages.mail_words import KINDS, kind_in_words, reason_in_words
from collections_app.web.pages.narrowing import matching
from collections_app.web.requests import day_asked, words_asked

PAGE_SIZE: Final = 50
DAYS_BACK: Final = 90
MOST_NAMES: Final = 3
MOST_PAIRS: Final = 10_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MailMark:
    """The message after which a page begins."""

    at: datetime
    id: int

    @property
    def text(self) -> str:
        """As the URL writes it, in microseconds."""
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}.{self.id}"

    @classmethod
    def read(cls, text: str) -> MailMark:
        """Read the URL's; 404 for what is none."""
        at, dot, id_ = text.partition(".")
        if not (dot and (at + id_).isascii() and at.isdigit() and id_.isdigit()):
            raise Http404
        if len(at) > 17 or len(id_) > 18:
            raise Http404
        try:
            return cls(EPOCH + timedelta(microseconds=int(at)), int(id_))
        except OverflowError as error:
            raise Http404 from error


@dataclass(frozen=True, slots=True)
class MessagesQuestion:
    """What the URL asks for: words, state, kind, the first day, where the page begins."""

    words: str
    state: str
    kind: str
    since: date
    older: MailMark | None

    @classmethod
    def read(cls, request: HttpRequest) -> MessagesQuestion:
        """Read the query string; 404 for what it cannot mean."""
        state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
        if (state and state not in MessageState.values) or (kind and kind not in KINDS):
            raise Http404
        older = request.GET.get("older", "")
        since = day_asked(request, "from") or today() - timedelta(days=DAYS_BACK)
        return cls(
            words_asked(request), state, kind, since, MailMark.read(older) if older else None
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.state or self.kind)

    @property
    def begins_at(self) -> datetime:
        """The start of the first day, in the organisation's time zone."""
        if self.since.year <= date.min.year:
            return datetime.min.replace(tzinfo=UTC)
        return datetime.combine(self.since, time(), ZoneInfo(organisation().time_zone))


@dataclass(frozen=True, slots=True)
class Chip:
    """One value to narrow the list to, and how many messages it would show."""

    value: str
    label: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of the list; ``subject`` is blank where the reader may not see all it says."""

    message: Message
    kind: str
    subject: str
    customers: list[Customer]
    more: int
    why: str


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """A page of the mail log; ``older`` is where the next begins, ``to_release`` messages wait for
    the reader.
    """

    asked: MessagesQuestion
    rows: list[MessageRow]
    states: list[Chip]
    kinds: list[Chip]
    older: str
    to_release: int


def messages_page(asked: MessagesQuestion, *, by: Person) -> MessagesPage:
    """What the URL asks for of the messages that ``by`` may see, the latest first."""
    found = _searched(asked, by)
    narrowed = found.filter(
        **({"state": asked.state} if asked.state else {}),
        **({"kind": asked.kind} if asked.kind else {}),
    )
    if asked.older is not None:
        at, id_ = asked.older.at, asked.older.id
        narrowed = narrowed.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=id_))
    rows = list(
        narrowed.select_related("person")
        .defer("body_text", "body_html")
        .order_by("-created_at", "-pk")[: PAGE_SIZE + 1]
    )
    shown = rows[:PAGE_SIZE]
    last = shown[-1] if len(rows) > PAGE_SIZE else None
    states, kinds = _chips(found, asked)
    customers = _customers_of(shown, by)
    return MessagesPage(
        asked=asked,
        rows=[_row(m, customers.get(m.carrier_id, [])) for m in shown],
        states=states,
        kinds=kinds,
        older=MailMark(last.created_at, last.pk).text if last else "",
        to_release=waiting_for(by).count(),
    )


def _searched(asked: MessagesQuestion, by: Person) -> QuerySet[Message]:
    """Those of the days asked for that hold the words where the reader may read them."""
    found = messages_visible_to(by).filter(created_at__gte=asked.begins_at)
    if not asked.words:
        return found
    customers = matching(Customer.objects.visible_to(by), asked.words)
    about = Notice.objects.filter(customer__in=customers, message__isnull=False).values("message")
    return found.filter(
        Q(to_address__icontains=asked.words)
        | Q(person__name__icontains=asked.words)
        | Q(subject__icontains=asked.words, is_whole=True)
        | Q(pk__in=about)
        | Q(resend_of__in=about)
        | Q(twin_of__in=about)
    )


def _chips(found: QuerySet[Message], asked: MessagesQuestion) -> tuple[list[Chip], list[Chip]]:
    """How many there are in each state and of each kind, each narrowed by the other."""
    states: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    counted = found.order_by().values_list("state", "kind").annotate(number=Count("pk"))
    for state, kind, number in counted:
        if asked.kind in ("", kind):
            states[state] += number
        if asked.state in ("", state):
            kinds[kind] += number
    return (
        _chips_of([(s.value, str(s.label)) for s in MessageState], states, asked.state),
        _chips_of([(kind, kind_in_words(kind)) for kind in KINDS], kinds, asked.kind),
    )


def _chips_of(values: list[tuple[str, str]], counts: Counter[str], here: str) -> list[Chip]:
    """All, then each value that any message has, and the one chosen though it has none."""
    chips = [Chip("", _("All"), counts.total(), not here)]
    chips += [
        Chip(value, label, counts[value], value == here)
        for value, label in values
        if counts[value] or value == here
    ]
    return chips


def _customers_of(messages: list[Message], by: Person) -> dict[int, list[Customer]]:
    """Of which customers, that ``by`` may see, each message tells; one sent anew by its first."""
    told = Notice.objects.filter(message__in={m.carrier_id for m in messages})
    if by.role not in (Role.ADMIN, Role.FINANCE):
        told = told.filter(customer__in=Customer.objects.visible_to(by))
    pairs = told.filter(customer__isnull=False).order_by("message", "customer").distinct()
    found = list(pairs.values_list("message_id", "customer_id")[:MOST_PAIRS])
    by_id = Customer.objects.in_bulk({customer for _, customer in found})
    of: dict[int, list[Customer]] = defaultdict(list)
    for message, customer in found:
        of[message].append(by_id[customer])
    return of


def _row(message: Message, customers: list[Customer]) -> MessageRow:
    return MessageRow(
        message=message,
        kind=kind_in_words(message.kind),
        subject=message.subject if message.is_whole else "",  # type: ignore[attr-defined]
        customers=customers[:MOST_NAMES],
        more=max(len(customers) - MOST_NAMES, 0),
        why=reason_in_words(message.reason),
    )
