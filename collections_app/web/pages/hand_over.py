"""Whose customers can be handed over, which of them, and what they owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from collections_app.accounts.models import Person
from collections_app.actions.hand_over import may_take, to_hand_over
from collections_app.customers.models import Customer
from collections_app.organisation.queries import today
from collections_app.web.pages.narrowing import matching
from collections_app.web.pages.settings import open_by_currency
from collections_app.web.pages.turning import Paged
from collections_app.web.requests import id_asked, page_asked, words_asked

PAGE_SIZE = 50
MOST_OWNERS = 300
MOST_TICKED = 60


@dataclass(frozen=True, slots=True)
class ChooseQuestion:
    """What narrows the customers to choose from."""

    words: str
    page: int


@dataclass(frozen=True, slots=True)
class ChoosePage(Paged):
    """A page of the customers of one person, and who may take them."""

    former: Person
    asked: ChooseQuestion
    customers: list[Customer]
    has_more: bool
    count: int
    takers: list[Person]


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """What is to be confirmed: who, to whom, how many, and how much of theirs is open."""

    former: Person
    to: Person
    ids: list[int]
    names: list[str]
    open_sums: list[tuple[str, int]]
    on: date

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def others(self) -> int:
        """How many go beside those named."""
        return len(self.ids) - len(self.names)


def owners(by: Person) -> QuerySet[Person]:
    """Who owns customers that ``by`` may hand over, with how many (``owned``), by name."""
    visible = Customer.objects.visible_to(by).order_by()
    return (
        Person.objects.filter(customers__in=visible)
        .annotate(owned=Count("customers", distinct=True))
        .select_related("team")
        .order_by("name", "pk")[:MOST_OWNERS]
    )


def choose_page(request: HttpRequest, former: Person, *, by: Person) -> ChoosePage:
    """The customers of ``former`` that ``by`` may hand over; 404 where there is none at all."""
    asked = ChooseQuestion(words_asked(request), page_asked(request))
    own = to_hand_over(by=by, former=former)
    count = own.count()
    if not count:
        raise Http404
    first = (asked.page - 1) * PAGE_SIZE
    found = matching(own, asked.words).order_by("name", "pk")[first : first + PAGE_SIZE + 1]
    rows = list(found)
    takers = may_take(by).exclude(pk=former.pk).select_related("team").order_by("name", "pk")
    return ChoosePage(
        former, asked, rows[:PAGE_SIZE], len(rows) > PAGE_SIZE, count, list(takers[:MOST_OWNERS])
    )


def hand_over_page(request: HttpRequest, former: Person, *, by: Person) -> HandOverPage | None:
    """What the query string asks to hand over; None where it names no taker or no customer.

    404 for a taker or customers that ``by`` may not choose.
    """
    taker = id_asked(request, "to")
    own = to_hand_over(by=by, former=former)
    if request.GET.get("all") != "yes":
        own = own.filter(public_id__in=_ticked(request))
    chosen = list(own.order_by("name", "pk").values_list("pk", "name"))
    if taker is None or not chosen:
        return None
    to = get_object_or_404(may_take(by).exclude(pk=former.pk), public_id=taker)
    ids = [pk for pk, _name in chosen]
    return HandOverPage(
        former, to, ids, [name for _pk, name in chosen[:10]], open_by_currency(ids), today()
    )


def _ticked(request: HttpRequest) -> list[str]:
    """The ticked customers' public ids; 404 for what is none."""
    try:
        return [str(UUID(text)) for text in request.GET.getlist("c")[:MOST_TICKED]]
    except ValueError as error:
        raise Http404 from error
