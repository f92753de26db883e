"""A believable organisation to try Kept on: made as files would bring it, the same for one seed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer
from collections_app.imports.operations import run_import
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.reminders.sweep import sweep
from collections_app.upkeep.demo_people import PASSWORD, PEOPLE
from collections_app.upkeep.demo_story import Files, tell_story

# What lapsed in the last days is told by mail; older lapses are history.
TOLD_DAYS = 3


class DemoRefused(Refused):
    """The database holds data of its own."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Who can sign in, and how many customers were made."""

    users: list[dict[str, str]]
    customers: int


def make_demo(*, customers: int, seed: int, on: date) -> Demo:
    """Fill an empty database with 13 months of history and the month of ``on`` under way.

    Raises ``DemoRefused`` where there is a person or a customer already.
    """
    if Person.objects.exists() or Customer.objects.exists():
        raise DemoRefused(
            _("The database holds data of its own; nothing was made."), code="not_empty"
        )
    with transaction.atomic():
        organisation()
        Organisation.objects.filter(pk=1).update(name="Kept 示例公司", currency="CNY", country="CN")
        _import("users", [_user_row(person) for person in PEOPLE], on)
        files = tell_story(customers=customers, seed=seed, on=on, calendar=work_calendar())
        _import_files(files, on)
        Person.objects.update(password=make_password(PASSWORD))
        sweep(on=on - timedelta(days=TOLD_DAYS), notify=False)
        sweep(on=on)
    users = [{"email": p.email, "password": PASSWORD, "role": p.role} for p in PEOPLE]
    return Demo(users, customers)


def _user_row(person: Any) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "team": person.team,
        "parent_team": person.parent_team,
        "language": person.language,
    }


def _import_files(files: Files, on: date) -> None:
    for kind in (
        *("customers", "invoices", "payments", "adjustments", "plans", "measures", "commitments"),
    ):
        _import(kind, getattr(files, kind), on)


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
