"""Forms of mail to customers: how it leaves, and stopping it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Team
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.organisation.models import ReminderMode
from collections_app.web.forms.base import CleanCharField, StaffForm

EVERYTHING = "all"


class ReminderForm(StaffForm):
    """Whether mail to a customer leaves by itself.

    ``looked_at`` is the mode of which the person was shown what would go.
    """

    title = _("Reminders to the customer")

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)
    looked_at = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)
    mode = forms.ChoiceField(
        label=_("Mail to the customer leaves"),
        choices=ReminderMode.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        self._now = customer.reminder_mode
        super().__init__(*args, initial={"mode": self._now, "seen": self._now}, **kwargs)

    @property
    def wants_look(self) -> bool:
        """Whether what would go has still to be shown."""
        mode, looked_at = self.cleaned_data["mode"], self.cleaned_data["looked_at"]
        return bool(mode == ReminderMode.AUTOMATIC and looked_at != mode)

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {"mode": values["mode"], "expected": values["seen"]}

    def overtake(self, lost: Overtaken) -> None:
        super().overtake(lost)
        self.carry(seen=self._now)


class StopForm(StaffForm):
    """No mail to a customer until it is let go again."""

    title = _("Stop mail to the customer")
    save_label = _("Stop it")

    reason = CleanCharField(label=_("Reason"), max_length=500)


class StopsForm(StaffForm):
    """No mail to the customers of a team and those below, or to any."""

    title = _("Mail to customers")
    save_label = _("Stop it")

    scope = forms.ChoiceField(label=_("To whom nothing goes"))
    reason = CleanCharField(label=_("Reason"), max_length=500)

    def __init__(
        self, *args: Any, teams: Iterable[Team], may_stop_all: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._teams = {str(team.public_id): team for team in teams}
        choices: list[tuple[str, Any]] = [
            (id_, _("%(team)s and below") % {"team": team.name})
            for id_, team in self._teams.items()
        ]
        if may_stop_all:
            choices.insert(0, (EVERYTHING, _("every customer")))
        self.fields["scope"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {"team": self._teams.get(values["scope"]), "reason": values["reason"]}
