"""Today: what wants doing now, in one order, each with its reason and the way to do it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse

from collections_app.accounts.models import Delegation, Person, Role, Team
from collections_app.accounts.queries import people_under
from collections_app.actions.resend import SENDERS
from collections_app.customers.models import Customer, CustomerQuerySet
from collections_app.organisation.queries import today
from collections_app.reminders.agenda import Agenda, agenda_of
from collections_app.reminders.ranking import Item, Kind
from collections_app.reminders.words import KINDS
from collections_app.standing.queries import payments_known_through, standing_day
from collections_app.web.pages.today_rows import Readers, TodayRow, rows_of, waiting_rows
from collections_app.web.pages.turning import Paged
from collections_app.web.requests import id_in, page_in

PAGE_SIZE: Final = 50
WAITING: Final = "waiting"
DECIDING: Final = frozenset({Role.MANAGER, Role.ADMIN})
MOST_PEOPLE: Final = 300


@dataclass(frozen=True, slots=True)
class TodayQuestion:
    """What the URL asks for: one kind alone, a rep's or a team's list, the page."""

    day: date
    kind: str = ""
    rep: Person | None = None
    team: Team | None = None
    page: int = 1

    @classmethod
    def read(cls, request: HttpRequest) -> TodayQuestion:
        """Read the query string; 404 for what it cannot mean."""
        assert isinstance(request.user, Person)
        return cls.of(request.GET, by=request.user)

    @classmethod
    def of(cls, query: QueryDict, *, by: Person) -> TodayQuestion:
        """The same of any query; 404 for a rep or team that ``by`` may not look at."""
        kind = query.get("show", "")
        if kind and kind != WAITING and kind not in KINDS:
            raise Http404
        rep, team = id_in(query, "rep"), id_in(query, "team")
        return cls(standing_day(), kind, _rep(rep, by), _team(team, by), page_in(query))

    @property
    def base(self) -> str:
        """The query of the whole list, to which a kind can be added."""
        rep = f"rep={self.rep.public_id}&" if self.rep else ""
        team = f"team={self.team.public_id}&" if self.team else ""
        return f"{reverse('web:today')}?{rep}{team}"

    def of_customers(self, customers: CustomerQuerySet) -> CustomerQuerySet:
        """Narrow to those asked for."""
        if self.rep is not None:
            customers = customers.filter(owner=self.rep)
        if self.team is not None:
            customers = customers.filter(owner__team=self.team)
        return customers


@dataclass(frozen=True, slots=True)
class Chip:
    """A kind of thing to do, and how many there are."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class TodayPage(Paged):
    """All that the page shows; ``people`` may be chosen from where the customers are several's.

    ``to_release`` messages to customers wait for the reader.
    """

    asked: TodayQuestion
    known_through: date | None
    count: int
    chips: list[Chip]
    rows: list[TodayRow]
    has_more: bool
    waiting: int
    first_back: date | None
    has_customers: bool
    people: list[tuple[UUID, str]]
    teams: list[tuple[UUID, str]]
    to_release: int = 0

    @property
    def first_number(self) -> int:
        """The rank of the first row."""
        return (self.asked.page - 1) * PAGE_SIZE + 1


def today_page(asked: TodayQuestion, *, by: Person) -> TodayPage:
    """What wants doing for the customers that ``by`` sees, as of the standing day.

    All of it is counted and put in order; rows are made of the 50 that are shown.
    """
    agenda, readers = agenda_for(asked, by=by)
    start = (asked.page - 1) * PAGE_SIZE
    if asked.kind == WAITING:
        total = len(agenda.waiting)
        shown = agenda.waiting[start : start + PAGE_SIZE]
        rows = waiting_rows(shown, day=asked.day, readers=readers)
    else:
        items = [i for i in agenda.items if asked.kind in ("", i.kind)]
        total = len(items)
        rows = rows_of(items[start : start + PAGE_SIZE], day=asked.day, readers=readers)
    people, teams = _choices(agenda, by, asked)
    # Of all that one sees: there they are let go.
    is_own = asked.rep is None and asked.team is None
    return TodayPage(
        asked=asked,
        known_through=payments_known_through(),
        count=len(agenda.items),
        chips=chips_of(agenda.items),
        rows=rows,
        has_more=total > start + PAGE_SIZE,
        waiting=len(agenda.waiting),
        first_back=agenda.waiting[0].until if agenda.waiting else None,
        has_customers=bool(agenda.owners),
        people=people,
        teams=teams,
        to_release=agenda.to_release if is_own and by.role in SENDERS else 0,
    )


def agenda_for(
    asked: TodayQuestion, *, by: Person, only: CustomerQuerySet | None = None
) -> tuple[Agenda, Readers]:
    """The agenda of the list asked for, and whose it is; of ``only`` some customers, if given."""
    visible = Customer.objects.visible_to(by).filter(is_closed=False)
    customers = asked.of_customers(visible)
    if only is not None:
        customers = customers.filter(pk__in=only)
    person = asked.rep or by
    decides = person == by and by.role in DECIDING
    agenda = agenda_of(customers, person=person, day=asked.day, decides=decides)
    is_alone = all(owner_id == person.pk for owner_id in agenda.owners.values())
    return agenda, Readers(person.pk, {} if is_alone else _away(by))


def chips_of(items: list[Item]) -> list[Chip]:
    """How many there are of each kind, in the order in which kinds are told."""
    counts = Counter(item.kind for item in items)
    return [Chip(kind, str(KINDS[kind]), counts[kind]) for kind in Kind if counts[kind]]


def _away(person: Person) -> dict[int, date]:
    """For whom the person stands in, until when."""
    found = Delegation.objects.in_force(today()).filter(delegate=person)
    return dict(found.values_list("person_id", "ends_on"))


def _choices(
    agenda: Agenda, by: Person, asked: TodayQuestion
) -> tuple[list[tuple[UUID, str]], list[tuple[UUID, str]]]:
    """The reps and teams whose lists may be looked at; none where there is but one's own."""
    if by.role not in DECIDING:
        return [], []
    rows = people_under(by).filter(is_active=True, role__in=(Role.REP, Role.MANAGER))
    found = list(
        rows.order_by("name").values_list("public_id", "name", "team__public_id", "team__name")[
            :MOST_PEOPLE
        ]
    )
    of_team = {name: id_ for _person, _called, id_, name in found if name}
    teams = [(of_team[name], name) for name in sorted(of_team)]
    return [(id_, name) for id_, name, _t, _n in found], teams if len(teams) > 1 else []


def _rep(public_id: UUID | None, by: Person) -> Person | None:
    """The rep of that id; 404 for one whose work ``by`` may not see."""
    if public_id is None:
        return None
    found = people_under(by).filter(public_id=public_id).select_related("team").first()
    if found is None:
        raise Http404
    return found


def _team(public_id: UUID | None, by: Person) -> Team | None:
    """The team of that id; 404 for one whose work ``by`` may not see."""
    if public_id is None:
        return None
    seen = Team.objects.filter(people__in=people_under(by).values("pk"))
    found = seen.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
