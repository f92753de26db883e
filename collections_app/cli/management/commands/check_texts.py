"""``manage.py check_texts``: are both languages complete?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collections_app.upkeep.texts import missing_texts


class Command(BaseCommand):
    help = "Fail where a language lacks a text or keeps a dead one."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = missing_texts()
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} texts to mend: run gather_texts and translate.")
        self.stdout.write("Both languages are complete.")
