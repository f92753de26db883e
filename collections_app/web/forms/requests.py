"""Forms of requests: ask for a concession or a lower target, decide."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collections_app.core.refusals import Overtaken
from collections_app.followups.models import Reason, RequestKind
from collections_app.web.forms.base import CleanCharField, DayField, MoneyField, StaffForm
from collections_app.web.forms.planning import SeenMoneyField

LONGEST_NOTE = 2000
KINDS = (
    (RequestKind.POSTPONE, _("Pay later")),
    (RequestKind.REDUCE, _("Pay less")),
    (RequestKind.ACCEPT, _("Accept the reason, this month")),
)


class WordsField(CleanCharField):
    """A few sentences; lines run on into one another."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        return super().to_python(" ".join(str(value or "").splitlines()))


class AskForm(StaffForm):
    """What every request has: what the asker saw, and a category of reason."""

    save_label = _("Send the request")

    def __init__(self, *args: Any, currency: str, now_stands: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now_stands = now_stands
        self.fields["seen"] = SeenMoneyField(currency=currency)
        self.fields["seen"].initial = now_stands

    def overtake(self, lost: Overtaken) -> None:
        """Take what now stands as seen."""
        super().overtake(lost)
        now = self.fields["seen"].prepare_value(self.now_stands)
        self.carry(seen="" if now is None else str(now))


class ConcessionForm(AskForm):
    """A concession to the customer: what, how much, until when, and why."""

    title = _("Ask for a concession")

    def __init__(
        self, *args: Any, currency: str, now_stands: int | None, on: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, currency=currency, now_stands=now_stands, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("What is asked for"),
            choices=KINDS,
            widget=forms.RadioSelect,
            initial=RequestKind.POSTPONE,
        )
        self.fields["amount"] = MoneyField(label=_("Amount"), currency=currency)
        self.fields["until_on"] = DayField(
            label=_("Pay until"), required=False, help_text=_("Only where it is to pay later.")
        )
        self.fields["until_on"].widget.attrs["min"] = on.isoformat()
        self.fields["reason"] = forms.ChoiceField(
            label=_("Reason given"), choices=[("", "–"), *Reason.choices]
        )
        self.fields["note"] = WordsField(label=_("Note"), max_length=LONGEST_NOTE, required=False)
        self.helper.layout = Layout(
            "token", "seen", "kind",
            Div("amount", "until_on", css_class="k-fields"), "reason", "note",
        )  # fmt: skip


class TargetCutForm(AskForm):
    """A lower target of a locked month, and why."""

    title = _("Ask for a lower target")

    def __init__(self, *args: Any, currency: str, now_stands: int | None, **kwargs: Any) -> None:
        super().__init__(*args, currency=currency, now_stands=now_stands, **kwargs)
        self.fields["target"] = MoneyField(label=_("Target asked for"), currency=currency, lowest=0)
        blank = pgettext_lazy("no reason", "none")
        self.fields["reason"] = forms.ChoiceField(
            label=_("Reason given"), choices=[("", blank), *Reason.choices], required=False
        )
        self.fields["note"] = WordsField(
            label=_("Why"), max_length=LONGEST_NOTE, help_text=_("Your manager decides by it.")
        )
        self.helper.layout = Layout(
            "token", "seen", Div("target", "reason", css_class="k-fields"), "note"
        )


class DecideForm(AskForm):
    """Approve or refuse, with a word; each has a button of its own."""

    title = _("Decide")
    decision = forms.ChoiceField(
        choices=(("approve", _("Approve")), ("refuse", _("Refuse"))), required=False
    )
    word = WordsField(
        label=_("A word to who asked"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("Needed to refuse."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout("token", "seen", "word")

    def clean(self) -> dict[str, Any]:
        """Without a button pressed nothing is decided; one may look at what approving does."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("decision") and not self.data.get("preview"):
            self.add_error(None, ValidationError(_("Approve or refuse."), code="required"))
        return cleaned
