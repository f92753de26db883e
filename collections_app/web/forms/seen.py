"""Forms of what is there already: they know what they had shown, and say what stands now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from collections_app.core.marks import mark_of, marks_of
from collections_app.core.refusals import Overtaken
from collections_app.web.forms.base import StaffForm


@dataclass(frozen=True, slots=True)
class Present:
    """How something stands: its ``facts`` as the domain marks them, and as a form shows them."""

    facts: Mapping[str, Any]
    initial: Mapping[str, Any]


class SeenForm(StaffForm):
    """A form that changes something stored. ``present`` says, each time anew, how it stands."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    def __init__(self, *args: Any, present: Callable[[], Present], **kwargs: Any) -> None:
        self._present = present
        now = present()
        super().__init__(*args, initial=dict(now.initial), **kwargs)
        self.fields["seen"].initial = json.dumps(marks_of(now.facts))

    def marks(self) -> dict[str, str]:
        """The marks of what the form had shown; none at all for what is no marks of ours."""
        return read_marks(self.cleaned_data.get("seen")) or {}

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name != "seen"}

    def changes(self) -> dict[str, Any]:
        """What the person changed of what the form had shown; the rest is left to others."""
        marks = self.marks()
        return {
            name: value
            for name, value in self.values().items()
            if marks.get(name) != mark_of(value.pk if isinstance(value, Model) else value)
        }

    def overtake(self, lost: Overtaken) -> None:
        """Put what now stands beside each field that somebody changed, and take it as seen."""
        former, now = self.marks(), self._present()
        super().overtake(lost)
        for name, fact in now.facts.items():
            if name in self.fields and former.get(name) != mark_of(fact):
                text = self._shown(name, now.initial.get(name))
                self.add_error(name, ValidationError(_("Now: %(value)s") % {"value": text}))
                self._describe(name)
        self.carry(seen=json.dumps(marks_of(now.facts)))

    def _shown(self, name: str, value: Any) -> str:
        """A value as the field would show it."""
        field = self.fields[name]
        shown = field.prepare_value(value)
        if isinstance(field, forms.BooleanField):
            return _("yes") if value else _("no")
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            labels = {str(key): str(label) for key, label in choices}
            return labels.get(str("" if shown is None else shown), str(shown))
        return str(shown) if shown not in (None, "") else "–"


def read_marks(text: str | None) -> dict[str, str] | None:
    """The marks that a form carried along; None for what is no marks of ours."""
    try:
        found = json.loads(text or "null")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


class ConfirmForm(StaffForm):
    """A step to be confirmed; ``count``, if given, is how many the person was told of."""

    count = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, title: Any, save_label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title, self.save_label = title, save_label

    def overtake(self, lost: Overtaken) -> None:
        """Take the figures that the page now shows as told."""
        super().overtake(lost)
        self.carry(count=str(self.initial.get("count", "")))
