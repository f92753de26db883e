"""The form by which a thing on *Today* is put off."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Layout
from django.utils.translation import gettext_lazy as _

from collections_app.followups.snoozing import LONGEST_REASON
from collections_app.web.forms.base import CleanCharField, DayField, StaffForm


class SnoozeForm(StaffForm):
    """Until when a thing can wait, and why."""

    title = _("Not today")
    save_label = _("Put it off")
    until = DayField(label=_("Show it again on"))
    reason = CleanCharField(label=_("Why it can wait"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout("token", Div("until", "reason", css_class="k-fields"))
