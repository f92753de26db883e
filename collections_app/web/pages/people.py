"""The list of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person, Role, Team
from collections_app.customers.models import Customer
from collections_app.web.pages.turning import Paged
from collections_app.web.requests import id_asked, page_asked, words_asked

PAGE_SIZE = 50
STATES: Final = {
    "active": (_("active"), "check", "kept"),
    "invited": (_("invited, no password yet"), "clock", "soon"),
    "disabled": (_("disabled"), "ban", "gone"),
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody and how many customers they own."""

    public_id: UUID
    name: str
    email: str
    role: str
    team: str
    last_login: datetime | None
    owned: int
    state: str

    @property
    def badge(self) -> dict[str, object]:
        word, symbol, tone = STATES[self.state]
        return {"word": word, "symbol": symbol, "tone": tone}


@dataclass(frozen=True, slots=True)
class PeopleQuestion:
    """What the URL narrows the list to."""

    words: str
    role: str
    state: str
    team: UUID | None
    page: int

    @classmethod
    def read(cls, request: HttpRequest) -> PeopleQuestion:
        """Read the query string; 404 for a role or state that there is none of."""
        role, state = request.GET.get("role", ""), request.GET.get("state", "")
        if role not in ("", *Role.values) or state not in ("", *STATES):
            raise Http404
        return cls(
            words_asked(request), role, state, id_asked(request, "team"), page_asked(request)
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.role or self.state or self.team)


@dataclass(frozen=True, slots=True)
class PeoplePage(Paged):
    """A page of people, by name."""

    asked: PeopleQuestion
    rows: list[PersonRow]
    has_more: bool
    teams: list[Team]

    roles = Role.choices
    states = [(key, word) for key, (word, _symbol, _tone) in STATES.items()]


def people_page(asked: PeopleQuestion) -> PeoplePage:
    """The people that the question narrows to; the number of statements hangs on nothing."""
    first = (asked.page - 1) * PAGE_SIZE
    found = with_owned(_narrowed(asked)).order_by("name", "pk")[first : first + PAGE_SIZE + 1]
    rows = [_row(person) for person in found]
    return PeoplePage(
        asked, rows[:PAGE_SIZE], len(rows) > PAGE_SIZE, list(Team.objects.order_by("name")[:500])
    )


def with_owned(people: QuerySet[Person]) -> QuerySet[Person]:
    """Annotate ``owned``: how many customers each looks after now."""
    counted = (
        Customer.objects.filter(owner=OuterRef("pk"))
        .order_by()
        .values("owner")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return people.select_related("team").annotate(owned=Coalesce(Subquery(counted), 0))


def state_of(person: Person) -> str:
    """Whether the person signs in, could, or may not."""
    if not person.is_active:
        return "disabled"
    return "active" if person.has_usable_password() else "invited"


def _narrowed(asked: PeopleQuestion) -> QuerySet[Person]:
    people = Person.objects.all()
    if asked.words:
        people = people.filter(
            Q(name__icontains=asked.words)
            | Q(email__icontains=asked.words)
            | Q(staff_number__icontains=asked.words)
        )
    if asked.role:
        people = people.filter(role=asked.role)
    if asked.team:
        people = people.filter(team__public_id=asked.team)
    without = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if asked.state == "disabled":
        return people.filter(is_active=False)
    if asked.state:
        people = people.filter(is_active=True)
        return people.filter(without if asked.state == "invited" else ~without)
    return people


def _row(person: Person) -> PersonRow:
    return PersonRow(
        public_id=person.public_id,
        name=person.name,
        email=person.email,
        role=person.get_role_display(),
        team=person.team.name if person.team else "",
        last_login=person.last_login,
        owned=person.owned,  # type: ignore[attr-defined]
        state=state_of(person),
    )
