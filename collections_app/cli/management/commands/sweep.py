"""``manage.py sweep``: bring every state to a day and queue what is to be said."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.output import Answer, JsonCommand, WrongUsage, add_as_of, as_of
from collections_app.organisation.queries import today
from collections_app.reminders.sweep import SweepRefused, sweep


class Command(JsonCommand):
    help = "Bring states to a day (default today) and queue what is to be said."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        add_as_of(parser)

    def run(self, **options: Any) -> Answer:
        on = as_of(options, today=today)
        try:
            swept = sweep(on=on, dry_run=options["dry_run"])
        except SweepRefused as refusal:
            raise WrongUsage(str(refusal), code=refusal.code) from None
        changes = ", ".join(f"{n} {state}" for state, n in swept.transitions.items()) or "none"
        text = (
            f"As of {on}: {swept.examined} instalments examined; changes: {changes}; "
            f"{sum(swept.queued.values())} notices in {swept.messages} messages."
        )
        return Answer(swept.as_json(), text)
