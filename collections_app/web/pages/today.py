"""Today: what wants doing now, each with its reason and the way to do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collections_app.accounts.models import Person
from collections_app.core.months import first_of, month_text
from collections_app.customers.models import Contact, Customer, CustomerQuerySet
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.models import LAPSED, InstalmentStanding, State
from collections_app.standing.queries import open_balances, payments_known_through, standing_day
from collections_app.web.pages.promises import SOON_DAYS
from collections_app.web.requests import page_asked

SHOWN_EACH, PAGE_SIZE = 10, 50
KINDS = {
    "lapsed": gettext_lazy("Lapsed and part-paid"),
    "due": gettext_lazy("Due in the next days"),
    "not_asked": gettext_lazy("Not asked yet"),
    "uncovered": gettext_lazy("Uncovered, without a measure"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """A link by which something is done."""

    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayRow:
    """One thing to do: ``at_stake`` in minor units, ``state`` the key of its badge."""

    customer_id: int
    public_id: UUID
    name: str
    code: str
    rating: str | None
    owner: str
    currency: str
    state: str
    reason: str
    at_stake: int
    path: str
    acts: tuple[Act, ...]
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TodayGroup:
    """One kind of thing to do: how many there are, and those shown, largest at stake first."""

    key: str
    name: str
    count: int
    rows: list[TodayRow]
    has_more: bool


@dataclass(frozen=True, slots=True)
class TodayQuestion:
    """What the URL asks for: one kind alone, and its page."""

    day: date
    kind: str
    page: int

    @classmethod
    def read(cls, request: HttpRequest) -> TodayQuestion:
        """Read the query string; 404 for what it cannot mean."""
        kind = request.GET.get("show", "")
        if kind and kind not in KINDS:
            raise Http404
        return cls(standing_day(), kind, page_asked(request))


@dataclass(frozen=True, slots=True)
class TodayPage:
    """All that the page shows; ``shows_owner`` where the customers are several people's."""

    asked: TodayQuestion
    known_through: date | None
    groups: list[TodayGroup]
    has_customers: bool
    shows_owner: bool

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def shown(self) -> list[TodayGroup]:
        return [g for g in self.groups if g.rows and self.asked.kind in ("", g.key)]

    @property
    def previous_page(self) -> int | None:
        return self.asked.page - 1 if self.asked.page > 1 else None

    @property
    def next_page(self) -> int | None:
        has_more = self.asked.kind and any(g.has_more for g in self.shown)
        return self.asked.page + 1 if has_more else None


def today_page(asked: TodayQuestion, *, by: Person) -> TodayPage:
    """What wants doing for the customers that ``by`` sees, as of the standing day."""
    customers = Customer.objects.visible_to(by).filter(is_closed=False)
    month = first_of(asked.day)
    figures = customer_figures(month, on=asked.day, customers=customers)
    found = {
        "lapsed": _lapsed(customers, asked.day),
        "due": _due(customers, asked.day),
        "not_asked": _not_asked(customers, figures, month, asked.day),
        "uncovered": _uncovered(figures, month),
    }
    groups = [_group(key, rows, asked) for key, rows in found.items()]
    groups = _with_phones(groups)
    return TodayPage(
        asked=asked,
        known_through=payments_known_through(),
        groups=groups,
        has_customers=customers.exists(),
        shows_owner=any(row.owner != by.name for group in groups for row in group.rows),
    )


def _group(key: str, rows: list[TodayRow], asked: TodayQuestion) -> TodayGroup:
    rows.sort(key=lambda row: (-row.at_stake, row.code, row.path))
    if asked.kind == key:
        start = (asked.page - 1) * PAGE_SIZE
        shown = rows[start : start + PAGE_SIZE]
        return TodayGroup(key, str(KINDS[key]), len(rows), shown, len(rows) > start + PAGE_SIZE)
    shown = [] if asked.kind else rows[:SHOWN_EACH]
    return TodayGroup(key, str(KINDS[key]), len(rows), shown, len(rows) > len(shown))


def _lapsed(customers: CustomerQuerySet, day: date) -> list[TodayRow]:
    rows = _instalments(customers).filter(state__in=LAPSED)
    return [_of_instalment(row, _why_lapsed(row, day), row.state) for row in rows]


def _due(customers: CustomerQuerySet, day: date) -> list[TodayRow]:
    until = day + timedelta(days=SOON_DAYS)
    rows = _instalments(customers).filter(state=State.OPEN, instalment__due_on__lte=until)
    return [_of_instalment(row, _why_due(row, day), _badge(row, day)) for row in rows]


def _instalments(customers: CustomerQuerySet) -> QuerySet[InstalmentStanding]:
    return InstalmentStanding.objects.filter(customer__in=customers).select_related(
        "instalment__commitment", "customer__owner"
    )


def _badge(row: InstalmentStanding, day: date) -> str:
    if row.received:
        return "part_paid"
    return "in_grace" if row.instalment.due_on < day else "due_soon"


