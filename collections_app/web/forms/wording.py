"""The organisation's own words in a kind of mail."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from collections_app.organisation.wording import MOST_CHARACTERS, PLACEHOLDERS
from collections_app.web.forms.followups import NoteField
from collections_app.web.forms.seen import SeenForm

_PLACEHOLDERS = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)


class WordingForm(SeenForm):
    """What the mail begins and ends with."""

    save_label = _("Save the words")

    opening = NoteField(
        label=_("Introduction"),
        required=False,
        max_length=MOST_CHARACTERS,
        help_text=_("After the greeting. Empty: none."),
    )
    closing = NoteField(
        label=_("Closing"),
        required=False,
        max_length=MOST_CHARACTERS,
        help_text=_("At the end. Empty: none."),
    )

    def __init__(self, *args: Any, title: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = title
        self.placeholders = _PLACEHOLDERS
