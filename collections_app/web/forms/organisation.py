"""How the organisation works: its settings, rating policies and calendar."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Language
from collections_app.core.money import KNOWN_CURRENCIES
from collections_app.organisation.models import ReminderMode
from collections_app.web.countries import country_choices
from collections_app.web.forms.base import CleanCharField, DayField, StaffForm
from collections_app.web.forms.seen import SeenForm

LONGEST = 60
FIXED = _("This stays as it is: there are facts that were counted by it.")


def _same(values: Any) -> list[tuple[str, str]]:
    return [(value, value) for value in sorted(values)]


def _hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in range(24)]


def _ends() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in range(1, 25)]


def _typed_int(value: str) -> int:
    return int(value)


class OrganisationForm(SeenForm):
    """The organisation's settings; zone and currency are fixed once there are facts."""

    title = _("Organisation")

    name = CleanCharField(
        label=_("Name of the organisation"),
        max_length=200,
        help_text=_("It signs every mail."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=Language.choices,
        help_text=_("What a new contact of a customer is written to in."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("In which days begin and end, and mail leaves.")
    )
    currency = forms.ChoiceField(
        label=_("Currency"), help_text=_("Of customers that are imported without one.")
    )
    send_from_hour = forms.TypedChoiceField(
        label=_("Mail leaves from"), choices=_hours, coerce=_typed_int
    )
    quiet_days = forms.IntegerField(
        label=_("Quiet after a contact, days"),
        min_value=0,
        max_value=30,
        help_text=_("How long no reminder goes to a customer after one, or after a follow-up."),
    )
    business_from_hour = forms.TypedChoiceField(
        label=_("Business begins at"), choices=_hours, coerce=_typed_int
    )
    business_until_hour = forms.TypedChoiceField(
        label=_("Business ends at"),
        choices=_ends,
        coerce=_typed_int,
        help_text=_("Mail to customers leaves on working days between these hours."),
    )
    reminder_mode = forms.ChoiceField(
        label=_("Mail to a new customer leaves"),
        choices=ReminderMode.choices,
        help_text=_(
            "Of customers entered from now on, where nothing else is said. Those already there stay"
            " as they are, so that nothing leaves now."
        ),
    )
    lock_working_day = forms.IntegerField(
        label=_("Plans lock on working day"),
        min_value=1,
        max_value=15,
        help_text=_(
            "At the end of this working day of the month; after it a target changes by revision."
            " Plans that are open already keep their day."
        ),
    )

    def __init__(self, *args: Any, has_facts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = _same(available_timezones())  # type: ignore[attr-defined]
        self.fields["currency"].choices = _same(KNOWN_CURRENCIES)  # type: ignore[attr-defined]
        if has_facts:
            for name in ("time_zone", "currency"):
                self.fields[name].disabled = True
                self.fields[name].help_text = FIXED


class PercentField(forms.CharField):
    """A share in per cent with one decimal, ``0.5``; gives tenths of a per cent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update(
            {"inputmode": "decimal", "autocomplete": "off", "maxlength": LONGEST}
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            whole, tenth = divmod(value, 10)
            return f"{whole}.{tenth}" if tenth else str(whole)
        return value

    def to_python(self, value: Any) -> Any:
        text = (
            (super().to_python(value) or "")[:LONGEST]
            .strip()
            .rstrip("%％")
            .strip()
            .replace(",", ".")
        )
        if not text:
            return 0
        try:
            permille = Decimal(text) * 10
            if not 0 <= permille <= 1000 or permille != int(permille):
                raise ValueError(text)
        except (InvalidOperation, ValueError) as error:
            raise ValidationError(
                _("A share from 0 to 100 per cent, with at most one decimal."),
                code="out_of_range",
            ) from error
        return int(permille)


class DaysField(forms.CharField):
    """Numbers of days, ``5, 1``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"autocomplete": "off", "maxlength": LONGEST})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(day) for day in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = [
            part for part in re.split(r"[,;，、；\s]+", super().to_python(value) or "") if part
        ]
        if any(not re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
            raise ValidationError(
                _("Whole numbers of days, with commas between them: 7, 3, 1"),
                code="out_of_range",
            )
        return sorted({int(part) for part in parts}, reverse=True)


class PolicyForm(SeenForm):
    """How customers of one rating are followed, from a day on."""

    save_label = _("Save the policy")

    grace_days = forms.IntegerField(
        label=_("Grace, working days"),
        min_value=0,
        max_value=60,
        help_text=_("After the due date, before a promise has lapsed."),
    )
    tolerance_permille = PercentField(
        label=_("Tolerance, %"),
        required=False,
        help_text=_("What may be missing from an instalment that still counts as kept."),
    )
    tolerance_cap = forms.IntegerField(
        label=_("Tolerance at most"),
        min_value=0,
        max_value=10**9,
        required=False,
        help_text=_("In whole units of the customer's currency. Blank: no limit."),
    )
    reminder_days = DaysField(
        label=_("Reminders before the due date, days"),
        required=False,
        help_text=_("With commas between them: 7, 3, 1. Blank: none."),
    )
    chase_every_days = forms.IntegerField(
        label=_("Follow up a lapse every, days"), min_value=1, max_value=365
    )
    escalate_after_days = forms.IntegerField(
        label=_("To the manager after, days"),
        min_value=0,
        max_value=365,
        help_text=_("0: at once."),
    )
    valid_from = DayField(label=_("Counts from"), help_text=_("Today or a later day."))


class GiveUpForm(SeenForm):
    """That a team's policy is to be given up, to be confirmed by who sees what counts instead."""

    save_label = _("Give it up")


class CalendarDayForm(StaffForm):
    """A day that is worked, or not, other than the country's calendar says."""

    title = _("Add a day to the calendar")
    save_label = _("See what it moves")

    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    day = DayField(label=_("Day"))
    is_working = forms.TypedChoiceField(
        label=_("This day is"),
        choices=[("no", _("a holiday: not worked")), ("yes", _("a make-up day: worked"))],
        coerce=lambda value: value == "yes",
        initial="no",
    )
    name = CleanCharField(
        label=_("What it is called"), max_length=200, required=False, empty_value=""
    )


class CountryForm(SeenForm):
    """Whose public holidays count."""

    title = _("Country of the calendar")
    save_label = _("See what it moves")

    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    country = forms.ChoiceField(label=_("Country"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]
