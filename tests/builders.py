"""Small typed builders with honest defaults: they go the way that the product goes."""

from __future__ import annotations

from itertools import count

from collections_app.accounts.models import Person, Role, Team
from collections_app.accounts.operations import create_person, ensure_team

_numbers = count(1)


def make_team(name: str = "", *, parent: Team | None = None) -> Team:
    """A team, with a name of its own unless given."""
    return ensure_team(name=name or f"Team {next(_numbers)}", parent=parent)


def make_person(
    name: str = "",
    *,
    role: str = Role.REP,
    team: Team | None = None,
    email: str = "",
    language: str = "en",
    password: str | None = None,
) -> Person:
    """A person with an e-mail of their own; without a password they sign in by ``force_login``."""
    number = next(_numbers)
    name = name or f"Person {number}"
    return create_person(
        email=email or f"{name.lower().replace(' ', '.')}.{number}@kept.test",
        name=name,
        role=role,
        team=team,
        language=language,
        password=password,
    )
