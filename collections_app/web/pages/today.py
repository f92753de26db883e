"""Today: what wants doing now, each with its reason and the way to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collections_app.accounts.models import Person
from collections_app.core.months import first_of, month_text
from collections_app.customers.models import Contact, Customer
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.models import LAPSED, InstalmentStanding, State
from collections_app.standing.queries import open_balances, payments_known_through, standing_day
from collections_app.web.pages.promises import SOON_DAYS
from collections_app.web.pages.turning import Paged
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
class TodayPage(Paged):
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
    def has_more(self) -> bool:
        """Whether the one kind that is shown goes on; all kinds together are not paged."""
        return bool(self.asked.kind) and any(g.has_more for g in self.shown)


@dataclass(frozen=True, slots=True)
class _Found:
    """One thing to do before it is shown: what it is ordered by, and what its row is made of."""

    at_stake: int
    code: str
    customer_id: int
    instalment_id: int = 0


def today_page(asked: TodayQuestion, *, by: Person) -> TodayPage:
    """What wants doing for the customers that ``by`` sees, as of the standing day.

    All of it is counted and put in order; rows are made of what is shown.
    """
    visible = Customer.objects.visible_to(by).filter(is_closed=False)
    codes = dict(visible.order_by().values_list("pk", "code"))
    month = first_of(asked.day)
    figures = {
        row.customer_id: row for row in customer_figures(month, on=asked.day, customers=[*codes])
    }
    lapsed, due = _instalments(codes, asked.day)
    found = {
        "lapsed": lapsed,
        "due": due,
        "not_asked": _not_asked(codes, figures, asked.day),
        "uncovered": _uncovered(figures),
    }
    groups = _with_phones(_groups(found, figures, asked))
    return TodayPage(
        asked=asked,
        known_through=payments_known_through(),
        groups=groups,
        has_customers=bool(codes),
        shows_owner=any(row.owner != by.name for group in groups for row in group.rows),
    )


def _groups(
    found: dict[str, list[_Found]], figures: dict[int, CustomerFigures], asked: TodayQuestion
) -> list[TodayGroup]:
    shown = {key: _shown(key, items, asked) for key, items in found.items()}
    of_promises = {i.instalment_id for key in ("lapsed", "due") for i in shown[key]}
    rows = InstalmentStanding.objects.filter(pk__in=of_promises).select_related(
        "instalment__commitment", "customer__owner"
    )
    promises = {row.pk: row for row in rows}
    not_asked = {item.customer_id for item in shown["not_asked"]}
    customers = Customer.objects.filter(pk__in=not_asked).select_related("owner").in_bulk()
    month, day = first_of(asked.day), asked.day
    made: dict[str, Callable[[_Found], TodayRow]] = {
        "lapsed": lambda item: _lapsed_row(promises[item.instalment_id], day),
        "due": lambda item: _due_row(promises[item.instalment_id], day),
        "not_asked": lambda item: _not_asked_row(
            customers[item.customer_id], figures.get(item.customer_id), item.at_stake, month
        ),
        "uncovered": lambda item: _uncovered_row(figures[item.customer_id], month),
    }
    start = (asked.page - 1) * PAGE_SIZE if asked.kind else 0
    return [
        TodayGroup(
            key,
            str(KINDS[key]),
            len(items),
            [made[key](item) for item in shown[key]],
            len(items) > len(shown[key]) + (start if asked.kind == key else 0),
        )
        for key, items in found.items()
    ]


def _shown(key: str, items: list[_Found], asked: TodayQuestion) -> list[_Found]:
    """Those of a kind that the page shows, largest at stake first."""
    if asked.kind not in ("", key):
        return []
    items.sort(key=lambda item: (-item.at_stake, item.code, item.instalment_id))
    if not asked.kind:
        return items[:SHOWN_EACH]
    start = (asked.page - 1) * PAGE_SIZE
    return items[start : start + PAGE_SIZE]


def _instalments(codes: dict[int, str], day: date) -> tuple[list[_Found], list[_Found]]:
    """Instalments that have lapsed, and open ones that fall due soon."""
    until = day + timedelta(days=SOON_DAYS)
    soon = Q(state=State.OPEN, instalment__due_on__lte=until)
    rows = InstalmentStanding.objects.filter(Q(state__in=LAPSED) | soon, customer__in=[*codes])
    lapsed: list[_Found] = []
    due: list[_Found] = []
    for state, id_, customer_id, amount, received in rows.values_list(
        "state", "instalment_id", "customer_id", "instalment__amount", "received"
    ):
        kind = lapsed if state in LAPSED else due
        kind.append(_Found(amount - received, codes[customer_id], customer_id, id_))
    return lapsed, due


def _lapsed_row(row: InstalmentStanding, day: date) -> TodayRow:
    return _of_instalment(row, _why_lapsed(row, day), row.state)


def _due_row(row: InstalmentStanding, day: date) -> TodayRow:
    return _of_instalment(row, _why_due(row, day), _badge(row, day))


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
    return _row_of(
        customer,
        state=state,
        reason=reason,
        at_stake=row.instalment.amount - row.received,
        path=f"{page}?tab=commitments#commitment-{commitment.public_id}",
        acts=tuple(acts),
    )


def _row_of(customer: Customer, **more: Any) -> TodayRow:
    """A row about a customer, its owner loaded with it; ``more`` says what is to be done."""
    return TodayRow(
        customer_id=customer.pk,
        public_id=customer.public_id,
        name=customer.name,
        code=customer.code,
        rating=customer.rating,
        owner=customer.owner.name,
        currency=customer.currency,
        **more,
    )


def _not_asked(
    codes: dict[int, str], figures: dict[int, CustomerFigures], day: date
) -> list[_Found]:
    """Customers with a plan or an open balance who were not asked for the month."""
    balances = open_balances([*codes], on=day)
    found = []
    for id_, code in codes.items():
        row, left = figures.get(id_), balances.get(id_, 0)
        if row is None or row.asked is None:
            at_stake = (row.target if row else 0) or left
            if at_stake > 0:
                found.append(_Found(at_stake, code, id_))
    return found


def _not_asked_row(
    customer: Customer, figures: CustomerFigures | None, at_stake: int, month: date
) -> TodayRow:
    reason = (
        _("There is a target and nobody asked for a commitment")
        if figures and figures.target
        else _("An open balance, no target, and nobody asked")
    )
    return _row_of(
        customer,
        state="not_asked",
        reason=reason,
        at_stake=at_stake,
        path=_path("customer_detail", customer.public_id, month),
        acts=(
            Act(_("Asked"), _path("plan_ask", customer.public_id, month)),
            Act(_("Record a promise"), _path("promise_record", customer.public_id, month)),
        ),
    )


def _uncovered(figures: dict[int, CustomerFigures]) -> list[_Found]:
    return [
        _Found(row.uncovered, row.code, row.customer_id)
        for row in figures.values()
        if row.uncovered > 0 and not row.measures
    ]


def _uncovered_row(row: CustomerFigures, month: date) -> TodayRow:
    return TodayRow(
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
        replace(
            group,
            rows=[replace(row, phone=phones.get(row.customer_id, "")) for row in group.rows],
        )
        for group in groups
    ]
