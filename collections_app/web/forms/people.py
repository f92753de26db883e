"""People, and one's own profile."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Language, Person, Role, Team, Theme
from collections_app.web.forms.base import CleanCharField, StaffForm
from collections_app.web.forms.seen import SeenForm


class TeamField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A team, by its public id."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Team.objects.order_by("name"))
        kwargs.setdefault("empty_label", _("No team"))
        kwargs.setdefault("required", False)
        super().__init__(to_field_name="public_id", **kwargs)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person, by their public id; two of one name are told apart by their team."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", _("Choose …"))
        super().__init__(to_field_name="public_id", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.team.name}" if obj.team_id else str(obj.name)


def _email() -> CleanCharField:
    return CleanCharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("What the person signs in with."),
    )


class InviteForm(StaffForm):
    """Somebody new."""

    title = _("Invite a person")
    save_label = _("Send the invitation")

    name = CleanCharField(label=_("Name"), max_length=200)
    email = _email()
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.REP)
    team = TeamField(label=_("Team"))
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    staff_number = CleanCharField(label=_("Staff number"), max_length=64, required=False)


class PersonForm(SeenForm):
    """Somebody who is there already, as an administrator changes them."""

    save_label = _("Save")

    name = CleanCharField(label=_("Name"), max_length=200)
    email = _email()
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        help_text=_("Another role signs the person out everywhere."),
    )
    team = TeamField(label=_("Team"))
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    staff_number = CleanCharField(label=_("Staff number"), max_length=64, required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = person.name


def _hours() -> list[tuple[Any, Any]]:
    return [("", _("The organisation's hour")), *((h, f"{h:02}:00") for h in range(24))]


def _zones() -> list[tuple[str, Any]]:
    return [("", _("The organisation's zone")), *((z, z) for z in sorted(available_timezones()))]


class ProfileForm(SeenForm):
    """What one may change of oneself."""

    title = _("Your profile")

    name = CleanCharField(
        label=_("Name"), max_length=200, help_text=_("As others see it, on pages and in mail.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=Language.choices,
        help_text=_("Of your pages and of the mail you get."),
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme.choices)
    mail_hour = forms.TypedChoiceField(
        label=_("Morning mail arrives at"),
        choices=_hours,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("What lapsed, what to follow up, and the summary of the day."),
    )
    time_zone = forms.ChoiceField(
        label=_("Your time zone"),
        choices=_zones,
        required=False,
        help_text=_("Of that hour alone: business days are the organisation's."),
    )
    wants_digest = forms.BooleanField(
        label=_("Summary by mail"),
        required=False,
        help_text=_("What there is to do, each working morning; for managers, Mondays' figures."),
    )
