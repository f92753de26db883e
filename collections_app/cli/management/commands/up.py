"""``manage.py up``: the whole product as one process tree."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from collections_app.accounts.models import Person
from collections_app.cli.output import UNREACHABLE
from collections_app.embedded.up import add_arguments, up

FIRST_START = "first-start-done"


class Command(BaseCommand):
    """Only ``--prepare`` comes here from ``manage.py``, which runs all else without Django."""

    help = "Start everything: database and broker if embedded, web, worker and scheduler."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)
        parser.add_argument(
            "--prepare", action="store_true", help="bring schema, texts and static files up; end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["prepare"]:
            try:
                self._prepare(demo=options["demo"])
            except OperationalError as error:
                message = f"The database is not reachable: {str(error).strip()}"
                raise CommandError(message, returncode=UNREACHABLE) from error
        else:
            words = ["--host", options["host"], "--port", str(options["port"])]
            sys.exit(up(words + (["--demo"] if options["demo"] else [])))

    def _prepare(self, *, demo: bool) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("compile_texts")
        self._collect_static()
        done = Path(settings.DATA_DIR) / FIRST_START
        if demo and not done.exists() and not Person.objects.exists():
            self._fill()
        done.touch()

    def _fill(self) -> None:
        try:
            call_command("demo")
        except SystemExit as end:
            if end.code:
                raise CommandError("The demo could not be made.") from end

    def _collect_static(self) -> None:
        """Collect and compress, unless the files are those of the last time."""
        if settings.PLAIN_STATIC:
            return
        target = Path(settings.STATIC_ROOT)
        kept, stamp = target / ".stamp", _stamp_of_static_files()
        if kept.exists() and kept.read_text() == stamp:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        kept.write_text(stamp)


def _stamp_of_static_files() -> str:
    """What the collected files depend on; changes with any file that would be collected."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{storage.path(path)}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
