"""Making, moving and removing teams, and who manages them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Role, Team, TeamManager
from collections_app.accounts.operations import add_team_manager, record
from collections_app.accounts.overtaking import refuse_overtaken
from collections_app.core.refusals import Refused


class TeamRefused(Refused):
    """A team cannot be made, changed or removed like this."""


def make_team(*, name: str, parent: Team | None, actor: Person | None) -> Team:
    """Make a team below ``parent``; raises ``TeamRefused`` (``required``, ``conflict``)."""
    _check_name(name)
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name, parent=parent)
            record(
                actor=actor,
                verb="create",
                subject_kind="team",
                subject_id=team.pk,
                payload=team_facts(team),
            )
    except IntegrityError as error:
        raise _taken() from error
    return team


def change_team(
    *,
    team: Team,
    name: str,
    parent: Team | None,
    actor: Person | None,
    seen: Mapping[str, str] | None = None,
) -> Team:
    """Rename the team and put it below ``parent``; nothing is written where nothing changes.

    Raises ``TeamRefused``: ``conflict`` for a name that another has, ``cycle`` where the team
    would be below itself; ``Overtaken`` where what changes is no longer as ``seen``.
    """
    _check_name(name)
    try:
        with transaction.atomic():
            teams = _all_held()
            held = _still_there(teams, team)
            before = team_facts(held)
            held.name, held.parent = name, parent
            after = team_facts(held)
            changed = [fact for fact in after if after[fact] != before[fact]]
            if not changed:
                return held
            refuse_overtaken(seen, before, changed, subject_kind="team", subject_id=held.pk)
            if parent is not None and held.pk in _line_above(parent.pk, teams):
                raise TeamRefused(
                    _("%(name)s is this team, or below it: a team cannot be below itself.")
                    % {"name": parent.name},
                    code="cycle",
                    field="parent",
                )
            held.save(update_fields=["name", "parent"])
            record(
                actor=actor,
                verb="change",
                subject_kind="team",
                subject_id=held.pk,
                payload={"before": before, "after": after},
            )
    except IntegrityError as error:
        raise _taken() from error
    return held


def remove_team(*, team: Team, actor: Person | None) -> None:
    """Remove a team that nobody is in and none is below; raises ``TeamRefused`` (``not_empty``).

    Who managed it from elsewhere no longer does.
    """
    with transaction.atomic():
        held = _still_there(_all_held(), team)
        people, below = held.people.count(), held.children.count()
        if people or below:
            raise TeamRefused(
                _("%(name)s is not empty: move its people and the teams below it first.")
                % {"name": held.name},
                code="not_empty",
            )
        managers = list(held.extra_managers.order_by("person_id").values_list("person__email"))
        held.extra_managers.all().delete()
        payload = {**team_facts(held), "managers": [email for (email,) in managers]}
        record(actor=actor, verb="remove", subject_kind="team", subject_id=held.pk, payload=payload)
        held.delete()


def let_manage(*, team: Team, person: Person, actor: Person | None) -> None:
    """Let a manager from elsewhere manage the team; raises ``TeamRefused`` for anybody else."""
    if person.role != Role.MANAGER or not person.is_active:
        raise TeamRefused(
            _("%(name)s is no manager who may sign in.") % {"name": person.name},
            code="not_allowed",
            field="person",
        )
    if person.team_id == team.pk:
        raise TeamRefused(
            _("%(name)s is in this team and manages it anyway.") % {"name": person.name},
            code="conflict",
            field="person",
        )
    add_team_manager(team=team, person=person, actor=actor)


def stop_managing(*, team: Team, person: Person, actor: Person | None) -> None:
    """Take the team from a manager from elsewhere; again changes nothing."""
    with transaction.atomic():
        gone, _by_model = TeamManager.objects.filter(team=team, person=person).delete()
        if gone:
            record(
                actor=actor,
                verb="remove_manager",
                subject_kind="team",
                subject_id=team.pk,
                payload={"person": person.email},
            )


def team_facts(team: Team) -> dict[str, Any]:
    """What the audit trail keeps of a team, and what forms mark as seen."""
    return {"name": team.name, "parent": team.parent_id}


def _all_held() -> dict[int, Team]:
    """Every team, locked in key order: two moves at once must not make a cycle between them."""
    return {team.pk: team for team in Team.objects.select_for_update().order_by("pk")}


def _still_there(teams: Mapping[int, Team], team: Team) -> Team:
    if team.pk not in teams:
        raise TeamRefused(_("This team was removed meanwhile."), code="removed")
    return teams[team.pk]


def _line_above(team_id: int, teams: Mapping[int, Team]) -> set[int]:
    """The team and those above it."""
    line: set[int] = set()
    above: int | None = team_id
    while above is not None and above not in line and above in teams:
        line.add(above)
        above = teams[above].parent_id
    return line


def _check_name(name: str) -> None:
    if not name.strip():
        raise TeamRefused(_("A name is needed."), code="required", field="name")


def _taken() -> TeamRefused:
    return TeamRefused(_("There is a team of this name."), code="conflict", field="name")
