"""What all parts of the gap dashboard share: what is asked, what can be asked, in what money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from collections_app.accounts.models import Person, Role, Team
from collections_app.customers.currencies import currencies_seen
from collections_app.customers.models import CustomerQuerySet
from collections_app.organisation.queries import organisation
from collections_app.standing.answers_sql import TOP
from collections_app.standing.course import Ages, ages_of, total_ages
from collections_app.standing.queries import payments_known_through
from collections_app.standing.verdicts import Judged, VerdictsAsked, verdicts_of
from collections_app.web.charts.ages import AgeLine, age_lines
from collections_app.web.charts.heat import HeatMap, heat_of
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.narrowing import people_seen
from collections_app.web.pages.turning import ByMonth, Paged
from collections_app.web.pages.units import Unit


@dataclass(frozen=True, slots=True)
class Choices:
    """What one can narrow to."""

    teams: list[Team]
    reps: list[Person]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapTab(ByMonth):
    """A part of the dashboard: what it was asked, and all that its head offers."""

    asked: GapQuestion
    known_through: date | None
    currency: str
    currencies: list[str]
    choices: Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesTab(GapTab, Paged):
    """How the month's promises were kept, by rep and week, and one by one."""

    heat: HeatMap
    rows: list[Judged]
    listed: int
    has_more: bool

    @property
    def unit(self) -> Unit:
        return Unit.of(self.currency, [a for row in self.rows for a in (row.amount, row.on_time)])


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeingTab(GapTab):
    """What is owed by age: in all, and of each rep's customers."""

    total: Ages
    whole: AgeLine
    lines: list[AgeLine]


def promises_tab(asked: GapQuestion, visible: CustomerQuerySet, *, by: Person) -> PromisesTab:
    """The verdicts of the month of what ``by`` may see."""
    currency, currencies = money_of(asked, visible)
    found = verdicts_of(
        asked.selection(visible, currency=currency),
        VerdictsAsked(asked.week, asked.verdict or None, TOP, (asked.page - 1) * TOP),
    )
    return PromisesTab(
        asked=asked,
        known_through=payments_known_through(),
        currency=currency,
        currencies=currencies,
        choices=choices_of(by),
        heat=heat_of(found.weeks, asked.month),
        rows=found.rows,
        listed=found.listed,
        has_more=found.listed > asked.page * TOP,
    )


def ageing_tab(asked: GapQuestion, visible: CustomerQuerySet, *, by: Person) -> AgeingTab:
    """What the customers that ``by`` may see owe, by age."""
    currency, currencies = money_of(asked, visible)
    rows = ages_of(asked.selection(visible, currency=currency))
    total = total_ages(rows)
    return AgeingTab(
        asked=asked,
        known_through=payments_known_through(),
        currency=currency,
        currencies=currencies,
        choices=choices_of(by),
        total=total,
        whole=age_lines([total])[0],
        lines=age_lines(rows),
    )


def money_of(asked: GapQuestion, visible: CustomerQuerySet) -> tuple[str, list[str]]:
    """The currency asked for, else the organisation's own, else that of most; and all there are."""
    known, own = currencies_seen(asked.reader), organisation().currency
    if asked.currency in known:
        return asked.currency, known
    if own in known or not known:
        return own, known
    rows = visible.order_by().values_list("currency").annotate(number=Count("pk"))
    return max(rows, key=lambda row: (row[1], row[0]))[0], known


def choices_of(by: Person) -> Choices:
    """Whose months one can narrow to; nobody where one sees but one's own."""
    if by.role == Role.REP:
        return Choices([], [])
    roles = (Role.REP, Role.MANAGER)
    reps = [one for one in people_seen(by).people if one.role in roles and one.is_active]
    # The frame of the page names the person's team; here it is at hand.
    for rep in reps:
        if rep.pk == by.pk:
            by.team = rep.team
    teams = {rep.team.pk: rep.team for rep in reps if rep.team is not None}
    return Choices(sorted(teams.values(), key=lambda team: team.name), reps)
