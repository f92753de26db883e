"""Forms of promises: record one in instalments, put another in its place, cancel it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collections_app.actions.promise import MOST_INSTALMENTS
from collections_app.commitments.models import AskedBy
from collections_app.core.refusals import Refused
from collections_app.planning.models import Channel, Measure
from collections_app.web.forms.base import CleanCharField, DayField, MoneyField, StaffForm

PRESET_NAMES = (
    ("segments", _("Three ten-day segments")),
    ("weekly", _("Weekly")),
    ("halves", _("Two halves")),
    ("single", _("One date")),
)


class PromiseForm(StaffForm):
    """What the customer promised: rows of a due date and an amount, those left blank are none.

    ``rows`` says how many rows the page has. The total is only what presets cut up.
    """

    title = _("Record a promise")
    save_label = _("Save the promise")
    rows = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_INSTALMENTS)

    def __init__(
        self,
        *args: Any,
        currency: str,
        on: date,
        instalments: Sequence[tuple[date, int]] = (),
        total: int | None = None,
        measures: Sequence[Measure] = (),
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        first: dict[str, Any] = {"made_on": on, "channel": Channel.PHONE, "total": total}
        first |= {"rows": max(len(instalments), 1)}
        for number, (due_on, amount) in enumerate(instalments, 1):
            first |= {f"due_{number}": due_on, f"amount_{number}": amount}
        super().__init__(*args, initial=first | (initial or {}), **kwargs)
        self.currency, self.on = currency, on
        self.fields["total"] = MoneyField(label=_("In all"), currency=currency, required=False)
        for number in range(1, self.row_count() + 1):
            self._add_row(number)
        self.fields["made_on"] = DayField(label=_("Promised on"))
        self.fields["promised_by"] = CleanCharField(
            label=_("Promised by"), max_length=200, required=False
        )
        self.fields["promised_by"].widget.attrs["list"] = "contacts"
        self.fields["channel"] = forms.ChoiceField(label=_("How"), choices=Channel.choices)
        self.measures = {str(measure.public_id): measure for measure in measures}
        choices: list[tuple[str, Any]] = [("", pgettext_lazy("no measure", "none"))]
        choices += [(key, _name_of(measure)) for key, measure in self.measures.items()]
        self.fields["measure"] = forms.ChoiceField(
            label=_("Came from the measure"), choices=choices, required=False
        )
        self.fields["note"] = CleanCharField(label=_("Note"), max_length=500, required=False)
        self.fields["evidence"] = forms.FileField(label=_("Evidence"), required=False)

    def unbound(self, values: dict[str, Any]) -> PromiseForm:
        """The same form, not yet sent, that starts with these values."""
        fresh = type(self)(
            currency=self.currency, on=self.on, measures=list(self.measures.values())
        )
        fresh.initial.update(values)
        for number in range(2, fresh.row_count() + 1):
            fresh._add_row(number)
        return fresh

    def row_count(self) -> int:
        """How many rows the page has, whatever it says: at least one, no more than may be."""
        given = str(self.data.get("rows", "") if self.is_bound else self.initial["rows"])[:3]
        count = int(given) if given.isascii() and given.isdigit() else 1
        return min(max(count, 1), MOST_INSTALMENTS)

    def typed_total(self) -> int | None:
        """What a preset cuts up: the total, else what the rows come to; None where neither is."""
        self.is_valid()
        total: int | None = self.cleaned_data.get("total")
        rows = (self.cleaned_data.get(f"amount_{n}") for n in range(1, self.row_count() + 1))
        return total or sum(amount for amount in rows if amount) or None

    def _add_row(self, number: int) -> None:
        self.fields[f"due_{number}"] = DayField(label=_("Due on"), required=False)
        self.fields[f"amount_{number}"] = MoneyField(
            label=_("Amount"), currency=self.currency, required=False
        )

    def row_fields(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        """The rows as bound fields: (number, due date, amount)."""
        return [(n, self[f"due_{n}"], self[f"amount_{n}"]) for n in range(1, self.row_count() + 1)]

    def other_fields(self) -> list[forms.BoundField]:
        """Everything below the rows."""
        names = ("made_on", "promised_by", "channel", "measure", "note", "evidence")
        return [self[name] for name in (*self.lead_names(), *names)]

    def lead_names(self) -> tuple[str, ...]:
        """Fields of a subclass that come before the others."""
        return ()

    def clean(self) -> dict[str, Any]:
        """Each row is whole or blank, and one at least is whole."""
        cleaned = super().clean() or self.cleaned_data
        instalments = []
        for number in range(1, self.row_count() + 1):
            due, amount = f"due_{number}", f"amount_{number}"
            if {due, amount} & self.errors.keys():
                continue
            pair = (cleaned.get(due), cleaned.get(amount))
            if all(pair):
                instalments.append(pair)
            elif any(pair):
                missing = due if pair[0] is None else amount
                self.add_error(missing, forms.ValidationError(_("Fill this in."), code="required"))
        if not instalments and not self.errors:
            self.add_error(
                "amount_1",
                forms.ValidationError(_("Enter at least one instalment."), code="required"),
            )
        cleaned["instalments"] = instalments
        return cleaned

    def clean_measure(self) -> Measure | None:
        return self.measures.get(self.cleaned_data.get("measure") or "")

    def refuse(self, refusal: Refused) -> None:
        """A refusal of the instalments stands at the first of them."""
        if refusal.field == "instalments":
            refusal.field = self._row_at_fault(refusal)
        super().refuse(refusal)

    def _row_at_fault(self, refusal: Refused) -> str:
        if refusal.code not in ("due_before_today", "out_of_range"):
            return "amount_1"
        days = {n: self.cleaned_data.get(f"due_{n}") for n in range(1, self.row_count() + 1)}
        known = {n: day for n, day in days.items() if day}
        worst = min if refusal.code == "due_before_today" else max
        return f"due_{worst(known, key=lambda n: known[n])}" if known else "due_1"


class RenegotiateForm(PromiseForm):
    """Other terms in the place of the former ones, why, and who asked for them."""

    title = _("Renegotiate the promise")
    save_label = _("Replace the promise")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = CleanCharField(label=_("Why the terms change"), max_length=500)
        self.fields["asked_by"] = forms.ChoiceField(
            label=_("Who asked for it"), choices=AskedBy.choices
        )

    def lead_names(self) -> tuple[str, ...]:
        return ("reason", "asked_by")


class CancelForm(StaffForm):
    """Ends a promise without another in its place."""

    title = _("Cancel the promise")
    save_label = _("Cancel the promise")
    reason = CleanCharField(label=_("Reason"), max_length=500)


def _name_of(measure: Measure) -> str:
    kind = str(measure.get_kind_display())
    return f"{kind}: {measure.description}" if measure.description else kind
