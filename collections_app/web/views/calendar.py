"""The calendar of working days, for administrators: every change says first what it moves."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from collections_app.actions.change_calendar import (
    CalendarChange,
    Moved,
    change_calendar,
    preview_calendar,
)
from collections_app.core.refusals import Refused
from collections_app.organisation.models import CalendarDay
from collections_app.organisation.operations import settings_facts
from collections_app.organisation.queries import organisation
from collections_app.web.forms.base import StaffForm
from collections_app.web.forms.organisation import CalendarDayForm, CountryForm
from collections_app.web.forms.seen import ConfirmForm, Present
from collections_app.web.pages.calendar import calendar_page
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, say, submit

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
def calendar(request: StaffRequest) -> HttpResponse:
    """A year's days that are not as their weekday says."""
    page = calendar_page(request, language=get_language() or "en")
    return render(request, "web/settings/calendar.html", {"page": page})


@require_http_methods(FORM_METHODS)
def calendar_day_add(request: StaffRequest) -> HttpResponse:
    """A holiday or a make-up day: first what it would move, then it is saved."""
    form = CalendarDayForm(request.POST or None)
    if (moved := _previewed(form, _day_change)) is not None:
        form = CalendarDayForm(initial=_kept(form))
        return _preview_page(request, form, moved)
    answer = submit(request, form, lambda values: _save(request, _day_change(values)))
    return answer or form_page(request, form, "web/settings/form.html", _about())


@require_http_methods(FORM_METHODS)
def calendar_country(request: StaffRequest) -> HttpResponse:
    """Another country's holidays: first what it would move, then it is saved."""
    form = CountryForm(request.POST or None, present=_country)
    if (moved := _previewed(form, _country_change)) is not None:
        kept = _kept(form)
        form = CountryForm(present=_country)
        form.initial.update(kept)
        return _preview_page(request, form, moved)
    answer = submit(
        request, form, lambda values: _save(request, _country_change(values), form.marks())
    )
    lead = _("Days before today stay as they were counted.")
    return answer or form_page(request, form, "web/settings/form.html", _about(lead=lead))


@require_http_methods(FORM_METHODS)
def calendar_day_remove(request: StaffRequest, day: str) -> HttpResponse:
    """Take one's own entry out again, once it is confirmed what that moves."""
    entry = _entry_of(day)
    change = CalendarChange(day=entry.day)
    title = _("Remove %(day)s") % {"day": date_format(entry.day, "DATE_FORMAT")}
    form = ConfirmForm(request.POST or None, title=title, save_label=_("Remove the entry"))
    answer = submit(request, form, lambda _values: _save(request, change))
    if answer is not None:
        return answer
    try:
        moved = preview_calendar(change)
    except Refused as refusal:
        raise Http404 from refusal
    lead = entry.name or None
    return form_page(request, form, "web/settings/form.html", _about(lead=lead, **_told(moved)))


def _previewed(form: StaffForm, change_of: Any) -> Moved | None:
    """What the form would move, if the person has not been told yet; None if they have.

    A rule's refusal is put on the form.
    """
    if not (form.is_bound and form.is_valid()):
        return None
    if form.cleaned_data["previewed"] == _key(form):
        return None
    try:
        return preview_calendar(change_of(form.values()))
    except Refused as refusal:
        form.refuse(refusal)
        return None


def _key(form: StaffForm) -> str:
    """What the person was told about; changing anything of it makes it untold."""
    values = form.values()
    return f"{values.get('day')}/{values.get('is_working')}/{values.get('country')}"


def _kept(form: StaffForm) -> dict[str, Any]:
    """What was entered, for the form that is sent the second time."""
    values = {name: form[name].value() for name in form.fields if name not in ("token", "seen")}
    return {**values, "previewed": _key(form)}


def _preview_page(request: StaffRequest, form: StaffForm, moved: Moved) -> HttpResponse:
    form.save_label = _("Save")
    return form_page(request, form, "web/settings/form.html", _about(**_told(moved)))


def _day_change(values: dict[str, Any]) -> CalendarChange:
    return CalendarChange(day=values["day"], is_working=values["is_working"], name=values["name"])


def _country_change(values: dict[str, Any]) -> CalendarChange:
    return CalendarChange(country=values["country"])


def _save(request: StaffRequest, change: CalendarChange, seen: dict[str, str] | None = None) -> str:
    moved = change_calendar(change, actor=request.user, seen=seen)
    say(request, f"{_('The calendar is saved.')} {_moved_text(moved)}")
    year = f"?year={change.day.year}" if change.day else ""
    return reverse("web:calendar") + year


def _moved_text(moved: Moved) -> str:
    if not moved.deadlines:
        return _("No deadline moves.")
    text = ngettext("%(count)s deadline moved.", "%(count)s deadlines moved.", moved.deadlines)
    return text % {"count": moved.deadlines}


def _country() -> Present:
    home = organisation()
    facts = {"country": settings_facts(home)["country"]}
    return Present(facts, facts)


def _entry_of(text: str) -> CalendarDay:
    """The organisation's own entry of a day; 404 where there is none."""
    try:
        return CalendarDay.objects.get(day=date.fromisoformat(text))
    except (ValueError, CalendarDay.DoesNotExist) as error:
        raise Http404 from error


def _told(moved: Moved) -> dict[str, Any]:
    return {"moved": moved, "part": "web/settings/_moved.html"}


def _about(**context: Any) -> dict[str, Any]:
    crumbs = [(reverse("web:settings"), _("Settings")), (reverse("web:calendar"), _("Calendar"))]
    return {"crumbs": crumbs, "back": reverse("web:calendar"), **context}
