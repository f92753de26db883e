"""The month plan: is every customer's month planned and agreed?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person, Team
from collections_app.accounts.queries import people_under
from collections_app.core.months import first_of, month_text
from collections_app.customers.models import Customer, CustomerQuerySet
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.standing.month import (
    NARROWINGS,
    SORTS,
    TEXT_SORTS,
    MonthKey,
    MonthList,
    MonthTotal,
    month_list,
)
from collections_app.standing.queries import payments_known_through, standing_day
from collections_app.web.access import may
from collections_app.web.pages.keys import key_asked, key_text
from collections_app.web.pages.narrowing import matching, rep_asked, team_asked
from collections_app.web.pages.plan_lines import PlanLine, lines_of, unit_of
from collections_app.web.pages.turning import ByMonth
from collections_app.web.pages.units import Unit
from collections_app.web.requests import id_asked, month_asked, words_asked

PAGE_SIZE: Final = 50
LONG_PAGE: Final = 500
FIRST_SORT: Final = "-at_risk"

CHIPS: Final = {
    "all": _("All"),
    "unplanned": _("Unplanned"),
    "one_sided": _("One-sided"),
    "not_asked": _("Not asked"),
    "no_commitment": _("No commitment"),
    "uncovered": _("Uncovered"),
    "behind_pace": _("Behind pace"),
    "at_risk": _("At risk"),
    "lapsed": _("Lapsed"),
}
COLUMNS: Final = {
    "name": _("Customer"),
    "open": _("Open balance"),
    "overdue": _("Overdue"),
    "last_target": _("Last month's target"),
    "last_received": _("received then"),
    "target": _("Target"),
    "cut": _("Target cut"),
    "plan": _("Plan"),
    "asked": _("Asked"),
    "committed": _("Committed"),
    "gap": _("Gap"),
    "measures": _("Measures"),
    "uncovered": _("Uncovered"),
    "received": _("Received"),
    "pace": _("Pace"),
    "at_risk": _("At risk"),
}
# Columns that stand in the cell of another, below its figure.
BELOW: Final = frozenset({"overdue", "last_received", "cut", "pace"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuestion:
    """What the URL asks for: month, rep or team, words, what is shown, in what order, from where.

    ``sort`` is a column, with a minus before it from the largest down.
    """

    day: date
    month: date
    rep: Person | None
    team: Team | None
    words: str
    show: str
    sort: str
    after: MonthKey | None
    rows: int = PAGE_SIZE

    @classmethod
    def read(cls, request: HttpRequest, *, by: Person) -> PlanQuestion:
        """Read the query string; 404 for what it cannot mean or ``by`` may not see."""
        day = standing_day()
        show = request.GET.get("show", "") or "all"
        sort = request.GET.get("sort", "") or FIRST_SORT
        rows = request.GET.get("rows", "") or str(PAGE_SIZE)
        if rows not in {str(PAGE_SIZE), str(LONG_PAGE)}:
            raise Http404
        if show not in NARROWINGS or sort.removeprefix("-") not in SORTS:
            raise Http404
        rep = rep_asked(id_asked(request, "rep"), by)
        team = team_asked(id_asked(request, "team"), by)
        return cls(
            day=day,
            month=month_asked(request, default=first_of(day)),
            # Another team chosen: the rep chosen before is none of it.
            rep=None if rep and team and rep.team_id != team.pk else rep,
            team=team,
            words=words_asked(request),
            show=show,
            sort=sort,
            after=key_asked(request, is_text=sort.removeprefix("-") in TEXT_SORTS),
            rows=int(rows),
        )

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.rep or self.team or self.show != "all")

    def owners(self) -> list[int] | None:
        """Ids of the reps whom the month is narrowed to; None for all."""
        if self.rep is not None:
            return [self.rep.pk]
        if self.team is not None:
            return list(self.team.people.values_list("pk", flat=True))
        return None

    def path(self) -> str:
        """The path of this very list."""
        asked = {
            "month": month_text(self.month),
            "rep": str(self.rep.public_id) if self.rep else "",
            "team": str(self.team.public_id) if self.team else "",
            "q": self.words,
            "show": self.show if self.show != "all" else "",
            "sort": self.sort if self.sort != FIRST_SORT else "",
            "after": key_text(self.after) if self.after else "",
            "rows": str(self.rows) if self.rows != PAGE_SIZE else "",
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{reverse('web:month_plan')}?{query}"


@dataclass(frozen=True, slots=True)
class Chip:
    """What the list can be narrowed to, and how many customers that would show."""

    name: str
    label: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; ``sort`` is what choosing it sorts by, blank where it cannot."""

    name: str
    label: str
    is_text: bool
    sort: str
    direction: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """The sums of one currency, and how its amounts are shown."""

    total: MonthTotal
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage(ByMonth):
    """All that the page shows."""

    asked: PlanQuestion
    found: MonthList
    lines: list[PlanLine]
    totals: list[TotalLine]
    teams: list[Team]
    reps: list[Person]
    locks_on: date
    known_through: date | None
    can_edit: bool

    @property
    def has_customers(self) -> bool:
        """Whether there is anything to list, or could be were the question another."""
        return bool(self.found.counts["all"]) or self.asked.is_narrowed

    @property
    def is_locked(self) -> bool:
        return self.asked.day > self.locks_on

    @property
    def has_currencies(self) -> bool:
        return len(self.totals) > 1

    @property
    def query(self) -> str:
        """The query string of this very list, with its question mark."""
        return self.asked.path().removeprefix(reverse("web:month_plan"))

    @property
    def count(self) -> int:
        return self.found.counts[self.asked.show]

    @property
    def first_row(self) -> int:
        return self.count - self.found.remaining + 1

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.lines) - 1

    @property
    def can_be_longer(self) -> bool:
        """Whether more of the list fits on one page than is shown."""
        return self.asked.rows == PAGE_SIZE and self.count > PAGE_SIZE

    @property
    def next_key(self) -> str:
        """Where the next page begins; blank on the last."""
        has_more = self.found.last is not None and self.found.remaining > len(self.lines)
        return key_text(self.found.last) if has_more and self.found.last else ""

    @property
    def chips(self) -> list[Chip]:
        return [
            Chip(name, str(label), self.found.counts[name], name == self.asked.show)
            for name, label in CHIPS.items()
        ]

    @property
    def labels(self) -> dict[str, str]:
        return {name: str(label) for name, label in COLUMNS.items()}

    @property
    def heads(self) -> list[Head]:
        return [_head(name, label, self.asked) for name, label in self.labels.items()]

    @property
    def columns(self) -> list[list[Head]]:
        """The heads of each column: its own, and that of the figure below it."""
        found: list[list[Head]] = []
        for head in self.heads:
            if head.name in BELOW:
                found[-1].append(head)
            else:
                found.append([head])
        return found

    @property
    def take_path(self) -> str:
        """Where the grid sends a block of targets."""
        return f"{reverse('web:targets_set')}{self.query}"

    @property
    def undo_path(self) -> str:
        """Where the grid takes a block back; the name of the block is to be put in."""
        path = reverse("web:targets_take_back", args=[UUID(int=0)])
        return f"{path}{self.query}"

    @property
    def orders(self) -> list[tuple[str, str]]:
        """What a list can be sorted by where its columns have no heads: (value, words)."""
        return [
            (f"{minus}{name}", str(words) % {"column": label})
            for name, label in self.labels.items()
            if name in SORTS
            for minus, words in _ways(name)
        ]


