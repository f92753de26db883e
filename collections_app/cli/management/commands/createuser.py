"""Make a person who may sign in."""

from __future__ import annotations

import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from collections_app.accounts.models import Language, Role
from collections_app.accounts.operations import create_person, ensure_team
from collections_app.cli.output import Answer, JsonCommand, WrongUsage


class Command(JsonCommand):
    help = "Make a person who may sign in. A team of that name is made if there is none."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--team")
        parser.add_argument("--language", choices=Language.values)
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def run(self, **options: Any) -> Answer:
        password = self._password() if options["password_stdin"] else None
        with transaction.atomic():
            person = create_person(
                email=options["email"],
                name=options["name"],
                role=options["role"],
                team=ensure_team(name=options["team"]) if options["team"] else None,
                language=options["language"],
                password=password,
            )
        data = {
            "email": person.email,
            "role": str(person.role),
            "team": person.team.name if person.team else None,
        }
        return Answer(data, f"{person.email} may sign in as {person.get_role_display()}.")

    def _password(self) -> str:
        """The first line of standard input; a weak one is warned of, and the caller's choice."""
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise WrongUsage("--password-stdin: standard input is empty.")
        try:
            validate_password(password)
        except ValidationError as error:
            self.stderr.write(f"A weak password: {' '.join(error.messages)}")
        return password
