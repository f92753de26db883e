"""The customer page: where do we stand with this customer?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collections_app.core.months import first_of
from collections_app.customers.contacts import KnownContact, contacts_of
from collections_app.customers.models import Customer
from collections_app.standing.head import Head, head_of
from collections_app.standing.kept import promises_page
from collections_app.standing.queries import ledgers_of, payments_known_through, standing_day
from collections_app.standing.settlement import LedgerStanding
from collections_app.web.pages.followups import FollowUpsTab, follow_ups_tab
from collections_app.web.pages.ledger import InvoicesTab, PaymentsTab, invoices_tab, payments_tab
from collections_app.web.pages.plan import PlanTab, plan_tab
from collections_app.web.pages.promises import PromiseCard, promise_cards
from collections_app.web.pages.record import Conduct, RecordTab, conduct_in, record_tab
from collections_app.web.pages.reminding import MailPart, mail_part
from collections_app.web.pages.timeline import TimelineQuestion, TimelineTab, timeline_tab
from collections_app.web.pages.turning import ByMonth, Paged
from collections_app.web.pages.units import Unit
from collections_app.web.requests import month_asked, page_asked

TABS = (
    "plan", "commitments", "followups", "record", "invoices", "payments", "contacts", "history"
)  # fmt: skip
PROMISES_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class CustomerQuestion:
    """What the URL asks for: month, tab, page; ``line`` is what of the timeline."""

    day: date
    month: date
    tab: str
    page: int
    line: TimelineQuestion

    @classmethod
    def read(cls, request: HttpRequest) -> CustomerQuestion:
        """Read the query string; 404 for what it cannot mean."""
        day = standing_day()
        tab = request.GET.get("tab", "plan")
        if tab not in TABS:
            raise Http404
        line = TimelineQuestion.read(request) if tab == "history" else TimelineQuestion()
        month = month_asked(request, default=first_of(day))
        return cls(day, month, tab, page_asked(request), line)


@dataclass(frozen=True, slots=True)
class CommitmentsTab:
    """One page of promises, latest first."""

    cards: list[PromiseCard]
    unit: Unit
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the viewer may do for the customer; ``has_to_ask``: a manager lowers locked targets."""

    may_act: bool = False
    has_to_ask: bool = False
    may_rate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPage(ByMonth, Paged):
    """All that the page shows: the header, and the one tab that is open."""

    asked: CustomerQuestion
    customer: Customer
    head: Head
    known_through: date | None
    conduct: Conduct
    rights: Rights
    plan: PlanTab | None = None
    commitments: CommitmentsTab | None = None
    followups: FollowUpsTab | None = None
    record: RecordTab | None = None
    invoices: InvoicesTab | None = None
    payments: PaymentsTab | None = None
    contacts: list[KnownContact] | None = None
    mail: MailPart | None = None
    history: TimelineTab | None = None

    @property
    def currency(self) -> str:
        return self.customer.currency

    @property
    def has_more(self) -> bool:
        """Whether the open tab has another page."""
        tabs = (self.commitments, self.followups, self.invoices, self.payments, self.history)
        return any(tab is not None and tab.has_more for tab in tabs)


def customer_page(customer: Customer, asked: CustomerQuestion, *, rights: Rights) -> CustomerPage:
    """One customer as of the standing day; only the open tab is worked out."""
    head = head_of(customer, month=asked.month, on=asked.day)
    conduct = conduct_in(head, customer)
    return CustomerPage(
        asked=asked,
        customer=customer,
        head=head,
        known_through=payments_known_through(),
        conduct=conduct,
        rights=rights,
        **{asked.tab: _tab(customer, asked, head, conduct)},
        mail=mail_part(customer, on=asked.day) if asked.tab == "contacts" else None,
    )


def _tab(customer: Customer, asked: CustomerQuestion, head: Head, conduct: Conduct) -> Any:
    """What the tab that is open shows."""
    id_, on, page = customer.pk, asked.day, asked.page
    match asked.tab:
        case "plan":
            return plan_tab(customer, head, month=asked.month, on=on, surplus_label=_("Surplus"))
        case "commitments":
            return _commitments(customer, asked)
        case "followups":
            return follow_ups_tab(customer, on=on, page=page)
        case "record":
            return record_tab(customer, head, conduct, month=asked.month, on=on)
        case "invoices":
            ledger = ledgers_of([id_], on=on).get(id_) or LedgerStanding()
            return invoices_tab(id_, ledger, customer.currency, on=on, page=page)
        case "payments":
            return payments_tab(id_, customer.currency, on=on, page=page)
        case "contacts":
            return contacts_of(id_)
        case _:
            return timeline_tab(customer, asked.line, page=page)


def _commitments(customer: Customer, asked: CustomerQuestion) -> CommitmentsTab:
    start = (asked.page - 1) * PROMISES_A_PAGE
    found = promises_page(customer.pk, on=asked.day, start=start, limit=PROMISES_A_PAGE + 1)
    cards = promise_cards(found.states[:PROMISES_A_PAGE], found.money, on=asked.day)
    amounts = [a for card in cards for i in card.lines for a in (i.fact.amount, i.state.received)]
    amounts += [i.state.received_on_time for card in cards for i in card.lines]
    unit = Unit.of(customer.currency, amounts)
    return CommitmentsTab(cards, unit, len(found.states) > PROMISES_A_PAGE)
