"""Reasons and concessions: why are we not paid, and what have we given way on?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Team
from collections_app.core.months import add_months, first_of, last_of, month_text
from collections_app.customers.models import Customer, CustomerQuerySet
from collections_app.followups.models import (
    FollowUp,
    Reason,
    Request,
    RequestKind,
    RequestQuerySet,
    RequestState,
)
from collections_app.followups.reasons import (
    AskedGroup,
    AskedSums,
    Concession,
    ReasonTotal,
    Repeat,
    concessions_of,
    repeats_of,
    totals_by_customer,
    totals_by_reason,
    totals_by_rep,
)
from collections_app.standing.queries import standing_day
from collections_app.standing.selection import UNRATED
from collections_app.web.pages.gap_question import RATINGS, one_asked
from collections_app.web.pages.gap_tabs import choices_of
from collections_app.web.pages.narrowing import owners_of, rep_asked, team_asked
from collections_app.web.pages.requests import listed, named
from collections_app.web.pages.turning import Paged
from collections_app.web.requests import id_asked, month_asked, page_asked
from collections_app.web.sheets import Cell, Money, Sheet

PAGE_SIZE: Final = 50
MONTHS_BACK: Final = 11
MOST_GROUPS: Final = 200
TABLES: Final = ("requests", "reasons", "reps", "customers")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonsQuestion:
    """What the URL asks for: state, kind, reason, rep, team, rating, the months, the page."""

    day: date
    start: date
    end: date
    state: str
    kind: str
    reason: str
    rep: Person | None
    team: Team | None
    rating: str
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
            state=one_asked(request, "state", RequestState.values),
            kind=one_asked(request, "kind", RequestKind.values),
            reason=one_asked(request, "reason", Reason.values),
            rep=rep_asked(id_asked(request, "rep"), by),
            team=team_asked(id_asked(request, "team"), by),
            rating=one_asked(request, "rating", RATINGS),
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
        named = (self.state, self.kind, self.reason, self.rep, self.team, self.rating)
        return any(named)

    def customers(self, by: Person) -> CustomerQuerySet:
        """Of which customers: by who looks after them, and their rating, now."""
        found = Customer.objects.visible_to(by)
        owners = owners_of(self.team, self.rep, by)
        if owners is not None:
            found = found.filter(owner__in=owners)
        if self.rating:
            found = found.filter(rating=None if self.rating == UNRATED else self.rating)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonsPage(Paged):
    """The register: a page of requests, totals by category, who repeats."""

    asked: ReasonsQuestion
    rows: Sequence[Request]
    has_more: bool
    totals: list[tuple[str, ReasonTotal]]
    concessions: list[Concession]
    repeats: list[tuple[str, Repeat]]
    by_rep: list[AskedGroup]
    by_customer: list[AskedGroup]
    reps: list[Person]
    teams: list[Team]
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
    customers = asked.customers(by)
    told = FollowUp.objects.filter(
        customer__in=customers, on_day__range=(asked.start, last_of(asked.end))
    )
    if asked.reason:
        told = told.filter(reason=asked.reason)
    requests = requests_asked(asked, by=by)
    first = (asked.page - 1) * PAGE_SIZE
    waits = Request.objects.decidable_by(by).waiting().filter(pk=OuterRef("pk"))
    found = listed(requests).annotate(is_decidable=Exists(waits))
    rows = list(found[first : first + PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    labels, choices = dict(Reason.choices), choices_of(by)
    repeats = repeats_of(customers, start=asked.start, end=asked.end)
    return ReasonsPage(
        asked=asked,
        rows=shown,
        has_more=len(rows) > PAGE_SIZE,
        totals=named(totals_by_reason(requests, told)),
        concessions=concessions_of(customers, start=asked.start, end=asked.end),
        repeats=[(str(labels.get(r.reason, r.reason)), r) for r in repeats],
        by_rep=totals_by_rep(requests, limit=MOST_GROUPS),
        by_customer=totals_by_customer(requests, limit=PAGE_SIZE),
        reps=choices.reps,
        teams=choices.teams,
        decidable=frozenset(row.pk for row in shown if row.is_decidable),
    )


def requests_asked(asked: ReasonsQuestion, *, by: Person) -> RequestQuerySet:
    """The requests that the URL asks for and ``by`` may see."""
    found = Request.objects.filter(
        customer__in=asked.customers(by), month__range=(asked.start, asked.end)
    )
    for name in ("state", "kind", "reason"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    return found


def reasons_sheet(asked: ReasonsQuestion, table: str, *, by: Person) -> Sheet:
    """One of ``TABLES`` as the register shows it, whole; 404 for another."""
    every = _("All")
    note = [
        (_("From"), asked.from_month),
        (_("To"), asked.to_month),
        (_("Team"), asked.team.name if asked.team else every),
        (_("Rep"), asked.rep.name if asked.rep else every),
        (_("Rating"), asked.rating or every),
    ]
    if table not in TABLES:
        raise Http404
    if table == "requests":
        return Sheet(_("Requests"), _head(), _rows(asked, by=by), note)
    requests = requests_asked(asked, by=by)
    if table == "reasons":
        labels = dict(Reason.choices)
        rows = [
            [str(labels.get(t.reason, "")), t.currency, *_sums(t, t.currency)]
            for t in totals_by_reason(requests, FollowUp.objects.none())
        ]
        return Sheet(_("By reason"), [_("Reason"), _("Currency"), *_sum_head()], rows, note)
    is_rep = table == "reps"
    groups = totals_by_rep(requests, limit=MOST_GROUPS) if is_rep else totals_by_customer(requests)
    rows = [[g.name, g.key, g.currency, *_sums(g, g.currency)] for g in groups]
    head = [_("Rep") if is_rep else _("Customer"), _("Key"), _("Currency"), *_sum_head()]
    return Sheet(_("By rep") if is_rep else _("By customer"), head, rows, note)


def _sum_head() -> list[str]:
    return [
        *(_("Requests"), _("Asked amount"), _("Decided"), _("Approved"), _("Accepted")),
        *(_("Conceded"), _("Granted share")),
    ]


def _sums(row: AskedSums, currency: str) -> list[Cell]:
    return [
        row.asked, Money(row.amount, currency), row.decided, row.approved, row.accepted_share,
        Money(row.conceded, currency), row.granted_share,
    ]  # fmt: skip


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