def open_customers(person: Person) -> CustomerQuerySet:
    """The customers whose months are to be planned, of those that the person may see."""
    return Customer.objects.visible_to(person).filter(is_closed=False)


def plan_page(asked: PlanQuestion, *, by: Person, limit: int | None = None) -> PlanPage:
    """A page of the month's customers, whether planned or not; totals and counts of all of them."""
    found = month_list(
        asked.month,
        on=asked.day,
        customers=matching(open_customers(by), asked.words),
        owners=asked.owners(),
        show=asked.show,
        sort=asked.column,
        descending=asked.descending,
        after=asked.after,
        limit=asked.rows if limit is None else limit,
    )
    units = {total.currency: unit_of(total, found.rows) for total in found.totals}
    teams, reps = _sellers(by, asked)
    return PlanPage(
        asked=asked,
        found=found,
        lines=lines_of(found.rows, units, on=asked.day),
        totals=[TotalLine(total, units[total.currency]) for total in found.totals],
        teams=teams,
        reps=reps,
        locks_on=work_calendar().nth_of_month(asked.month, organisation().lock_working_day),
        known_through=payments_known_through(),
        can_edit=may(by.role, "web:target_set", write=True),
    )


def _sellers(by: Person, asked: PlanQuestion) -> tuple[list[Team], list[Person]]:
    """Teams and reps to narrow to, those with customers; none where there is no choice."""
    owning: QuerySet[Person] = people_under(by).filter(customers__is_closed=False).distinct()
    people = list(owning.select_related("team").order_by("name", "pk"))
    by_team: dict[Team, list[Person]] = defaultdict(list)
    for person in people:
        if person.team is not None:
            by_team[person.team].append(person)
    teams = sorted(by_team, key=lambda each: each.name) if len(by_team) > 1 else []
    shown = by_team.get(asked.team, []) if asked.team else people
    if asked.rep is not None and asked.rep not in shown:
        shown = [*shown, asked.rep]  # who owned a customer in the month
    return teams, shown if len(people) > 1 else []


def _head(name: str, label: str, asked: PlanQuestion) -> Head:
    if name not in SORTS:
        return Head(name, label, is_text=True, sort="", direction="")
    is_text = name in TEXT_SORTS
    is_left = is_text or name in {"plan", "asked"}
    if name != asked.column:
        return Head(name, label, is_left, name if is_text else f"-{name}", "")
    turned = name if asked.descending else f"-{name}"
    return Head(name, label, is_left, turned, "descending" if asked.descending else "ascending")


def _ways(name: str) -> tuple[tuple[str, object], tuple[str, object]]:
    if name in TEXT_SORTS:
        return ("", _("%(column)s, A to Z")), ("-", _("%(column)s, Z to A"))
    return ("-", _("%(column)s, largest first")), ("", _("%(column)s, smallest first"))
