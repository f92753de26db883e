"""Forms of a customer's month: target, agreement, having asked, measures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person
from collections_app.core.marks import mark_of
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Contact
from collections_app.planning.measures import measure_facts
from collections_app.planning.models import Answer, Channel, Measure, MeasureKind, MeasureStatus
from collections_app.web.forms.base import CleanCharField, DayField, MoneyField, StaffForm
from collections_app.web.forms.seen import read_marks

SEEN_BY_MARK = ("description", "due_on", "owner", "realised_uplift")


class SeenMoneyField(MoneyField):
    """The amount that the writer saw, carried along unseen; blank for none."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, lowest=0, **kwargs)


class TargetForm(StaffForm):
    """What is to be collected in the month."""

    title = _("Target of the month")

    def __init__(
        self, *args: Any, currency: str, target: int | None, is_locked: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"target": target, "seen": target}, **kwargs)
        self.fields["target"] = MoneyField(
            label=_("Target"), currency=currency, lowest=0, required=False
        )
        self.fields["target"].help_text = _("For example 12.5万, 125,000 or 125k.")
        self.fields["seen"] = SeenMoneyField(currency=currency)
        self.fields["reason"] = CleanCharField(
            label=_("Reason"), max_length=500, required=is_locked and target is not None
        )
        if not is_locked:
            self.fields["reason"].widget = forms.HiddenInput()
        self.now_stands = target

    @property
    def to_ask(self) -> dict[str, str]:
        """What to carry over to the request, where only a manager can lower the target."""
        errors = (error for of in self.errors.as_data().values() for error in of)
        if not any(error.code == "manager_needed" for error in errors):
            return {}
        return {"target": self.data.get("target", ""), "note": self.data.get("reason", "")}

    def overtake(self, lost: Overtaken) -> None:
        """Show the other's value; sending again overwrites it knowingly."""
        super().overtake(lost)
        now = self.fields["seen"].prepare_value(self.now_stands)
        self.carry(seen="" if now is None else str(now))


class AgreeForm(StaffForm):
    """With whom the target was agreed, when and how; a photo or PDF may show it."""

    title = _("Joint agreement")
    save_label = _("Save the agreement")
    agreed_with = CleanCharField(label=_("Agreed with"), max_length=200)
    agreed_on = DayField(label=_("On"))
    channel = forms.ChoiceField(label=_("How"), choices=Channel.choices)
    evidence = forms.FileField(
        label=_("Evidence"),
        required=False,
        help_text=_("A PDF or a photo: the signed plan, a chat, an e-mail."),
    )

    def __init__(
        self,
        *args: Any,
        currency: str,
        target: int | None,
        on: date,
        contacts: Sequence[Contact],
        **kwargs: Any,
    ) -> None:
        first = contacts[0].name if contacts else ""
        initial = {"seen": target, "agreed_on": on, "agreed_with": first, "channel": Channel.PHONE}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["seen"] = SeenMoneyField(currency=currency)
        self.fields["agreed_with"].widget.attrs["list"] = "contacts"
        self.helper.layout = Layout(
            Field("token"),
            Field("seen"),
            Div(
                Div("agreed_with", css_class="k-wide"), "agreed_on", "channel",
                Div("evidence", css_class="k-wide"), css_class="k-fields",
            ),
        )  # fmt: skip


class AskForm(StaffForm):
    """The customer was asked for a commitment, and said this."""

    title = _("Asked for a commitment")
    asked_on = DayField(label=_("Asked on"))
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=Answer.choices,
        widget=forms.RadioSelect,
        initial=Answer.NO_ANSWER,
    )
    ask_again_on = DayField(
        label=_("Ask again on"),
        required=False,
        help_text=_("Where the customer put it off."),
    )


