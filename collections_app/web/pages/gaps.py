"""The gap dashboard: will the month be made, and if not, where is it at risk?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Team
from collections_app.accounts.queries import people_under
from collections_app.core.months import first_of
from collections_app.customers.models import Customer, CustomerQuerySet
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import (
    CustomerFigures,
    GroupFigures,
    customer_figures,
    grouped_figures,
)
from collections_app.standing.queries import payments_known_through, standing_day
from collections_app.web.pages.totals import add_up, amounts_of, regroup
from collections_app.web.pages.turning import ByMonth, Paged
from collections_app.web.pages.units import Unit
from collections_app.web.pages.waterfall import Waterfall, waterfall_of
from collections_app.web.requests import id_asked, month_asked, page_asked, words_asked

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuestion:
    """What the URL asks for: month, rep or team, currency, words, page."""

    day: date
    month: date
    rep: Person | None
    team: Team | None
    currency: str
    words: str
    page: int

    @classmethod
    def read(cls, request: HttpRequest, *, by: Person) -> GapQuestion:
        """Read the query string; 404 for a rep or team whose figures ``by`` may not see."""
        day = standing_day()
        return cls(
            day=day,
            month=month_asked(request, default=first_of(day)),
            rep=rep_asked(id_asked(request, "rep"), by),
            team=team_asked(id_asked(request, "team"), by),
            currency=request.GET.get("currency", ""),
            words=words_asked(request),
            page=page_asked(request),
        )

    def owners(self) -> list[int] | None:
        """Ids of the reps whom the month is narrowed to; None for all."""
        if self.rep is not None:
            return [self.rep.pk]
        if self.team is not None:
            return list(self.team.people.values_list("pk", flat=True))
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPage(ByMonth, Paged):
    """All that the dashboard shows; ``total`` is None where the month has no figures."""

    asked: GapQuestion
    known_through: date | None
    currency: str
    currencies: list[str]
    total: GroupFigures | None
    waterfall: Waterfall | None
    teams: list[GroupFigures]
    reps: list[GroupFigures]
    customers: list[CustomerFigures]
    has_more: bool
    has_customers: bool

    @property
    def unit(self) -> Unit:
        return Unit.of(self.currency, amounts_of(self.customers))

    @property
    def first_row(self) -> int:
        return (self.asked.page - 1) * PAGE_SIZE + 1

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.customers) - 1


def gap_page(asked: GapQuestion, *, by: Person) -> GapPage:
    """The dashboard of what ``by`` may see, one currency of it; currencies are never added."""
    visible = Customer.objects.visible_to(by)
    owners = asked.owners()
    groups = grouped_figures(asked.month, on=asked.day, by="rep", customers=visible, owners=owners)
    totals = add_up(groups)
    currency = _currency(asked.currency, totals)
    reps = [group for group in groups if group.currency == currency]
    total = totals.get(currency)
    customers = _customers(asked, visible.filter(currency=currency), owners)
    label = _("Surplus of others")
    return GapPage(
        asked=asked,
        known_through=payments_known_through(),
        currency=currency,
        currencies=sorted(totals),
        total=total,
        waterfall=waterfall_of(total, surplus_label=label) if total else None,
        teams=_teams(reps),
        reps=reps,
        customers=customers[:PAGE_SIZE],
        has_more=len(customers) > PAGE_SIZE,
        has_customers=total is not None or visible.exists(),
    )


def _currency(asked: str, totals: dict[str, GroupFigures]) -> str:
    """The currency asked for, else the organisation's own, else that of most customers."""
    if asked in totals:
        return asked
    own = organisation().currency
    if own in totals or not totals:
        return own
    return max(totals.values(), key=lambda total: (total.customers, total.currency)).currency


def _customers(
    asked: GapQuestion, visible: CustomerQuerySet, owners: list[int] | None
) -> list[CustomerFigures]:
    """One page of customers and one row more, which tells whether there is a next page."""
    return customer_figures(
        asked.month,
        on=asked.day,
        customers=matching(visible, asked.words),
        owners=owners,
        limit=PAGE_SIZE + 1,
        offset=(asked.page - 1) * PAGE_SIZE,
    )


def matching(customers: CustomerQuerySet, words: str) -> CustomerQuerySet:
    """Narrow to customers whose code, name, pinyin or initials hold the words."""
    if not words:
        return customers
    letters = "".join(words.lower().split())
    return customers.filter(
        Q(code__icontains=words)
        | Q(name__icontains=words)
        | Q(name_pinyin__icontains=letters)
        | Q(name_initials__icontains=letters)
    )


def _teams(reps: list[GroupFigures]) -> list[GroupFigures]:
    """The reps' figures by team; none where all are of one team."""
    ids = [rep.public_id for rep in reps]
    people = Person.objects.filter(public_id__in=ids).select_related("team")
    team_of = {person.public_id: person.team for person in people}

    def key(rep: GroupFigures) -> tuple[str, UUID | None]:
        team = team_of.get(rep.public_id) if rep.public_id else None
        return (team.name, team.public_id) if team else ("", None)

    teams = regroup(reps, key=key)
    return teams if len(teams) > 1 else []


def rep_asked(public_id: UUID | None, by: Person) -> Person | None:
    """The rep of that id; 404 for one whose figures ``by`` may not see."""
    if public_id is None:
        return None
    # Whoever once owned a customer that is visible now has figures here too.
    once = Q(ownerships__customer__in=Customer.objects.visible_to(by))
    seen = Person.objects.filter(Q(pk__in=people_under(by).values("pk")) | once)
    rep = seen.filter(public_id=public_id).select_related("team").first()
    if rep is None:
        raise Http404
    return rep


def team_asked(public_id: UUID | None, by: Person) -> Team | None:
    """The team of that id; 404 for one whose figures ``by`` may not see."""
    if public_id is None:
        return None
    once = Q(people__ownerships__customer__in=Customer.objects.visible_to(by))
    seen = Team.objects.filter(Q(people__in=people_under(by).values("pk")) | once)
    team = seen.filter(public_id=public_id).first()
    if team is None:
        raise Http404
    return team
