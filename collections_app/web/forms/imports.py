"""Uploading a file, and deciding about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collections_app.imports.guide import kind_name
from collections_app.web.forms.base import DayField, StaffForm


class UploadForm(StaffForm):
    """A file of one of the ``kinds``."""

    title = _("Import a file")
    save_label = _("Check the file")
    kind = forms.ChoiceField(label=_("What it holds"))
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"empty": _("The file is empty. Choose another one.")},
    )
    complete_through = DayField(
        label=_("Payments are complete through"),
        required=False,
        help_text=_(
            "The last day whose payments are all in the file or stored already. "
            "Messages that judge say it. Leave it empty if you don't know."
        ),
    )

    def __init__(self, *args: Any, kinds: list[str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["file"].help_text = gettext(
            "CSV or XLSX with headings in its first row, in English or Chinese, "
            "at most %(limit)s MB. Nothing is saved before you confirm."
        ) % {"limit": settings.MAX_UPLOAD_MB}
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(each, kind_name(each)) for each in kinds]
        if "payments" not in kinds:
            del self.fields["complete_through"]

    def clean_complete_through(self) -> date | None:
        day: date | None = self.cleaned_data["complete_through"]
        if day is not None and day > self.today:
            raise ValidationError(_("This day lies in the future."), code="out_of_range")
        return day


class DecideForm(StaffForm):
    """Confirming, or giving up, what was checked: nothing but the token, and what was seen."""

    skip_bad_rows = forms.BooleanField(widget=forms.HiddenInput, required=False)
