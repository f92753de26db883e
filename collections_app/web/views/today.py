"""Today: what a rep does now; and what of it can wait."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collections_app.customers.models import Customer
from collections_app.followups.models import Snooze
from collections_app.followups.snoozing import SnoozeRefused, snooze, wake
from collections_app.organisation.queries import work_calendar
from collections_app.reminders.naming import OF_REQUESTS
from collections_app.reminders.ranking import Item
from collections_app.web.acting import Done, Scene, act_page, scene_of, take_back
from collections_app.web.forms.today import SnoozeForm
from collections_app.web.pages.followups import quick_days
from collections_app.web.pages.today import TodayQuestion, agenda_for, today_page
from collections_app.web.pages.today_rows import rows_of
from collections_app.web.requests import StaffRequest


@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """What wants doing for the customers that the person sees; ``?show=`` one kind of it,
    ``?rep=`` and ``?team=`` for whose customers.
    """
    asked = TodayQuestion.read(request)
    page = today_page(asked, by=request.user)
    if asked.rep is None and asked.team is None:
        request.to_do = page.count
    return render(request, "web/today/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
def snooze_put(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put off the thing that ``?kind=`` and ``?subject=`` name, with a reason."""
    scene = scene_of(request, public_id, tab="followups")
    item, about = _thing_asked(request, scene)
    form = SnoozeForm(request.POST or None)

    def write(values: dict[str, Any]) -> Snooze:
        if item is None:
            raise SnoozeRefused(_("This wants nothing any more."), code="gone")
        return snooze(
            customer=scene.customer, kind=str(item.kind), subject=item.subject, by=request.user,
            on=scene.day, **values,
        )  # fmt: skip

    def done(made: Snooze) -> Done:
        said = _("Put off until %(day)s.") % {"day": date_format(made.until)}
        query = f"?kind={made.kind}&subject={made.subject}"
        return Done(said, reverse("web:snooze_end", args=[public_id]) + query)

    return act_page(
        request, scene, form, write=write, done=done, template="web/today/snooze.html",
        days=quick_days(scene.day, work_calendar()), about=about, has_effect=False,
    )  # fmt: skip


@require_POST
def snooze_end(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Bring back what was put off."""
    scene = scene_of(request, public_id, tab="followups")
    names = {name: request.GET.get(name, "").replace("\x00", "") for name in ("kind", "subject")}

    def write() -> None:
        wake(customer=scene.customer, by=request.user, **names)

    return take_back(request, scene, write, _("It is back on the list."))


def _thing_asked(request: StaffRequest, scene: Scene) -> tuple[Item | None, str]:
    """The thing to do that the query names, and its reason in words; None where it is done."""
    only = Customer.objects.filter(pk=scene.customer.pk)
    agenda, readers = agenda_for(TodayQuestion(scene.day), by=request.user, only=only)
    kind, subject = request.GET.get("kind", ""), request.GET.get("subject", "")
    for item in [*agenda.items, *(row.item for row in agenda.waiting)]:
        if (item.kind, item.subject) == (kind, subject) and item.kind not in OF_REQUESTS:
            (row,) = rows_of([item], day=scene.day, readers=readers)
            return item, row.reason
    return None, ""
