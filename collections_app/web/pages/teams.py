"""Teams as a tree, with who is in them and who manages them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Q

from collections_app.accounts.models import Person, Role, Team, TeamManager

MOST_TEAMS = 500
MOST_MEMBERS = 100


@dataclass(slots=True)
class TeamNode:
    """A team of the tree; ``depth`` 0 is on top."""

    public_id: UUID
    name: str
    depth: int
    people: int
    managers: list[str]
    from_elsewhere: list[str]
    children: list[TeamNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team: who is in it, and who manages it from elsewhere."""

    team: Team
    members: list[Person]
    has_more: bool
    managers: list[Person]
    can_go: bool


def team_tree() -> list[TeamNode]:
    """The teams on top, by name, each with those below it; at most ``MOST_TEAMS``."""
    counted = Team.objects.annotate(active=Count("people", filter=Q(people__is_active=True)))
    teams = list(counted.order_by("name")[:MOST_TEAMS])
    inside, elsewhere = _managers()
    below: dict[int | None, list[Team]] = defaultdict(list)
    known = {team.pk for team in teams}
    for team in teams:
        below[team.parent_id if team.parent_id in known else None].append(team)
    seen: set[int] = set()

    def node(team: Team, depth: int) -> TeamNode:
        seen.add(team.pk)
        return TeamNode(
            team.public_id,
            team.name,
            depth,
            team.active,  # type: ignore[attr-defined]
            inside[team.pk],
            elsewhere[team.pk],
            [node(child, depth + 1) for child in below[team.pk] if child.pk not in seen],
        )

    tree = [node(team, 0) for team in below[None]]
    # Teams in a circle hang below nothing; they are shown all the same.
    tree += [node(team, 0) for team in teams if team.pk not in seen]
    return tree


def flat(tree: list[TeamNode]) -> Iterator[TeamNode]:
    """The nodes in the order that a tree is read."""
    for each in tree:
        yield each
        yield from flat(each.children)


def team_page(team: Team) -> TeamPage:
    """One team with its members by name, a bounded number of them."""
    members = list(team.people.order_by("-is_active", "name", "pk")[: MOST_MEMBERS + 1])
    managers = Person.objects.filter(managed_teams__team=team).select_related("team")
    return TeamPage(
        team,
        members[:MOST_MEMBERS],
        len(members) > MOST_MEMBERS,
        list(managers.order_by("name", "pk")),
        can_go=not members and not team.children.exists(),
    )


def _managers() -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Names of managers by team: those in it, and those from elsewhere."""
    inside: dict[int, list[str]] = defaultdict(list)
    elsewhere: dict[int, list[str]] = defaultdict(list)
    managers = Person.objects.filter(role=Role.MANAGER, is_active=True, team__isnull=False)
    for team_id, name in managers.order_by("name").values_list("team_id", "name"):
        inside[team_id or 0].append(name)
    extra = TeamManager.objects.order_by("person__name")
    for team_id, name in extra.values_list("team_id", "person__name"):
        elsewhere[team_id].append(name)
    return inside, elsewhere
