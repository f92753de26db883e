"""Handing customers to another rep: by administrators for all, by managers for their own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from collections_app.accounts.queries import people_under
from collections_app.actions import hand_over as action
from collections_app.core.refusals import Overtaken
from collections_app.web.forms.seen import ConfirmForm
from collections_app.web.pages.hand_over import (
    HandOverPage,
    choose_page,
    hand_over_page,
    owners,
)
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import complain, form_page, say, submit


@require_safe
def hand_over(request: StaffRequest) -> HttpResponse:
    """Whose customers?"""
    return render(request, "web/settings/hand_over.html", {"owners": owners(request.user)})


@require_safe
def hand_over_choose(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Which of them, and to whom?"""
    former = get_object_or_404(people_under(request.user), public_id=public_id)
    page = choose_page(request, former, by=request.user)
    return render(request, "web/settings/hand_over_choose.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_confirm(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """What that means, in figures; sent, it is done."""
    former = get_object_or_404(people_under(request.user), public_id=public_id)
    page = hand_over_page(request, former, by=request.user)
    back = reverse("web:hand_over_choose", args=[public_id])
    if page is None:
        complain(request, _("Tick at least one customer and choose who is to have them."))
        return HttpResponseRedirect(back if former.customers.exists() else _start())
    form = ConfirmForm(
        request.POST or None,
        title=_("Hand over to %(name)s") % {"name": page.to.name},
        save_label=_("Hand over"),
        initial={"count": page.count},
    )
    answer = submit(request, form, lambda values: _do(request, page, values["count"]))
    context = {"page": page, "back": back, "part": "web/settings/_hand_over.html"}
    crumbs = [(reverse("web:settings"), _("Settings")), (_start(), _("Hand customers over"))]
    return answer or form_page(
        request, form, "web/settings/form.html", {**context, "crumbs": crumbs}
    )


def _do(request: StaffRequest, page: HandOverPage, told: int | None) -> str:
    if told != page.count:
        raise Overtaken(
            _("There are %(count)s customers by now. Look at the figures again.")
            % {"count": page.count}
        )
    done = action.hand_over(customers=page.ids, former=page.former, to=page.to, actor=request.user)
    text = ngettext(
        "%(count)s customer handed over to %(name)s.",
        "%(count)s customers handed over to %(name)s.",
        done.customers,
    )
    say(request, text % {"count": done.customers, "name": page.to.name})
    return _start()


def _start() -> str:
    return reverse("web:hand_over")