def _why_lapsed(row: InstalmentStanding, day: date) -> str:
    days = (day - row.instalment.deadline_on).days
    late = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    if row.received:
        return _("Only part of %(reference)s was paid, %(late)s") % {
            "reference": _names(row), "late": late,
        }  # fmt: skip
    return _("Nothing was paid on %(reference)s, %(late)s") % {
        "reference": _names(row), "late": late,
    }  # fmt: skip


def _why_due(row: InstalmentStanding, day: date) -> str:
    left = (row.instalment.due_on - day).days
    if left < 0:
        return _("%(reference)s was due and is in its grace") % {"reference": _names(row)}
    if left == 0:
        return _("%(reference)s is due today") % {"reference": _names(row)}
    return ngettext(
        "%(reference)s is due in %(days)s day", "%(reference)s is due in %(days)s days", left
    ) % {"reference": _names(row), "days": left}


def _names(row: InstalmentStanding) -> str:
    return f"{row.instalment.commitment.reference} / {row.instalment.position}"


def _of_instalment(row: InstalmentStanding, reason: str, state: str) -> TodayRow:
    customer, commitment = row.customer, row.instalment.commitment
    page = reverse("web:customer_detail", args=[customer.public_id])
    again = reverse("web:promise_renegotiate", args=[commitment.public_id])
    paid = reverse("web:payment_receive", args=[customer.public_id])
    acts = [Act(_("Enter a payment"), paid)]
    if row.state in LAPSED:
        acts.insert(0, Act(_("Renegotiate"), again))
    return TodayRow(
        customer_id=customer.pk,
        public_id=customer.public_id,
        name=customer.name,
        code=customer.code,
        rating=customer.rating,
        owner=customer.owner.name,
        currency=customer.currency,
        state=state,
        reason=reason,
        at_stake=row.instalment.amount - row.received,
        path=f"{page}?tab=commitments#commitment-{commitment.public_id}",
        acts=tuple(acts),
    )


def _not_asked(
    customers: CustomerQuerySet, figures: Iterable[CustomerFigures], month: date, day: date
) -> list[TodayRow]:
    """Customers with a plan or an open balance who were not asked for the month."""
    by_id = {row.customer_id: row for row in figures}
    balances = open_balances(customers, on=day)
    planned = {id_ for id_, row in by_id.items() if row.asked is None and row.target}
    owing = {id_ for id_, left in balances.items() if left > 0}
    wanted = {id_ for id_ in owing | planned if id_ not in by_id or by_id[id_].asked is None}
    rows = Customer.objects.filter(pk__in=wanted).select_related("owner")
    found = []
    for customer in rows:
        row = by_id.get(customer.pk)
        target = row.target if row else 0
        left = balances.get(customer.pk, 0)
        reason = (
            _("There is a target and nobody asked for a commitment")
            if target
            else _("An open balance, no target, and nobody asked")
        )
        acts = (
            Act(_("Asked"), _path("plan_ask", customer.public_id, month)),
            Act(_("Record a promise"), _path("promise_record", customer.public_id, month)),
        )
        found.append(
            TodayRow(
                customer_id=customer.pk,
                public_id=customer.public_id,
                name=customer.name,
                code=customer.code,
                rating=customer.rating,
                owner=customer.owner.name,
                currency=customer.currency,
                state="not_asked",
                reason=reason,
                at_stake=target or left,
                path=_path("customer_detail", customer.public_id, month),
                acts=acts,
            )
        )
    return found


def _uncovered(figures: Iterable[CustomerFigures], month: date) -> list[TodayRow]:
    return [
        TodayRow(
            customer_id=row.customer_id,
            public_id=row.public_id,
            name=row.name,
            code=row.code,
            rating=row.rating,
            owner=row.owner_name,
            currency=row.currency,
            state="uncovered",
            reason=_("Part of the target is covered by no commitment, money or measure"),
            at_stake=row.uncovered,
            path=_path("customer_detail", row.public_id, month),
            acts=(Act(_("Add a measure"), _path("measure_add", row.public_id, month)),),
        )
        for row in figures
        if row.uncovered > 0 and not row.measures
    ]


def _path(name: str, public_id: UUID, month: date) -> str:
    return f"{reverse(f'web:{name}', args=[public_id])}?month={month_text(month)}"


def _with_phones(groups: list[TodayGroup]) -> list[TodayGroup]:
    """The telephone of each customer's first contact, for the rows that are shown."""
    ids = {row.customer_id for group in groups for row in group.rows}
    phones = dict(
        Contact.objects.filter(customer__in=ids, is_primary=True)
        .exclude(phone="")
        .values_list("customer_id", "phone")
    )
    return [
        TodayGroup(
            group.key,
            group.name,
            group.count,
            [replace(row, phone=phones.get(row.customer_id, "")) for row in group.rows],
            group.has_more,
        )
        for group in groups
    ]
