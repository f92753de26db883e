"""Which mail has words of the organisation's own, and mail rendered with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from collections_app.notices.models import NoticeKind
from collections_app.organisation.queries import organisation
from collections_app.organisation.wording import fill, wording_facts
from collections_app.outbox.delivery import Rendered


@dataclass(frozen=True, slots=True)
class Worded:
    """A kind of mail as administrators know it; ``kinds`` are those of the notices it tells."""

    label: Any
    sentence: Any
    kinds: tuple[NoticeKind, ...]


# By the folder of its templates. A kind that is here can be read and worded in the settings.
WORDED: Final = {
    "morning": Worded(
        _("Mail of the morning"),
        _("Lapsed promises, follow-ups and the summary, to reps and managers."),
        (NoticeKind.ESCALATED, NoticeKind.LAPSED, NoticeKind.CHASE, NoticeKind.DIGEST),
    ),
    "plan_due": Worded(
        _("Month to plan"),
        _("Who is not planned or asked yet, to reps before a month begins."),
        (NoticeKind.PLAN_DUE,),
    ),
    "requested": Worded(
        _("Request to decide"),
        _("A request of a rep, to who decides it."),
        (NoticeKind.REQUESTED,),
    ),
    "decided": Worded(
        _("Request decided"), _("The decision, to who asked."), (NoticeKind.DECIDED,)
    ),
}


def worded(folder: str, context: Mapping[str, Any], *, language: str, count: int) -> Rendered:
    """Render the mail of a folder in a language, the organisation's words around it.

    ``context`` is what its templates need, with ``name``; ``count`` fills the placeholder.
    """
    values = {
        "name": str(context.get("name", "")),
        "organisation": organisation().name,
        "count": str(count),
    }
    words = {part: fill(text, values) for part, text in wording_facts(folder, language).items()}
    whole = {**context, "wording": words, "language": language}
    return rendered(folder, whole, language=language)


def rendered(
    folder: str, context: Mapping[str, Any], *, language: str, with_html: bool = True
) -> Rendered:
    """The templates of a kind of mail, in the language; its subject on one line."""
    with translation.override(language):
        return Rendered(
            subject=" ".join(render_to_string(f"emails/{folder}/subject.txt", context).split()),
            text=render_to_string(f"emails/{folder}/body.txt", context),
            html=render_to_string(f"emails/{folder}/body.html", context) if with_html else "",
        )
