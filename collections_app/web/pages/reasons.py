"""Reasons and concessions: why are we not paid, and what have we given way on?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Role
from collections_app.accounts.queries import people_under
from collections_app.core.months import add_months, first_of, last_of, month_text
from collections_app.customers.models import Customer
from collections_app.followups.models import (
    FollowUp,
    Reason,
    Request,
    RequestKind,
    RequestQuerySet,
    RequestState,
)
from collections_app.followups.reasons import (
    Concession,
    ReasonTotal,
    Repeat,
    concessions_of,
    repeats_of,
    totals_by_reason,
)
from collections_app.standing.queries import standing_day
from collections_app.web.pages.narrowing import rep_asked
from collections_app.web.pages.requests import listed, named
from collections_app.web.pages.turning import Paged
from collections_app.web.requests import id_asked, month_asked, page_asked
from collections_app.web.sheets import Cell, Money, Sheet

PAGE_SIZE: Final = 50
MONTHS_BACK: Final = 11
MOST_REPS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonsQuestion:
    """What the URL asks for: state, kind, reason, rep, the months from and to, the page."""

    day: date
    start: date
    end: date
    state: str
    kind: str
    reason: str
    rep: Person | None
    page: int

    @classmethod
    def read(cls, request: HttpRequest, *, by: Person) -> ReasonsQuestion:
        """Read the query string; 404 for what it cannot mean or ``by`` may not see."""
        day = standing_day()
        end = month_asked(request, "to", default=first_of(day))
        return cls(
            day=day,
            start=month_asked(request, "from", default=add_months(end, -MONTHS_BACK)),
            end=end,
            state=_one_of(request, "state", RequestState.values),
            kind=_one_of(request, "kind", RequestKind.values),
            reason=_one_of(request, "reason", Reason.values),
            rep=rep_asked(id_asked(request, "rep"), by),
            page=page_asked(request),
        )

    @property
    def from_month(self) -> str:
        return month_text(self.start)

    @property
    def to_month(self) -> str:
        return month_text(self.end)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state or self.kind or self.reason or self.rep)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonsPage(Paged):
    """The register: a page of requests, totals by category, who repeats."""

    asked: ReasonsQuestion
    rows: list[Request]
    has_more: bool
    totals: list[tuple[str, ReasonTotal]]
    concessions: list[Concession]
    repeats: list[tuple[str, Repeat]]
    reps: list[Person]
    decidable: frozenset[int]

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in RequestState.choices]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in RequestKind.choices]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Reason.choices]


def reasons_page(asked: ReasonsQuestion, *, by: Person) -> ReasonsPage:
    """The register of the customers that ``by`` may see."""
    customers = Customer.objects.visible_to(by)
    if asked.rep is not None:
        customers = customers.filter(owner=asked.rep)
    told = FollowUp.objects.filter(
        customer__in=customers, on_day__range=(asked.start, last_of(asked.end))
    )
    if asked.reason:
        told = told.filter(reason=asked.reason)
    requests = requests_asked(asked, by=by)
    first = (asked.page - 1) * PAGE_SIZE
    rows = list(listed(requests)[first : first + PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    ids = [row.pk for row in shown]
    decidable = Request.objects.decidable_by(by).waiting().filter(pk__in=ids)
    labels = dict(Reason.choices)
    repeats = repeats_of(customers.values_list("pk", flat=True), start=asked.start, end=asked.end)
    return ReasonsPage(
        asked=asked,
        rows=shown,
        has_more=len(rows) > PAGE_SIZE,
        totals=named(totals_by_reason(requests, told)),
        concessions=concessions_of(customers, start=asked.start, end=asked.end),
        repeats=[(str(labels.get(r.reason, r.reason)), r) for r in repeats],
        reps=_reps(by),
        decidable=frozenset(decidable.values_list("pk", flat=True)),
    )


def requests_asked(asked: ReasonsQuestion, *, by: Person) -> RequestQuerySet:
    """The requests that the URL asks for and ``by`` may see."""
    found = Request.objects.visible_to(by).filter(month__range=(asked.start, asked.end))
    if asked.rep is not None:
        found = found.filter(customer__owner=asked.rep)
    for name in ("state", "kind", "reason"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    return found


def reasons_sheet(asked: ReasonsQuestion, *, by: Person) -> Sheet:
    """The requests that the register shows, all of them."""
    note = [
        (_("From"), asked.from_month),
        (_("To"), asked.to_month),
        (_("Rep"), asked.rep.name if asked.rep else _("All")),
    ]
    return Sheet(_("Requests"), _head(), _rows(asked, by=by), note)


def _head() -> list[str]:
    return [
        *(_("Asked on"), _("Code"), _("Customer"), _("Rep"), _("Asked by"), _("Asked for")),
        *(_("Month"), _("Promise"), _("Reason"), _("Note"), _("Currency"), _("Amount")),
        *(_("Until"), _("State"), _("Conceded"), _("Decided on"), _("Decided by"), _("Word")),
    ]


def _rows(asked: ReasonsQuestion, *, by: Person) -> Iterator[list[Cell]]:
    for row in listed(requests_asked(asked, by=by)).iterator(500):
        money = row.customer.currency
        yield [
            row.asked_on, row.customer.code, row.customer.name,
            row.customer.owner.name, row.asked_by.name, row.get_kind_display(),
            month_text(row.month), row.commitment.reference if row.commitment else "",
            row.get_reason_display(), row.note, money, Money(row.amount, money),
            row.until_on, row.get_state_display(),
            Money(row.conceded, money), row.decided_on,
            row.decided_by.name if row.decided_by else "", row.word,
        ]  # fmt: skip


def _reps(by: Person) -> list[Person]:
    """Whose customers one can narrow to; nobody where one sees but one's own."""
    if by.role == Role.REP:
        return []
    people = people_under(by).filter(role__in=(Role.REP, Role.MANAGER), is_active=True)
    return list(people.order_by("name", "pk")[:MOST_REPS])


def _one_of(request: HttpRequest, name: str, values: list[str]) -> str:
    text = request.GET.get(name, "")
    if text and text not in values:
        raise Http404
    return text
