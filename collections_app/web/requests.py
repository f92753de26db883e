"""Requests as the staff's views know them, and what their query strings say."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from collections_app.accounts.models import Person
from collections_app.core.months import parse_month

FIRST_YEAR, LAST_YEAR = 1990, 2199
LAST_PAGE = 10_000


class StaffRequest(HttpRequest):
    """A request of a signed-in person: the sign-in middleware lets no other through."""

    user: Person
    htmx: HtmxDetails
    to_do: int  # how many things *Today* holds, once it is worked out


def month_asked(request: HttpRequest, name: str = "month", *, default: date) -> date:
    """The month of ``?month=2026-11``, else ``default``; 404 for what is no month."""
    text = request.GET.get(name, "")
    if not text:
        return default
    try:
        month = parse_month(text)
    except ValueError as error:
        raise Http404 from error
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise Http404
    return month


def page_asked(request: HttpRequest) -> int:
    """The page of ``?page=2``, from 1 on; 404 for what is no page."""
    return page_in(request.GET)


def page_in(query: QueryDict) -> int:
    """The page that a query asks for, as ``page_asked`` reads it."""
    text = query.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LAST_PAGE):
        raise Http404
    return int(text)


def day_asked(request: HttpRequest, name: str) -> date | None:
    """The day given under ``name`` as ``2026-11-27``, if it is one."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def id_asked(request: HttpRequest, name: str) -> UUID | None:
    """The public id given under ``name``, if any; 404 for what is none."""
    return id_in(request.GET, name)


def id_in(query: QueryDict, name: str) -> UUID | None:
    """The public id that a query gives, as ``id_asked`` reads it."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def words_asked(request: HttpRequest) -> str:
    """What is searched for, ``?q=``, cut to a sensible length; NUL is no text of the database."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]
