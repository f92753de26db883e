"""``manage.py compile_texts``: make the catalogues ready for use."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from collections_app.upkeep.texts import compile_texts


class Command(BaseCommand):
    help = "Compile the catalogues that have changed."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        compiled = compile_texts()
        if compiled and options["verbosity"] > 1:
            self.stdout.write(f"{compiled} compiled.")
