"""The rating policies in force, of everybody and of a team, those to come, and their history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from collections_app.accounts.models import Person, Role, Team
from collections_app.accounts.queries import managed_team_ids
from collections_app.organisation.models import Rating, RatingPolicy
from collections_app.organisation.queries import Policies, policies_on, today

MOST_HISTORY = 200
MOST_TEAMS = 200


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as a table shows it; ``when`` says whether it counts now.

    ``source`` is the team that it comes from, blank for the organisation's; ``can_give_up`` says
    whether the team whose page this is has its own, in force or to come.
    """

    rating: str
    valid_from: date | None
    policy: RatingPolicy
    when: str
    source: str = ""
    can_give_up: bool = False

    @property
    def tolerance(self) -> str:
        """The share in per cent: 1, 0.5."""
        whole, tenth = divmod(self.policy.tolerance_permille, 10)
        return f"{whole}.{tenth}" if tenth else str(whole)

    @property
    def reminders(self) -> str:
        return ", ".join(str(day) for day in self.policy.reminder_days)


@dataclass(frozen=True, slots=True)
class PoliciesPage:
    """What counts today by rating for everybody or for ``team``, and every dated row of it.

    ``teams`` are those whose policies the viewer may set; ``may_change`` whether these here.
    """

    current: list[PolicyRow]
    history: list[PolicyRow]
    team: Team | None
    teams: list[Team]
    may_change: bool


def teams_to_set(viewer: Person) -> QuerySet[Team]:
    """The teams whose policies the viewer may set: a manager's own, all for administrators."""
    if viewer.role == Role.ADMIN:
        return Team.objects.order_by("name")
    return Team.objects.filter(pk__in=managed_team_ids(viewer)).order_by("name")


def policies_page(viewer: Person, team: Team | None) -> PoliciesPage:
    """The page as of today."""
    day = today()
    now = policies_on(day)
    team_id = team.pk if team else None
    in_force = {now.of(rating, team_id).pk for rating in Rating.values}
    latest = RatingPolicy.objects.filter(team=team).order_by("-valid_from", "rating")
    stored = list(latest[:MOST_HISTORY])
    to_come = {p.rating for p in stored if p.valid_from and p.valid_from > day}
    return PoliciesPage(
        _current(now, team_id, to_come),
        [_row(policy, day, in_force) for policy in stored],
        team,
        list(teams_to_set(viewer)[:MOST_TEAMS]),
        team is not None or viewer.role == Role.ADMIN,
    )


def policy_instead(rating: str, team: Team) -> PolicyRow:
    """What would count today for the team's customers of the rating, had it no policy of its own.

    That of the nearest team above that has one, else everybody's.
    """
    found = policies_on(today()).of(rating, team.parent_id)
    source = found.team.name if found.team else ""
    return PolicyRow(rating, found.valid_from, found, "now", source)


def _current(now: Policies, team_id: int | None, to_come: Collection[str]) -> list[PolicyRow]:
    found = [(rating, now.of(rating, team_id)) for rating in Rating.values]
    names = dict(
        Team.objects.filter(pk__in={p.team_id for _r, p in found if p.team_id}).values_list(
            "pk", "name"
        )
    )
    return [
        PolicyRow(
            rating,
            policy.valid_from,
            policy,
            "now",
            names.get(policy.team_id or 0, ""),
            can_give_up=team_id is not None and (policy.team_id == team_id or rating in to_come),
        )
        for rating, policy in found
    ]


def _row(policy: RatingPolicy, day: date, in_force: set[int]) -> PolicyRow:
    if policy.pk in in_force:
        when = "now"
    else:
        when = "later" if policy.valid_from and policy.valid_from > day else "before"
    return PolicyRow(policy.rating, policy.valid_from, policy, when)
