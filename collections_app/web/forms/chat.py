"""One's chat address. What is stored never comes back into the form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import MorningBy
from collections_app.web.forms.base import CleanCharField, StaffForm


def _secret(**kwargs: Any) -> CleanCharField:
    # No password field: one has to see what one pastes, and browsers would offer to keep it.
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return CleanCharField(required=False, widget=widget, **kwargs)


class ChatForm(StaffForm):
    """Where one is reached by chat, and what comes there."""

    title = _("Chat")

    address = _secret(label=_("Address of the chat"), max_length=600)
    signing = _secret(
        label=_("Signing secret"),
        max_length=200,
        help_text=_("Of DingTalk's robots that sign; else leave it empty."),
    )
    morning_by = forms.ChoiceField(
        label=_("Morning messages come by"),
        choices=MorningBy.choices,
        initial=MorningBy.BOTH,
        help_text=_(
            "What lapsed, what to follow up, and the summary. What a chat does not take comes by"
            " mail. Requests and plans come by mail and chat, links to sign in by mail alone."
        ),
    )

    def __init__(self, *args: Any, has_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].help_text = (
            _("Leave it empty to keep that of now. It is kept sealed and never shown again.")
            if has_address
            else _("A webhook, as shown below. It is kept sealed and never shown again.")
        )
