"""``manage.py gather_texts``: bring the catalogues up to what code and templates say."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from collections_app.upkeep.texts import gather_texts


class Command(BaseCommand):
    help = "Gather the texts of code and templates into the catalogues."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for language, lacking in gather_texts().items():
            self.stdout.write(f"{language}: {lacking} to be translated.")
