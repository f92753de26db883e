"""Forms of what counts from a day on: the credit rating, the regular payment."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.organisation.models import Rating
from collections_app.web.forms.base import CleanCharField, DayField, MoneyField, StaffForm
from collections_app.web.forms.planning import SeenMoneyField

UNRATED = "none"


class RatingForm(StaffForm):
    """The credit rating, from today on."""

    title = _("Credit rating")
    save_label = _("Apply the rating")

    def __init__(self, *args: Any, customer: Customer, suggested: str, **kwargs: Any) -> None:
        now = customer.rating or UNRATED
        initial = {"rating": suggested or now, "seen": now}
        super().__init__(*args, initial=initial, **kwargs)
        choices: list[tuple[str, Any]] = [*Rating.choices, (UNRATED, _("unrated, counts as B"))]
        self.fields["rating"] = forms.ChoiceField(
            label=_("Credit rating"), choices=choices, widget=forms.RadioSelect
        )
        self.fields["reason"] = CleanCharField(label=_("Reason"), max_length=500, required=False)
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=10
        )
        self.now_stands = now

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {
            "rating": _rating(values["rating"]),
            "expected": _rating(values["seen"]),
            "reason": values["reason"],
        }

    def overtake(self, lost: Overtaken) -> None:
        """Carry on from what now stands."""
        super().overtake(lost)
        self.carry(seen=self.now_stands)


def _rating(text: str) -> str | None:
    return None if text in ("", UNRATED) else text


class RegularForm(StaffForm):
    """So much by the same day of every month."""

    title = _("Regular payment")
    save_label = _("Save the agreement")

    def __init__(
        self, *args: Any, customer: Customer, contact: str, on: date, **kwargs: Any
    ) -> None:
        amount, day = customer.regular_amount, customer.regular_day
        initial = {"amount": amount, "day": day, "agreed_with": contact, "valid_from": on}
        super().__init__(
            *args, initial={**initial, "seen_amount": amount, "seen_day": day}, **kwargs
        )
        self.fields["amount"] = MoneyField(
            label=_("Amount, every month"), currency=customer.currency,
            help_text=_("For example 12.5万, 125,000 or 125k."),
        )  # fmt: skip
        self.fields["day"] = forms.IntegerField(
            label=_("By day of the month"), min_value=1, max_value=31,
            help_text=_("Day 31 is the last day of a shorter month."),
        )  # fmt: skip
        self.fields["agreed_with"] = CleanCharField(label=_("Agreed with"), max_length=200)
        self.fields["agreed_with"].widget.attrs["list"] = "contacts"
        self.fields["valid_from"] = DayField(label=_("Counts from"))
        self.fields["seen_amount"] = SeenMoneyField(currency=customer.currency)
        self.fields["seen_day"] = forms.IntegerField(widget=forms.HiddenInput, required=False)
        names = ["amount", "day", "agreed_with", "valid_from"]
        self.helper.layout = Layout(
            "token", "seen_amount", "seen_day", Div(*names, css_class="k-fields")
        )
        self.now_stands = (amount, day)

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"expected": (values.pop("seen_amount"), values.pop("seen_day"))}

    def overtake(self, lost: Overtaken) -> None:
        """Carry on from what now stands; sending again replaces it knowingly."""
        super().overtake(lost)
        amount, day = self.now_stands
        shown = self.fields["seen_amount"].prepare_value(amount)
        self.carry(seen_amount=str(shown or ""), seen_day=str(day or ""))
