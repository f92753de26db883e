"""Changing the organisation's settings, where the facts of every room have a say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment
from collections_app.ledger.models import Adjustment, Invoice, Payment
from collections_app.organisation.models import Organisation
from collections_app.organisation.operations import SettingRefused, change_settings
from collections_app.organisation.queries import held_organisation
from collections_app.planning.models import MonthPlan

FACTS = (Payment, Invoice, MonthPlan, Commitment, Adjustment)
FIXED = ("time_zone", "currency")


def has_facts() -> bool:
    """Whether anything is counted in days of the zone and amounts of the currency already."""
    return any(model._default_manager.exists() for model in FACTS)


def change_organisation(
    *, actor: Person | None, seen: Mapping[str, str] | None = None, **changes: Any
) -> Organisation:
    """Change settings as ``change_settings`` does; raises ``SettingRefused`` with the code
    ``has_facts`` for another time zone or currency once there is any fact.
    """
    with transaction.atomic():
        held = held_organisation()
        for field in FIXED:
            if changes.get(field, getattr(held, field)) != getattr(held, field) and has_facts():
                raise SettingRefused(
                    _("This stays as it is: there are facts that were counted by it."),
                    code="has_facts",
                    field=field,
                )
        return change_settings(actor=actor, seen=seen, **changes)
