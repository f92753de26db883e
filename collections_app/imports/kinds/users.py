"""People and the tree of teams. Imported people have no usable password: they are invited."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower

from collections_app.accounts.models import Person, Role, Team, TeamManager
from collections_app.accounts.operations import (
    PersonRefused,
    add_team_manager,
    change_person,
    create_person,
    ensure_team,
)
from collections_app.accounts.operations import record as record_audit
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow

FIELDS = ("name", "role", "language", "staff_number")


class _Again(Exception):
    """A row fell out on the way: what it had made is undone, the others are taken anew."""


def import_users(batch: Batch) -> None:
    """Make or change people by e-mail, then who manages whose team; managers may stand later."""
    rows = batch.once(lambda row: row.get("email").casefold(), "email")
    while left := [row for row in rows if not row.rejected]:
        with suppress(_Again), transaction.atomic():
            _Users(batch, left).save()
            return


class _Users:
    """The rows that are left of one file, against who is there already."""

    def __init__(self, batch: Batch, rows: list[ParsedRow]) -> None:
        self.batch = batch
        self.rows = rows
        named = {email_of(row, "email") for row in rows}
        named |= {email_of(row, "manager_email") for row in rows if row.has("manager_email")}
        people = Person.objects.annotate(lower=Lower("email")).filter(lower__in=named)
        self.people: dict[str, Person] = {
            p.email.casefold(): p for p in people.select_related("team__parent")
        }
        self.refused = {
            email_of(row, "email") for row in batch.rows if row.rejected and row.has("email")
        }
        self.parents: dict[str, str] = {}

    def save(self) -> None:
        """Save all the rows; raises ``_Again`` where one was refused meanwhile."""
        self._check_managers()
        self._give_up_staff_numbers()
        for row in self.rows:
            self._save_person(row)
        self._again_if_refused()
        for row in self.rows:
            if row.has("team") and row.has("parent_team"):
                self._save_parent(row)
            if row.has("manager_email"):
                self._save_manager(row)
        self._again_if_refused()

    def _again_if_refused(self) -> None:
        if any(row.rejected for row in self.rows):
            raise _Again

    def _check_managers(self) -> None:
        known = self.people.keys() | {email_of(row, "email") for row in self.rows}
        for row in self.rows:
            if not row.has("manager_email") or email_of(row, "manager_email") in known:
                continue
            dropped = email_of(row, "manager_email") in self.refused
            code = "dropped_with_group" if dropped else "unknown_user"
            self.batch.reject(row, "manager_email", code)
        self._again_if_refused()

    def _give_up_staff_numbers(self) -> None:
        """A number may pass on within one file: whoever gets another one first has none."""
        taken = {row.get("staff_number"): email_of(row, "email") for row in self.rows}
        moving = []
        for row in self.rows:
            person = self.people.get(email_of(row, "email"))
            if person is None or row.get("staff_number") in (None, person.staff_number):
                continue
            if person.staff_number in taken:
                moving.append(person.pk)
        Person.objects.filter(pk__in=moving).update(staff_number=None)

    def _save_person(self, row: ParsedRow) -> None:
        batch, email = self.batch, email_of(row, "email")
        values: dict[str, Any] = {name: row.get(name) for name in FIELDS if row.has(name)}
        if row.has("team"):
            values["team"] = ensure_team(name=row.get("team"), actor=batch.by)
        person = self.people.get(email)
        try:
            if person is None:
                self.people[email] = create_person(
                    email=row.get("email"), actor=batch.by, import_record=batch.record, **values
                )
                row.outcome = CREATED
                return
            changes = {n: v for n, v in values.items() if getattr(person, n) != v}
            row.outcome = UPDATED if changes else UNCHANGED
            if changes:
                self.people[email] = change_person(
                    person=person, actor=batch.by, import_record=batch.record, **changes
                )
        except PersonRefused as refusal:
            taken = refusal.code == "conflict" and "staff_number" in values
            batch.reject(row, "staff_number" if taken else "email", refusal.code)

    def _save_parent(self, row: ParsedRow) -> None:
        """Put the team below the one named; two rows must not say otherwise of one team."""
        name, above = row.get("team"), row.get("parent_team")
        if name in self.parents:
            if self.parents[name] != above:
                self.batch.reject(row, "parent_team", "duplicate_in_file")
            return
        self.parents[name] = above
        parent = ensure_team(name=above, actor=self.batch.by)
        team = Team.objects.get(name=name)
        if team.parent_id == parent.pk:
            return
        if team.pk in _line_of(parent):
            self.batch.reject(row, "parent_team", "conflict")
            return
        record_audit(
            actor=self.batch.by,
            verb="change",
            subject_kind="team",
            subject_id=team.pk,
            payload={"before": {"parent": team.parent_id}, "after": {"parent": parent.pk}},
            import_record=self.batch.record,
        )
        Team.objects.filter(pk=team.pk).update(parent=parent)
        _mark_updated(row)

    def _save_manager(self, row: ParsedRow) -> None:
        person = self.people[email_of(row, "email")]
        manager = self.people[email_of(row, "manager_email")]
        team = person.team
        # A manager manages the team they are in; only one from elsewhere is written down.
        if team is None or (manager.team_id == team.pk and manager.role == Role.MANAGER):
            return
        if not TeamManager.objects.filter(team=team, person=manager).exists():
            add_team_manager(team=team, person=manager, actor=self.batch.by)
            _mark_updated(row)


def email_of(row: ParsedRow, column: str) -> str:
    """The address in a cell, whatever its case."""
    email: str = row.get(column)
    return email.casefold()


def _mark_updated(row: ParsedRow) -> None:
    if row.outcome == UNCHANGED:
        row.outcome = UPDATED


def _line_of(team: Team) -> set[int]:
    """The team and those above it."""
    line: set[int] = set()
    above: Team | None = team
    while above is not None and above.pk not in line:
        line.add(above.pk)
        above = above.parent
    return line
