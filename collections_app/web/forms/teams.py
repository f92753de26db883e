"""Teams, and who manages them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person, Role, Team
from collections_app.web.forms.base import CleanCharField, StaffForm
from collections_app.web.forms.people import PersonField, TeamField
from collections_app.web.forms.seen import SeenForm

ABOVE = _("Below the team")
ON_TOP = _("No team: it is on top")


class NewTeamForm(StaffForm):
    """A team to be made."""

    title = _("Make a team")
    save_label = _("Make the team")

    name = CleanCharField(label=_("Name of the team"), max_length=200)
    parent = TeamField(label=ABOVE, empty_label=ON_TOP)


class TeamForm(SeenForm):
    """A team's name and place."""

    name = CleanCharField(label=_("Name of the team"), max_length=200)
    parent = TeamField(label=ABOVE, empty_label=ON_TOP)

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = team.name
        self.fields["parent"].queryset = Team.objects.exclude(pk=team.pk).order_by("name")  # type: ignore[attr-defined]


class TeamManagerForm(StaffForm):
    """One more manager from elsewhere."""

    save_label = _("Add the manager")

    person = PersonField(label=_("Manager from elsewhere"), queryset=Person.objects.none())

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = team.name
        managers = Person.objects.filter(role=Role.MANAGER, is_active=True)
        others = managers.exclude(team=team).exclude(managed_teams__team=team)
        self.fields["person"].queryset = others.select_related("team").order_by("name")  # type: ignore[attr-defined]
