"""States of promises, plans and measures: a word, an icon and a colour each."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collections_app.followups.models import Outcome, RequestState
from collections_app.imports.models import JobState
from collections_app.outbox.models import MessageState
from collections_app.planning.models import Answer, MeasureKind, MeasureStatus
from collections_app.standing.models import State

register = template.Library()

ASKED = _("asked for a commitment")

# key: (word, icon, tone)
STATES = {
    "open": (State.OPEN.label, "ring", "open"),
    "due_soon": (_("due soon"), "clock", "soon"),
    "in_grace": (_("in grace"), "clock", "soon"),
    "part_paid": (_("part-paid"), "half", "part"),
    "partially_kept": (State.PARTIALLY_KEPT.label, "half", "part"),
    "slipping": (_("slipping"), "half", "part"),
    "broken": (State.BROKEN.label, "cross", "broken"),
    "kept": (State.KEPT.label, "check", "kept"),
    "kept_late": (State.KEPT_LATE.label, "check-clock", "kept"),
    "superseded": (State.SUPERSEDED.label, "swap", "gone"),
    "cancelled": (State.CANCELLED.label, "ban", "gone"),
    "unplanned": (_("unplanned"), "ring", "open"),
    "one_sided": (_("one-sided"), "half", "soon"),
    "agreed": (_("agreed"), "handshake", "kept"),
    "planned": (MeasureStatus.PLANNED.label, "ring", "open"),
    "in_progress": (MeasureStatus.IN_PROGRESS.label, "clock", "soon"),
    "done": (MeasureStatus.DONE.label, "check", "kept"),
    "dropped": (MeasureStatus.DROPPED.label, "ban", "gone"),
    "committed": (Answer.COMMITTED.label, "check", "kept"),
    "put_off": (Answer.PUT_OFF.label, "clock", "soon"),
    "refused": (Answer.REFUSED.label, "cross", "broken"),
    "no_answer": (Answer.NO_ANSWER.label, "ring", "open"),
    "not_asked": (_("not asked"), "ring", "open"),
    # Requests; a refused one says so like an answer.
    "waiting": (RequestState.WAITING.label, "clock", "soon"),
    "approved": (RequestState.APPROVED.label, "check", "kept"),
    "withdrawn": (RequestState.WITHDRAWN.label, "undo", "gone"),
    "uncovered": (_("uncovered"), "target", "soon"),
    "disputed": (_("disputed"), "flag", "soon"),
    # Things to do, and why they wait.
    "measure_due": (_("past due"), "clock", "soon"),
    "undeliverable": (_("undeliverable"), "mail", "broken"),
    "no_contact": (_("no contact"), "phone", "open"),
    "no_regular": (_("nothing regular"), "repeat", "open"),
    "followed_up": (_("followed up"), "check", "kept"),
    "on_hold": (_("on hold"), "ban", "open"),
    "snoozed": (_("put off"), "clock", "open"),
    # What came of a follow-up.
    "said_promised": (Outcome.PROMISED.label, "handshake", "kept"),
    "said_paid": (Outcome.PAID.label, "check", "kept"),
    "said_put_off": (Outcome.PUT_OFF.label, "clock", "soon"),
    "said_refused": (Outcome.REFUSED.label, "cross", "broken"),
    "said_disputed": (Outcome.DISPUTED.label, "flag", "soon"),
    "said_no_answer": (Outcome.NO_ANSWER.label, "ring", "open"),
    "said_other": (Outcome.OTHER.label, "info", "open"),
    # Uploads, and what their rows come to; a finished one says "imported" by a name of its own.
    "checking": (JobState.CHECKING.label, "clock", "soon"),
    "checked": (JobState.CHECKED.label, "flag", "part"),
    "importing": (JobState.IMPORTING.label, "clock", "soon"),
    "imported": (JobState.DONE.label, "check", "kept"),
    "failed": (JobState.FAILED.label, "cross", "broken"),
    "created": (_("new"), "plus", "kept"),
    "updated": (_("changed"), "edit", "soon"),
    "unchanged": (_("unchanged"), "check", "open"),
    "rejected": (_("rejected"), "cross", "broken"),
    "reversed": (_("reversed"), "undo", "broken"),
    # Messages; a withdrawn one says so like a request.
    "queued": (MessageState.QUEUED.label, "clock", "open"),
    "sending": (MessageState.SENDING.label, "clock", "soon"),
    "sent": (MessageState.SENT.label, "check", "kept"),
    "dead": (MessageState.DEAD.label, "cross", "broken"),
    "held": (MessageState.HELD.label, "ban", "gone"),
    "awaiting_approval": (MessageState.AWAITING_APPROVAL.label, "flag", "soon"),
}


@register.simple_tag
def state(key: str | None) -> SafeString:
    """A state as a badge, like ``_parts/state.html``; nothing where there is none."""
    return _badge(str(key), get_language() or "en", static("icons.svg")) if key else SafeString()


def state_word(key: str) -> str:
    """A state in a word."""
    return str(STATES[key][0])


@register.filter
def measure_kind(code: str) -> str:
    """A kind of measure, in words."""
    return str(MeasureKind(code).label)


@register.filter
def contact_word(code: str) -> str:
    """What came of a contact: a follow-up's outcome, or that one asked."""
    return str(ASKED if code == "asked" else Outcome(code).label)


# A page holds hundreds of the same few badges. Each is kept by the language and the sprite that it
# was made with.
@lru_cache(maxsize=256)
def _badge(key: str, language: str, sprite: str) -> SafeString:
    word, symbol, tone = STATES[key]
    context = {"word": word, "symbol": symbol, "tone": tone}
    return SafeString(render_to_string("_parts/state.html", context).strip())
