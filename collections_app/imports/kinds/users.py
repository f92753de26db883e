"""People and the tree of teams. Imported people have no usable password: they are invited."""

from __future__ import annotations

from django.db.models.functions import Lower

from collections_app.accounts.models import Person, Role, Team, TeamManager
from collections_app.accounts.operations import (
    PersonRefused,
    add_team_manager,
    change_person,
    create_person,
    ensure_team,
)
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow

FIELDS = ("name", "role", "language", "staff_number")


def import_users(batch: Batch) -> None:
    """Make or change people by e-mail, then who manages whose team; managers may stand later."""
    rows = batch.once(lambda row: row.get("email").casefold(), "email")
    emails = [row.get("email").casefold() for row in rows]
    emails += [row.get("manager_email").casefold() for row in rows if row.has("manager_email")]
    people: dict[str, Person] = {
        person.email.casefold(): person
        for person in Person.objects.annotate(lower=Lower("email")).filter(lower__in=emails)
    }
    in_file = {row.get("email").casefold() for row in rows}
    for row in rows:
        manager = row.get("manager_email", "").casefold()
        if manager and manager not in people and manager not in in_file:
            batch.reject(row, "manager_email", "unknown_user")
            continue
        _save_person(batch, row, people)
    for row in rows:
        if row.has("manager_email") and not row.rejected:
            _save_manager(batch, row, people)


def _save_person(batch: Batch, row: ParsedRow, people: dict[str, Person]) -> None:
    email = row.get("email")
    values = {name: row.get(name) for name in FIELDS if row.has(name)}
    try:
        if row.has("team"):
            parent = ensure_team(name=row.get("parent_team")) if row.has("parent_team") else None
            values["team"] = ensure_team(name=row.get("team"), parent=parent)
        person = people.get(email.casefold())
        if person is None:
            people[email.casefold()] = create_person(
                email=email, actor=batch.by, import_record=batch.record, **values
            )
            row.outcome = CREATED
            return
        changes = {n: v for n, v in values.items() if getattr(person, n) != v}
        row.outcome = UPDATED if changes else UNCHANGED
        if changes:
            people[email.casefold()] = change_person(
                person=person, actor=batch.by, import_record=batch.record, **changes
            )
    except PersonRefused as refusal:
        column = "staff_number" if "staff_number" in values else "email"
        batch.reject(row, column, "conflict" if refusal.code == "required" else refusal.code)


def _save_manager(batch: Batch, row: ParsedRow, people: dict[str, Person]) -> None:
    person = people[row.get("email").casefold()]
    manager = people.get(row.get("manager_email").casefold())
    if manager is None:
        batch.reject(row, "manager_email", "unknown_user")
        return
    team: Team | None = person.team
    # A manager manages the team they are in; only one from elsewhere is written down.
    if team is None or (manager.team_id == team.pk and manager.role == Role.MANAGER):
        return
    if not TeamManager.objects.filter(team=team, person=manager).exists():
        add_team_manager(team=team, person=manager, actor=batch.by)
        if row.outcome == UNCHANGED:
            row.outcome = UPDATED