class MeasureForm(StaffForm):
    """A measure, new or changed: what, how much it should bring, who, by when.

    One that is done says what it brought, one that is dropped says why.
    """

    then_label: Any = ""

    def __init__(
        self,
        *args: Any,
        currency: str,
        people: Sequence[Person],
        measure: Measure | None = None,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, initial=_initial_of(measure) | (initial or {}), **kwargs)
        self.measure = measure
        self.title = _("Change the measure") if measure else _("Add a measure")
        self.save_label = _("Save") if measure else _("Add the measure")
        kinds = forms.ChoiceField(label=_("Kind"), choices=MeasureKind.choices)
        if measure is None:
            self.fields["kind"] = kinds
        self.fields["description"] = CleanCharField(
            label=_("What exactly"), max_length=500, required=False
        )
        self.fields["expected_uplift"] = MoneyField(
            label=_("Expected uplift"), currency=currency, lowest=0
        )
        self.fields["due_on"] = DayField(label=_("By when"), required=False)
        self.fields["owner"] = forms.ChoiceField(
            label=_("Who"), choices=[(str(p.public_id), p.name) for p in people]
        )
        self.people = {str(person.public_id): person for person in people}
        if measure is not None:
            self.fields["status"] = forms.ChoiceField(
                label=_("Status"), choices=MeasureStatus.choices
            )
            self.fields["realised_uplift"] = MoneyField(
                label=_("Realised uplift"), currency=currency, lowest=0, required=False
            )
            self.fields["realised_uplift"].help_text = _("What it brought; 0 if nothing.")
            self.fields["drop_reason"] = CleanCharField(
                label=_("Why it is dropped"), max_length=500, required=False
            )
            self.then_label = _("Save, then record the promise it brought")
            self.fields["seen_status"] = forms.CharField(widget=forms.HiddenInput, required=False)
            self.fields["seen_uplift"] = SeenMoneyField(currency=currency)
            self.fields["seen"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=_marks_of(measure)
            )
        names = [name for name in self.fields if name != "token"]
        wide = {"description", "kind"}
        columns = [Div(n, css_class="k-wide") if n in wide else n for n in names]
        # What belongs to a status shows with it: see forms.css.
        self.helper.layout = Layout("token", Div(*columns, css_class="k-fields k-measure"))

    def clean(self) -> dict[str, Any]:
        """What a measure brought is told as it is done."""
        cleaned = super().clean() or self.cleaned_data
        is_told = cleaned.get("realised_uplift") is not None or "realised_uplift" in self.errors
        if cleaned.get("status") == MeasureStatus.DONE and not is_told:
            self.add_error(
                "realised_uplift",
                ValidationError(_("Say what it brought; 0 if nothing."), code="required"),
            )
        return cleaned

    def clean_owner(self) -> Person:
        return self.people[self.cleaned_data["owner"]]

    def expected(self) -> dict[str, Any]:
        """What the writer saw of the measure."""
        return {
            "status": self.cleaned_data.get("seen_status"),
            "expected_uplift": self.cleaned_data.get("seen_uplift"),
        }

    def marks(self) -> dict[str, str] | None:
        """The marks of the rest that the writer saw; None for what is no marks of ours."""
        return read_marks(self.cleaned_data.get("seen"))

    def overtake(self, lost: Overtaken) -> None:
        """Carry on from what now stands."""
        super().overtake(lost)
        if self.measure is None:
            return
        self.measure.refresh_from_db()
        now, marks = _initial_of(self.measure), self.marks() or {}
        facts = measure_facts(self.measure)
        for name in SEEN_BY_MARK:
            if marks and marks.get(name) != mark_of(facts[name]):
                field = self.fields[name]
                shown = facts[name] if name == "owner" else field.prepare_value(now[name])
                text = "–" if shown in (None, "") else str(shown)
                self.add_error(name, ValidationError(_("Now: %(value)s") % {"value": text}))
        uplift = self.fields["seen_uplift"].prepare_value(self.measure.expected_uplift)
        self.carry(
            seen_status=self.measure.status, seen_uplift=str(uplift), seen=_marks_of(self.measure)
        )


def _marks_of(measure: Measure) -> str:
    facts = measure_facts(measure)
    return json.dumps({name: mark_of(facts[name]) for name in SEEN_BY_MARK})


def _initial_of(measure: Measure | None) -> dict[str, Any]:
    if measure is None:
        return {}
    return {
        "description": measure.description,
        "expected_uplift": measure.expected_uplift,
        "due_on": measure.due_on,
        "owner": str(measure.owner.public_id) if measure.owner else None,
        "status": measure.status,
        "realised_uplift": measure.realised_uplift,
        "seen_status": measure.status,
        "seen_uplift": measure.expected_uplift,
    }
