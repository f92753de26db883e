"""Forms of a contact with the customer, and of leaving it in peace for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from collections_app.core.refusals import Refused
from collections_app.customers.models import Contact, HoldKind
from collections_app.followups.models import Outcome, Reason
from collections_app.followups.operations import LONGEST_NOTE
from collections_app.planning.models import Channel
from collections_app.web.forms.base import CleanCharField, DayField, StaffForm

# The outcomes after which one asks why.
REASONED: Final = frozenset({Outcome.PUT_OFF, Outcome.REFUSED, Outcome.DISPUTED})


class NoteField(forms.CharField):
    """Text of any length and script, kept as typed; the browser's line ends become plain ones."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        if any(
            ord(c) < 32 or 127 <= ord(c) < 160 for c in text.replace("\t", " ").replace("\n", " ")
        ):
            raise ValidationError(
                _("This text holds invisible control characters. Type it again."),
                code="control_characters",
            )
        return text if text.strip() else ""


class FollowUpForm(StaffForm):
    """What came of a contact, how it was made, and when to go on."""

    title = _("Log a follow-up")
    save_label = _("Save the follow-up")
    outcome = forms.ChoiceField(
        label=_("What came of it"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.ChoiceField(
        label=_("Why it has not paid"),
        choices=Reason.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    next_on = DayField(label=_("Next date"), required=False)
    channel = forms.ChoiceField(
        label=_("How"), choices=Channel.choices, widget=forms.RadioSelect, initial=Channel.PHONE
    )
    contact_name = CleanCharField(label=_("With"), max_length=200, required=False)
    day = DayField(label=_("On"))
    note = NoteField(label=_("Note"), max_length=LONGEST_NOTE, required=False)

    def __init__(self, *args: Any, on: date, contacts: Sequence[Contact], **kwargs: Any) -> None:
        first = contacts[0].name if contacts else ""
        super().__init__(*args, initial={"day": on, "contact_name": first}, **kwargs)
        self.contacts = {contact.name: contact for contact in reversed(contacts)}
        self.fields["contact_name"].widget.attrs["list"] = "contacts"

    def clean(self) -> dict[str, Any]:
        """A reason is only given where one was asked for."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") not in REASONED and "reason" in cleaned:
            cleaned["reason"] = ""
        cleaned["contact"] = self.contacts.get(cleaned.get("contact_name") or "")
        return cleaned

    def refuse(self, refusal: Refused) -> None:
        """Of the contact the form knows the name."""
        if refusal.field == "contact":
            refusal.field = "contact_name"
        super().refuse(refusal)


class HoldForm(StaffForm):
    """Why the customer is left in peace, and until when."""

    title = _("Put on hold")
    save_label = _("Put on hold")
    kind = forms.ChoiceField(label=_("Why"), choices=HoldKind.choices, widget=forms.RadioSelect)
    ends_on = DayField(label=_("Until the end of"))
    note = CleanCharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout("token", "kind", Div("ends_on", "note", css_class="k-fields"))
