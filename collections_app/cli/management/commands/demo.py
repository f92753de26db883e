"""``manage.py demo``: a believable organisation in an empty database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.output import Answer, JsonCommand, WrongUsage, table
from collections_app.upkeep.demo import make_demo

MOST = 20_000


class Command(JsonCommand):
    help = "Fill an empty database with an organisation to try Kept on."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=200, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")

    def run(self, **options: Any) -> Answer:
        if not 1 <= options["customers"] <= MOST:
            raise WrongUsage(f"--customers takes a number from 1 to {MOST}.")
        demo = make_demo(customers=options["customers"], seed=options["seed"])
        rows = [(user["role"], user["email"], user["password"]) for user in demo.users]
        text = f"{demo.customers} customers. Sign in as:\n" + table(
            ("role", "e-mail", "password"), rows
        )
        return Answer({"users": demo.users, "customers": demo.customers}, text)
