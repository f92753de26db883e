"""A believable organisation to try Kept on: made as files would bring it, the same for one seed."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer
from collections_app.imports.operations import run_import
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import held_organisation, today, work_calendar
from collections_app.reminders.sweep import sweep
from collections_app.upkeep.demo_contacts import hold_some
from collections_app.upkeep.demo_decisions import decide_some
from collections_app.upkeep.demo_money import Files
from collections_app.upkeep.demo_people import PASSWORD, PEOPLE, DemoPerson
from collections_app.upkeep.demo_story import tell_story

# What lapsed in the last days is told by mail; older lapses are history.
TOLD_DAYS = 3
# Customers per set of files, so that none is too large to be imported.
BATCH = 1000
# What the demo's organisation is like where the environment says nothing.
NAME, TIME_ZONE, COUNTRY = "Kept 示例公司", "Asia/Shanghai", "CN"


class DemoRefused(Refused):
    """The database holds data of its own."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Who can sign in, and how many customers were made."""

    users: list[dict[str, str]]
    customers: int


def make_demo(*, customers: int, seed: int, on: date | None = None) -> Demo:
    """Fill an empty database with 13 months of history and the month of ``on`` under way.

    Without ``on`` it is today in the organisation's time zone. All or nothing; raises
    ``DemoRefused`` where there is a person or a customer already.
    """
    with transaction.atomic():
        # Of two demos at once, the second waits here and then finds data.
        held = held_organisation()
        if Person.objects.exists() or Customer.objects.exists():
            raise DemoRefused(
                _("The database holds data of its own; nothing was made."), code="not_empty"
            )
        _settle(held)
        on = on or today()
        _import("users", [_user_row(person) for person in PEOPLE], on)
        calendar = work_calendar()
        for first in range(1, customers + 1, BATCH):
            count = min(BATCH, customers - first + 1)
            story = tell_story(customers=count, seed=seed, on=on, calendar=calendar, first=first)
            _import_files(story, on)
        Person.objects.update(password=make_password(PASSWORD))
        sweep(on=on - timedelta(days=TOLD_DAYS), notify=False)
        sweep(on=on)
        hold_some(on=on, calendar=calendar)
        decide_some(on=on, calendar=calendar)
    users = [{"email": p.email, "password": PASSWORD, "role": p.role} for p in PEOPLE]
    return Demo(users, customers)


def _settle(held: Organisation) -> None:
    """Give the organisation a name, a zone and a calendar, but where they were chosen already."""
    if held.name == settings.ORGANISATION_NAME:
        held.name = NAME
    if held.time_zone == "UTC" and not os.environ.get("TIME_ZONE"):
        held.time_zone = TIME_ZONE
    if not held.country:
        held.country = COUNTRY
    held.save(update_fields=["name", "time_zone", "country"])


def _user_row(person: DemoPerson) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "team": person.team,
        "parent_team": person.parent_team,
        "language": person.language,
    }


def _import_files(files: Files, on: date) -> None:
    """In this order, because later kinds name what earlier ones brought."""
    for kind in fields(files):
        _import(kind.name, getattr(files, kind.name), on)


def _import(kind: str, rows: Sequence[dict[str, Any]], on: date) -> None:
    if not rows:
        return
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    result = run_import(
        kind=kind,
        data=text.getvalue().encode(),
        filename=f"demo-{kind}.csv",
        by=None,
        on=on,
        complete_through=on - timedelta(days=1) if kind == "payments" else None,
    )
    if result.rejected:
        first = result.rejected[0]
        raise RuntimeError(f"demo {kind}, row {first.row}: {first.column} {first.error.message}")
