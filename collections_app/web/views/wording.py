"""Kinds of mail: how each reads, and the organisation's own words in it."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp, csp_update
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collections_app.accounts.models import Language
from collections_app.notices.wording import WORDED
from collections_app.organisation.wording import set_wording, wording_facts
from collections_app.reminders.preview import preview
from collections_app.reminders.trial import send_trial
from collections_app.web.forms.seen import Present
from collections_app.web.forms.wording import WordingForm
from collections_app.web.pages.wording import wording_rows
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import form_page, once, said_by, say, submit, token_of
from collections_app.web.views.messages import MAIL_POLICY


@require_safe
def wording(request: StaffRequest) -> HttpResponse:
    """Every kind of mail, in each language."""
    return render(request, "web/settings/wording.html", {"rows": wording_rows()})


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@require_http_methods(["GET", "HEAD", "POST"])
def wording_change(request: StaffRequest, mail: str, language: str) -> HttpResponse:
    """How a kind of mail reads in a language; change the words around it."""
    title = _title(mail, language)

    def present() -> Present:
        facts = wording_facts(mail, language)
        return Present(facts, facts)

    form = WordingForm(request.POST or None, present=present, title=title)

    def act(values: dict[str, str]) -> str:
        set_wording(
            kind=mail, language=language, actor=request.user, seen=form.marks(),
            opening=values["opening"], closing=values["closing"],
        )  # fmt: skip
        say(request, _("The words are saved: the next mail carries them."))
        return reverse("web:wording_change", args=[mail, language])

    answer = submit(request, form, act)
    if answer is not None:
        return answer
    context = {
        "back": reverse("web:wording"),
        "mail": mail,
        "language": language,
        "preview": preview(mail, language=language, to=request.user),
        "is_own": any(wording_facts(mail, language).values()),
        "crumbs": [
            (reverse("web:settings"), _("Settings")),
            (reverse("web:wording"), _("Words of mail")),
        ],
    }
    return form_page(request, form, "web/settings/wording_change.html", context)


@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]
@require_safe
def wording_html(request: StaffRequest, mail: str, language: str) -> HttpResponse:
    """The preview as a mail program shows it: a document of no origin."""
    _title(mail, language)
    return HttpResponse(preview(mail, language=language, to=request.user).said.html)


@require_POST
def wording_try(request: StaffRequest, mail: str, language: str) -> HttpResponse:
    """Send the preview to oneself."""
    _title(mail, language)

    def act() -> str:
        sent = send_trial(mail, language=language, to=request.user)
        return reverse("web:message_detail", args=[sent.public_id])

    onward = once(person=request.user, token=token_of(request), said=said_by(request), act=act)
    say(request, _("The mail to yourself is queued and leaves at once."))
    return redirect(onward)


@require_POST
def wording_reset(request: StaffRequest, mail: str, language: str) -> HttpResponse:
    """Go back to what Kept says by itself."""
    _title(mail, language)

    def act() -> str:
        set_wording(kind=mail, language=language, opening="", closing="", actor=request.user)
        return reverse("web:wording_change", args=[mail, language])

    onward = once(person=request.user, token=token_of(request), said=said_by(request), act=act)
    say(request, _("The mail reads as Kept has it."))
    return redirect(onward)


def _title(mail: str, language: str) -> str:
    """The kind and the language in words; 404 for what is none."""
    if mail not in WORDED or language not in Language.values:
        raise Http404
    return f"{WORDED[mail].label} · {Language(language).label}"
