"""``manage.py up``: the whole product as one process tree."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from collections_app.accounts.models import Person
from collections_app.embedded import supervisor
from collections_app.embedded.locks import FileLock

DEMO_FIRST = "first-start-done"


class Command(BaseCommand):
    help = "Start everything: database and broker if embedded, web, worker and scheduler."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--demo", action="store_true", help="fill an empty database at first")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        data_dir = Path(settings.DATA_DIR)
        data_dir.mkdir(parents=True, exist_ok=True)
        alone = FileLock(data_dir / "up.lock")
        if not alone.try_seize():
            raise CommandError(f"Kept is running already on {data_dir}. Stop it first.")
        if not supervisor.port_is_free(host, port):
            raise CommandError(f"Port {port} is in use. Choose another with --port.")
        self._prepare(data_dir, demo=options["demo"])
        name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
        url = f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
        supervisor.Supervisor(
            supervisor.children(
                host=host,
                port=port,
                workers=settings.WEB_CONCURRENCY,
                data_dir=data_dir,
            ),
            url=url,
            on_ready=lambda ready: self._announce(url, ready=ready),
        ).run()
        alone.close()

    def _prepare(self, data_dir: Path, *, demo: bool) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("compile_texts")
        self._collect_static(data_dir)
        done = data_dir / DEMO_FIRST
        if demo and not done.exists() and not Person.objects.exists():
            call_command("demo", stdout=self.stdout)
        done.touch()
        # The children make their own; a supervisor holds none while it waits.
        connections.close_all()

    def _collect_static(self, data_dir: Path) -> None:
        """Collect once per state of the files: compressing them again would slow every start."""
        if settings.PLAIN_STATIC:
            return
        stamp, state = data_dir / "static-collected", _state_of_static_files()
        if stamp.exists() and stamp.read_text() == state and Path(settings.STATIC_ROOT).exists():
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(state)

    def _announce(self, url: str, *, ready: bool) -> None:
        if ready:
            self.stdout.write(f"Kept is ready at {url}")
        else:
            self.stdout.write(f"Kept runs at {url}, but {url}readyz says that a part is missing.")
        if settings.KEPT_EMAIL is None:
            self.stdout.write(
                f"EMAIL_URL is not set: mail is kept in the mail log and in {settings.MAIL_DIR}"
            )
        self.stdout.flush()


def _state_of_static_files() -> str:
    """What the collected files depend on: our own, and the packages that bring others."""
    digest = hashlib.sha256((Path(settings.BASE_DIR) / "requirements.txt").read_bytes())
    digest.update(str(settings.STATIC_ROOT).encode())
    for path in sorted((Path(settings.BASE_DIR) / "static").rglob("*")):
        if path.is_file():
            digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()
