"""What every form of the staff has in common: a token, errors on top, fields that read as people
write."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from collections_app.core.compact import exact_amount
from collections_app.core.money import decimals_of
from collections_app.core.refusals import Overtaken, Refused
from collections_app.imports.cells import parse_amount, parse_date
from collections_app.imports.messages import CellError, UnreadableFile

EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)


class StaffForm(forms.Form):
    """A form that is sent once. ``title`` heads its page, ``save_label`` is on its button."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=True)
    title: Any = ""
    save_label: Any = _("Save")
    is_overtaken = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid4()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # the page's own form tag carries it
        self.helper.form_show_errors = True

    def full_clean(self) -> None:
        """Check the form, and tie what is wrong to its fields."""
        super().full_clean()
        if self.is_bound:
            for name in self.errors:
                self._describe(name)

    def values(self) -> dict[str, Any]:
        """What was entered, by field, without the token."""
        return {name: value for name, value in self.cleaned_data.items() if name != "token"}

    def refuse(self, refusal: Refused) -> None:
        """Put a rule's refusal beside the field at fault, or on top."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, ValidationError(str(refusal), code=refusal.code))
        if field:
            self._describe(field)

    def refuse_large_file(self) -> None:
        """Say that the file is too large, and nothing else: fields behind it were not read."""
        self.errors.clear()
        fields = (n for n, field in self.fields.items() if isinstance(field, forms.FileField))
        self.refuse(
            UnreadableFile("too_large", limit_mb=settings.MAX_UPLOAD_MB, field=next(fields))
        )

    def overtake(self, lost: Overtaken) -> None:
        """Say who was first; subclasses take over what now stands."""
        self.is_overtaken = True
        self.refuse(lost)

    def carry(self, **values: str) -> None:
        """Let the form carry on with these values in the place of those sent."""
        data = cast(QueryDict, self.data).copy()
        for name, value in values.items():
            data[name] = value
        self.data = data

    def error_list(self) -> list[tuple[str, str, str]]:
        """Every error for the summary on top: (id of the field or "", its label, the sentence)."""
        found = []
        for name, errors in self.errors.items():
            bound = self[name] if name in self.fields else None
            if bound is not None and bound.is_hidden:
                bound = None
            for error in errors:
                label = str(bound.label) if bound is not None else ""
                found.append((_place_of(bound) if bound is not None else "", label, str(error)))
        return found + self._files_to_choose_again()

    def _files_to_choose_again(self) -> list[tuple[str, str, str]]:
        """A file is the one thing that a page cannot give back, once it was sent."""
        again = _("Choose %(file)s again: the browser does not send a file twice.")
        return [
            (self[name].id_for_label, str(self[name].label), again % {"file": str(file)})
            for name, file in self.files.items()
            if name in self.fields and name not in self.errors
        ]

    def _describe(self, name: str) -> None:
        """Tie a field to its error for those who hear the page."""
        if name in self.fields:
            self.fields[name].widget.attrs["aria-invalid"] = "true"


def _place_of(bound: forms.BoundField) -> str:
    """The id that leads to a field: of several radio buttons or boxes, that of the first."""
    return str(bound.id_for_label or bound.subwidgets[0].id_for_label)


class CleanCharField(forms.CharField):
    """Text of one line, without control characters."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text.replace("\t", " ")):
            raise ValidationError(
                _("This text holds invisible control characters. Type it again."),
                code="control_characters",
            )
        return " ".join(text.split())


class MoneyField(forms.Field):
    """An amount as people write it (``12.5万``, ``1,200``, ``¥3k``); gives minor units."""

    def __init__(self, *, currency: str, lowest: int = 1, **kwargs: Any) -> None:
        self.currency, self.lowest = currency, lowest
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "maxlength": 40})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            whole = value % 10 ** decimals_of(self.currency) == 0
            return exact_amount(value, self.currency, decimals=0 if whole else None)
        return value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            amount = parse_amount(text, decimals=decimals_of(self.currency), currency=self.currency)
        except CellError as error:
            raise ValidationError(error.message, code=error.code) from error
        if amount < self.lowest:
            raise ValidationError(
                _("The amount must be greater than 0.")
                if self.lowest > 0
                else _("The amount must not be negative."),
                code="out_of_range",
            )
        return amount


class DayField(forms.DateField):
    """A business date, from the browser's own calendar or typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            day = parse_date(str(value))
        except CellError as error:
            raise ValidationError(error.message, code=error.code) from error
        if not EARLIEST <= day <= LATEST:
            raise ValidationError(_("This day lies too far from today."), code="out_of_range")
        return day
