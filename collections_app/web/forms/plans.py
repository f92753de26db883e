"""The cell of a target in the month plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.organisation.queries import work_calendar
from collections_app.planning.models import DAYS_TO_ASK_AGAIN, Answer, Channel, MonthPlan
from collections_app.web.forms.base import CleanCharField, DayField, MoneyField, StaffForm


class TargetCellForm(StaffForm):
    """The target of a customer's month; ``seen`` is the one that the writer saw, minor units."""

    reason = CleanCharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Needed once the month's targets are locked."),
    )
    seen = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=LARGEST_AMOUNT, required=False
    )

    def __init__(self, *args: Any, customer: Customer, month: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"] = MoneyField(
            label=_("Target"), currency=customer.currency, lowest=0, required=False
        )
        self.order_fields(["target", "reason", "seen", "token"])
        self.customer, self.month = customer, month
        self.title = _("Target of %(name)s for %(month)s") % {
            "name": customer.name,
            "month": date_format(month, "YEAR_MONTH_FORMAT"),
        }

    def overtake(self, lost: Overtaken) -> None:
        """Carry what now stands, so that sending it again writes over that with open eyes."""
        super().overtake(lost)
        plan = MonthPlan.objects.filter(customer=self.customer, month=self.month).first()
        self.carry(seen="" if plan is None or plan.target is None else str(plan.target))

    def code(self) -> str:
        """The code of what was refused first; blank where nothing was."""
        found = [error for errors in self.errors.as_data().values() for error in errors]
        return (found[0].code or "") if found else ""

    def sentence(self) -> str:
        """What was refused first, in words."""
        return next((sentence for _id, _label, sentence in self.error_list()), "")


class AgreeManyForm(StaffForm):
    """When and how the targets of many were agreed; with whom stands in the row of each."""

    save_label = gettext_lazy("Save the agreements")
    agreed_on = DayField(label=gettext_lazy("On"))
    channel = forms.ChoiceField(
        label=gettext_lazy("How"), choices=Channel.choices, initial=Channel.PHONE
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            Field("token"), Div("agreed_on", "channel", css_class="k-fields")
        )


class AskCellForm(StaffForm):
    """The customer was asked today and said this; ``seen`` is the answer that the writer saw."""

    answer = forms.ChoiceField(label=gettext_lazy("Answer"), choices=Answer.choices)
    ask_again_on = DayField(
        label=gettext_lazy("Ask again on"),
        required=False,
        help_text=gettext_lazy("Where the customer put it off."),
    )
    seen = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[("", ""), *Answer.choices], required=False
    )

    def __init__(self, *args: Any, customer: Customer, month: date, on: date) -> None:
        super().__init__(*args)
        self.suggested = work_calendar().after(on, DAYS_TO_ASK_AGAIN).isoformat()
        self.customer, self.month = customer, month
        self.title = _("Asked %(name)s for a commitment") % {"name": customer.name}

    def overtake(self, lost: Overtaken) -> None:
        """Carry what now stands, so that sending it again writes over that with open eyes."""
        super().overtake(lost)
        plan = MonthPlan.objects.filter(customer=self.customer, month=self.month).first()
        self.carry(seen=plan.answer if plan else "")

    def sentence(self) -> str:
        """What was refused first, in words."""
        return next((sentence for _id, _label, sentence in self.error_list()), "")
