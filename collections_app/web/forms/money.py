"""Forms of money by hand: a payment, its reversal, what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from collections_app.commitments.models import Instalment
from collections_app.core.compact import exact_money
from collections_app.core.refusals import Overtaken
from collections_app.ledger.models import PaymentMethod
from collections_app.web.forms.base import CleanCharField, DayField, MoneyField, StaffForm


class PaymentForm(StaffForm):
    """Money that came."""

    title = _("Enter a payment")
    save_label = _("Save the payment")

    def __init__(self, *args: Any, currency: str, on: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"received_on": on}, **kwargs)
        self.fields["amount"] = MoneyField(label=_("Amount"), currency=currency)
        self.fields["received_on"] = DayField(label=_("Received on"))
        self.fields["method"] = forms.ChoiceField(
            label=_("How it came"), choices=PaymentMethod.choices
        )
        self.fields["matures_on"] = DayField(
            label=_("Matures on"), required=False, help_text=_("Drafts and post-dated cheques.")
        )
        self.fields["reference"] = CleanCharField(
            label=_("Reference"), max_length=64, required=False,
            help_text=_("As on the bank statement; blank gives it one of our own."),
        )  # fmt: skip
        self.fields["invoice_number"] = CleanCharField(
            label=_("For invoice"), max_length=64, required=False
        )
        self.fields["note"] = CleanCharField(label=_("Note"), max_length=500, required=False)
        names = [name for name in self.fields if name not in ("token", "note")]
        self.helper.layout = Layout(
            "token", Div(*names, Div("note", css_class="k-wide"), css_class="k-fields")
        )


class ReversalForm(StaffForm):
    """Money that went back: bounced, or sent back."""

    title = _("Reverse the payment")
    save_label = _("Reverse the payment")

    def __init__(self, *args: Any, currency: str, on: date, left: int, **kwargs: Any) -> None:
        super().__init__(*args, initial={"received_on": on, "amount": left}, **kwargs)
        self.fields["amount"] = MoneyField(label=_("Amount taken back"), currency=currency)
        self.fields["received_on"] = DayField(label=_("Taken back on"))
        self.fields["reference"] = CleanCharField(
            label=_("Reference"), max_length=64, required=False
        )
        self.fields["note"] = CleanCharField(label=_("Why"), max_length=500, required=False)
        self.helper.layout = Layout(
            "token",
            Div("amount", "received_on", "reference", "note", css_class="k-fields"),
        )


class PinForm(StaffForm):
    """Which instalment a payment is for; none lets it fill the oldest promise first."""

    title = _("What the payment is for")

    def __init__(
        self,
        *args: Any,
        instalments: Sequence[Instalment],
        pinned: int | None,
        currency: str,
        **kwargs: Any,
    ) -> None:
        self.instalments = {_key(i): i for i in instalments}
        by_id = {i.pk: key for key, i in self.instalments.items()}
        now = by_id.get(pinned or 0, "")
        super().__init__(*args, initial={"instalment": now, "seen": now}, **kwargs)
        choices: list[tuple[str, Any]] = [
            ("", _("Nothing in particular: the oldest promise first"))
        ]
        choices += [(key, _name_of(i, currency)) for key, i in self.instalments.items()]
        self.fields["instalment"] = forms.ChoiceField(
            label=_("This payment is for"),
            choices=choices,
            required=False,
            widget=forms.RadioSelect,
        )
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=80
        )
        self.pinned_now = now

    def chosen(self) -> Instalment | None:
        """The instalment chosen, if any."""
        return self.instalments.get(self.cleaned_data["instalment"])

    def expected(self) -> int | None:
        """The id of the one that the writer saw it pinned to."""
        seen = self.instalments.get(self.cleaned_data.get("seen") or "")
        return seen.pk if seen else None

    def overtake(self, lost: Overtaken) -> None:
        """Carry on from what now stands."""
        super().overtake(lost)
        self.carry(seen=self.pinned_now)


def _key(instalment: Instalment) -> str:
    return f"{instalment.commitment.public_id}-{instalment.position}"


def _name_of(instalment: Instalment, currency: str) -> str:
    reference = f"{instalment.commitment.reference} / {instalment.position}"
    due_on = date_format(instalment.due_on)
    return f"{reference} · {due_on} · {exact_money(instalment.amount, currency)}"
