"""Acting on a row of *Today* without leaving the list: its form, and what the row becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from collections_app.customers.models import Customer
from collections_app.web.forms.base import StaffForm
from collections_app.web.pages.today import Chip, TodayQuestion, agenda_for, chips_of
from collections_app.web.pages.today_rows import TodayRow, rows_of
from collections_app.web.requests import StaffRequest

_KEY: Final = re.compile(r"[a-z_]{3,20}-[0-9]{1,18}-[0-9]{0,18}")
# The forms that can stand in a row, by the page that shows them alone.
FORMS: Final = {
    "web/followups/log.html": "web/today/_follow_up.html",
    "web/followups/hold.html": "web/today/_hold.html",
    "web/today/snooze.html": "web/today/_snooze.html",
    "web/acts/act.html": "web/today/_act.html",
}


@dataclass(frozen=True, slots=True)
class DoneRow:
    """What a row becomes once something was done: itself again, where it still wants doing.

    ``left`` are the keys of what else wants doing for the customer; ``undo`` the path that takes
    the act back, if one does.
    """

    key: str
    customer: Customer
    said: str
    undo: str
    row: TodayRow | None
    left: str
    count: int
    chips: list[Chip]
    asked: TodayQuestion
    waiting: int


def todo_asked(request: HttpRequest) -> str:
    """The key of the row of *Today* that one came from; blank where one came from elsewhere."""
    key = request.GET.get("todo", "")
    return key if _KEY.fullmatch(key) else ""


def with_todo(path: str, todo: str) -> str:
    """The path, carrying on the row that one came from."""
    if not (path and todo):
        return path
    return f"{path}{'&' if '?' in path else '?'}todo={todo}"


def form_in_place(
    request: StaffRequest, form: StaffForm, template: str, todo: str, context: dict[str, Any]
) -> HttpResponse:
    """The form as a part of its row: 200, or 422 and 409 as on its own page."""
    form.auto_id = f"{todo}_%s"
    status = 200
    if form.errors:
        status = 409 if form.is_overtaken else 422
    whole = {"form": form, "todo": todo, "action": request.get_full_path(), **context}
    answer = render(request, FORMS[template], whole, status=status)
    answer["HX-Retarget"], answer["HX-Reswap"] = f"#form-{todo}", "innerHTML"
    return answer


def done_in_place(
    request: StaffRequest, customer: Customer, todo: str, *, said: str, undo: str
) -> HttpResponse:
    """The row after the act, the counts of the list, and the words for those who hear the page."""
    asked = _list_asked(request)
    agenda, readers = agenda_for(asked, by=request.user)
    of_customer = [item for item in agenda.items if item.customer_id == customer.pk]
    still = [item for item in of_customer if item.key == todo]
    done = DoneRow(
        key=todo,
        customer=customer,
        said=said,
        undo=undo,
        row=next(iter(rows_of(still, day=asked.day, readers=readers)), None),
        left=" ".join(item.key for item in of_customer),
        count=len(agenda.items),
        chips=chips_of(agenda.items),
        asked=asked,
        waiting=len(agenda.waiting),
    )
    return render(request, "web/today/_done.html", {"page": done, "row": done.row})


def refreshed() -> HttpResponse:
    """Let the browser load the list anew; what was done is told there."""
    answer = HttpResponse()
    answer["HX-Refresh"] = "true"
    return answer


def _list_asked(request: StaffRequest) -> TodayQuestion:
    """Which list the browser shows, as it says itself; all, where it says nothing sensible."""
    query = urlsplit(request.htmx.current_url or "").query
    try:
        return TodayQuestion.of(QueryDict(query), by=request.user)
    except Http404:
        return TodayQuestion.of(QueryDict(), by=request.user)
