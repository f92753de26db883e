"""Acting on a form: once, however often it is sent, and never half."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Overtaken, Refused
from collections_app.standing.operations import refresh_touched
from collections_app.web.forms.base import StaffForm
from collections_app.web.models import Submission
from collections_app.web.requests import StaffRequest
from collections_app.web.uploads import was_too_large

Act = Callable[[dict[str, Any]], str]
P = ParamSpec("P")
TRIES: Final = 3
# Deadlocks and serialisation failures: the database undid everything, so it may be tried again.
PASSING: Final = frozenset({"40P01", "40001"})


class SentBefore(Refused):
    """The token was used already, and the form said something else then."""


def once(*, person: Person, token: UUID, said: str, act: Callable[[], str]) -> str:
    """Run ``act`` and keep the path it goes on to; the same form again only gives that path.

    One transaction: a refusal leaves no trace, and the token may be used again. Two at once wait
    for each other on the token's key. Tried again where two waited for each other elsewhere.
    Raises ``SentBefore`` where the token came with other words (``said``, a digest), or from
    somebody else: what stands in the form now would be lost without a word.
    """
    for left in reversed(range(TRIES)):
        try:
            onward = _once(person, token, said, act)
            # Figures of plans are kept by a transaction of its own, which waits for nobody with
            # a plan in hand; until then, and should it fail, they are worked out as they are read.
            refresh_touched()
            return onward
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", None)
            if not left or code not in PASSING or connection.in_atomic_block:
                raise
    raise AssertionError("unreachable")


def _once(person: Person, token: UUID, said: str, act: Callable[[], str]) -> str:
    with transaction.atomic():
        made, is_new = Submission.objects.get_or_create(
            token=token, defaults={"person": person, "said": said}
        )
        if is_new:
            made.onward = act()
            made.save(update_fields=["onward"])
        elif made.person_id != person.pk or made.said not in ("", said):
            raise SentBefore(
                _(
                    "This form was sent before, with other entries, and those are saved. "
                    "What stands here now is not: look at it, then save again."
                ),
                code="sent_before",
            )
        return made.onward or "/"


def said_by(request: HttpRequest) -> str:
    """A digest of what a form says, its files by name and size, and of where it was sent."""
    fields = sorted(request.POST.lists())
    told = [(name, values) for name, values in fields if name != "csrfmiddlewaretoken"]
    files = [(file.name, file.size) for file in _files_of(request)]
    return hashlib.sha256(repr((request.path, told, files)).encode()).hexdigest()


def _files_of(request: HttpRequest) -> list[UploadedFile]:
    return [file for name in sorted(request.FILES) for file in request.FILES.getlist(name)]


def token_of(request: HttpRequest) -> UUID:
    """The token that a form without fields of its own carries; a new one where it has none."""
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()


def sent_once(
    view: Callable[Concatenate[StaffRequest, P], HttpResponse],
) -> Callable[Concatenate[StaffRequest, P], HttpResponse]:
    """A view that takes something away: sent twice it goes on like the first time.

    What it took is no longer there to be found, so that the token has to be asked first.
    """

    @wraps(view)
    def wrapper(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        sent = Submission.objects.filter(
            token=token_of(request), person=request.user, said=said_by(request)
        )
        onward = sent.values_list("onward", flat=True).first()
        return HttpResponseRedirect(onward) if onward else view(request, *args, **kwargs)

    return wrapper


def submit(request: StaffRequest, form: StaffForm, act: Act) -> HttpResponse | None:
    """Act on a valid form and go on; None where the form has to be shown again, errors and all.

    A rule's refusal is put beside its field. A lost race sets ``form.is_overtaken``, and the form
    then carries what now stands, so that sending it again decides with open eyes. A form whose
    file was too large to be read acts on nothing: what stood behind the file never arrived.
    """
    if was_too_large(request):
        form.refuse_large_file()
        return None
    if not form.is_valid():
        return None
    values = form.values()

    def attempt() -> str:
        for file in _files_of(request):
            file.seek(0)
        return act(dict(values))

    token = form.cleaned_data["token"]
    try:
        onward = once(person=request.user, token=token, said=said_by(request), act=attempt)
    except SentBefore as refusal:
        form.refuse(refusal)
        form.carry(token=str(uuid4()))
    except Overtaken as lost:
        form.overtake(lost)
    except Refused as refusal:
        form.refuse(refusal)
    else:
        return HttpResponseRedirect(onward)
    return None


def form_page(
    request: StaffRequest, form: StaffForm, template: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of a form: 200 without errors, 422 with some, 409 where somebody else was first."""
    status = 200
    if form.errors:
        status = 409 if form.is_overtaken else 422
    return render(request, template, {"form": form, **(context or {})}, status=status)


def say(request: StaffRequest, text: str, *, undo: str = "") -> None:
    """Tell what was done on the next page; with ``undo``, the path that a POST takes it back by."""
    messages.success(request, text, extra_tags=undo)


def complain(request: StaffRequest, text: str) -> None:
    """Tell on the next page why nothing was done."""
    messages.error(request, text)
