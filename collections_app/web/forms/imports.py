"""Uploading a file, and deciding about it."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collections_app.imports.guide import kind_name
from collections_app.imports.messages import sentence
from collections_app.web.forms.base import DayField, StaffForm


class UploadForm(StaffForm):
    """A file of one of the ``kinds``; ``too_large_mb`` is set where it was not even kept."""

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

    def __init__(
        self,
        *args: Any,
        kinds: list[str],
        limit_mb: int,
        today: date,
        is_too_large: bool = False,
        **kwargs: Any,
    ) -> None:
        self.today, self.limit_mb = today, limit_mb
        # Before the fields are bound, and on this form alone: the class is everybody's.
        self.base_fields = deepcopy(type(self).base_fields)  # type: ignore[misc]
        file = self.base_fields["file"]
        file.help_text = gettext(
            "CSV or XLSX with headings in its first row, in English or Chinese, "
            "at most %(limit)s MB. Nothing is saved before you confirm."
        ) % {"limit": limit_mb}
        if is_too_large:
            file.error_messages["required"] = str(self._too_large().message)
        kind = self.base_fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(each, kind_name(each)) for each in kinds]
        if "payments" not in kinds:
            del self.base_fields["complete_through"]
        super().__init__(*args, **kwargs)

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > self.limit_mb * 1024 * 1024:
            raise self._too_large()
        return file

    def clean_complete_through(self) -> date | None:
        day: date | None = self.cleaned_data["complete_through"]
        if day is not None and day > self.today:
            raise ValidationError(_("This day lies in the future."), code="out_of_range")
        return day

    def _too_large(self) -> ValidationError:
        return ValidationError(sentence("too_large", limit_mb=self.limit_mb), code="too_large")


class DecideForm(StaffForm):
    """Confirming, or giving up, what was checked: nothing but the token, and what was seen."""

    skip_bad_rows = forms.BooleanField(widget=forms.HiddenInput, required=False)
