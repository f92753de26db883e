"""Pages on which a person acts for one customer: the form, the effect shown first, then the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.forms import FileField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from collections_app.actions.effects import Effect, effect_of
from collections_app.core.months import first_of, month_text
from collections_app.core.refusals import Refused
from collections_app.customers.models import Contact, Customer
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.queries import standing_day
from collections_app.web.forms.base import StaffForm
from collections_app.web.in_place import (
    FORMS,
    done_in_place,
    form_in_place,
    refreshed,
    todo_asked,
    with_todo,
)
from collections_app.web.pages.effects import EffectView, effect_view
from collections_app.web.requests import StaffRequest, month_asked
from collections_app.web.submitting import (
    complain,
    form_page,
    once,
    said_by,
    say,
    submit,
    token_of,
)


@dataclass(frozen=True)
class Scene:
    """For whom, for which month and on which day one acts, and where one comes back to.

    Contacts and figures are read once: a form starts with them, and its page shows them too.
    ``todo`` is the row of *Today* that one came from, blank where one came from the customer.
    """

    customer: Customer
    month: date
    day: date
    tab: str
    todo: str = ""

    @property
    def back(self) -> str:
        """*Today*, or the tab of the customer page, on the month of the scene."""
        if self.todo:
            return reverse("web:today")
        path = reverse("web:customer_detail", args=[self.customer.public_id])
        return f"{path}?month={month_text(self.month)}&tab={self.tab}"

    @property
    def currency(self) -> str:
        return self.customer.currency

    @cached_property
    def contacts(self) -> list[Contact]:
        """Whom the customer has, the first contact first."""
        return list(Contact.objects.filter(customer=self.customer).order_by("-is_primary", "name"))

    @cached_property
    def figures(self) -> CustomerFigures | None:
        """The month's figures as they stood before the act."""
        one = Customer.objects.filter(pk=self.customer.pk)
        return next(iter(customer_figures(self.month, on=self.day, customers=one)), None)


@dataclass(frozen=True, slots=True)
class Done:
    """What an act tells afterwards, and the path that takes it back, if one does.

    ``onward`` is where one goes on to, if not back to where the act is seen.
    """

    said: str
    undo: str = ""
    onward: str = ""


Write = Callable[[dict[str, Any]], object]
Warn = Callable[[dict[str, Any], Effect], list[str]]
DIALOG = "dialog-body"  # where htmx puts a form that was opened beside the page one came from


def in_dialog(request: StaffRequest) -> bool:
    """Whether the form stands in a dialog of another page."""
    return bool(request.htmx) and request.htmx.target == DIALOG


def scene_of(request: StaffRequest, public_id: UUID, *, tab: str) -> Scene:
    """The customer of the URL, if the person may see it (else 404), and the month asked for."""
    visible = Customer.objects.visible_to(request.user).select_related("owner")
    return scene_at(request, get_object_or_404(visible, public_id=public_id), tab=tab)


def scene_at(
    request: HttpRequest, customer: Customer, *, tab: str, month: date | None = None
) -> Scene:
    """The scene of a customer already found; the month of the URL, unless one is given."""
    day = standing_day()
    month = month or month_asked(request, default=first_of(day))
    return Scene(customer, month, day, tab, todo_asked(request))


def act_page(
    request: StaffRequest,
    scene: Scene,
    form: StaffForm,
    *,
    write: Write,
    done: Callable[[Any], Done],
    template: str = "web/acts/act.html",
    foresee: Write | None = None,
    warn: Warn | None = None,
    **context: Any,
) -> HttpResponse:
    """Show the form, show what it would do, or do it and go back to the customer page.

    ``write`` does it and returns what it made; ``done`` says so in words. ``foresee`` does what
    somebody may yet make of it, which is then shown in the place of what ``write`` does; ``warn``
    says what to look at before it is done, and keeps nobody from it.

    In a dialog the page that it was opened from stays: it is told by the event ``acted``, with the
    path ``next`` of a form to go on with, if any.
    """
    effect = None
    is_row = bool(scene.todo and request.htmx) and not in_dialog(request)
    is_in_place = is_row and template in FORMS
    if request.method == "POST" and request.POST.get("preview"):
        effect = _preview(form, foresee or write, scene, warn, is_foreseen=foresee is not None)
        if request.htmx:
            return render(request, "web/acts/_effect.html", {"effect": effect})
    elif request.method == "POST":
        told = Done(_("Saved."))

        def act(values: dict[str, Any]) -> str:
            nonlocal told
            told = done(write(values))
            return told.onward or scene.back

        answer = submit(request, form, act)
        if answer is not None:
            return _told(request, scene, told, answer, is_in_place=is_in_place)
    whole = {"scene": scene, "effect": effect, **layout_of(request), **context}
    if is_in_place:
        return form_in_place(request, form, template, scene.todo, whole)
    return form_page(request, form, template, {"figures": scene.figures, **whole})


def layout_of(request: StaffRequest) -> dict[str, Any]:
    """What a form's template extends: a page of its own, or nothing in a dialog."""
    if in_dialog(request):
        return {"layout": "web/acts/dialog.html", "in_dialog": True}
    return {"layout": "base.html"}


def _told(
    request: StaffRequest, scene: Scene, told: Done, answer: HttpResponse, *, is_in_place: bool
) -> HttpResponse:
    """Tell what was done: in the row of *Today*, or on the page that follows."""
    undo = with_todo(told.undo, scene.todo)
    if is_in_place:
        return done_in_place(request, scene.customer, scene.todo, said=told.said, undo=undo)
    say(request, told.said, undo=undo)
    return _acted(answer, scene) if in_dialog(request) else answer


def _acted(answer: HttpResponse, scene: Scene) -> HttpResponse:
    onward = answer["Location"]
    told = {"next": "" if onward == scene.back else onward}
    return trigger_client_event(HttpResponse(status=204), "acted", told)


def take_back(
    request: StaffRequest, scene: Scene, write: Callable[[], None], said: str, *, undo: str = ""
) -> HttpResponse:
    """Undo an act, or do one by a button alone, and go back; a refusal is told there."""

    def act() -> str:
        write()
        return scene.back

    try:
        token = token_of(request)
        once(person=request.user, token=token, said=said_by(request), act=act)
    except Refused as refusal:
        complain(request, str(refusal))
    else:
        undo = with_todo(undo, scene.todo)
        if undo and scene.todo and request.htmx:
            return done_in_place(request, scene.customer, scene.todo, said=said, undo=undo)
        say(request, said, undo=undo)
    return refreshed() if scene.todo and request.htmx else redirect(scene.back)


def _preview(
    form: StaffForm, write: Write, scene: Scene, warn: Warn | None, *, is_foreseen: bool
) -> EffectView | None:
    """What sending the form would do; None while it is not whole or would be refused."""
    if not form.is_valid():
        return None
    # A file has no effect on figures, and looking is no reason to keep it.
    files = (n for n, field in form.fields.items() if isinstance(field, FileField))
    values = form.values() | dict.fromkeys(files)
    try:
        effect: Effect = effect_of(
            lambda: write(values), customer=scene.customer, month=scene.month, on=scene.day
        )
    except Refused as refusal:
        form.refuse(refusal)
        return None
    warnings = warn(values, effect) if warn else []
    return effect_view(effect, scene.currency, is_foreseen=is_foreseen, warnings=warnings)
