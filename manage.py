#!/usr/bin/env python
"""The terminal's door: joins or starts the embedded servers, then hands over to Django."""

from __future__ import annotations

import atexit
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
# Commands that read neither database nor broker.
ALONE = {"help", "collectstatic", "compile_texts", "gather_texts", "check_texts", "version"}
SERVICE_UNREACHABLE = 3


def read_environment_file(path: Path) -> None:
    """Take what `.env` sets, unless the environment says otherwise."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("'\""))


def join_embedded_services() -> None:
    """Point DATABASE_URL and REDIS_URL at embedded servers where they are not set."""
    from collections_app.embedded.services import Services

    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / "var")
    postgres, valkey = "DATABASE_URL" not in os.environ, "REDIS_URL" not in os.environ
    services = Services(data_dir, postgres=postgres, valkey=valkey)
    services.join()
    atexit.register(services.leave)
    if postgres:
        os.environ["DATABASE_URL"] = services.postgres.url
    if valkey:
        os.environ["REDIS_URL"] = services.valkey.url
    if services.places.moved:
        print(f"PostgreSQL's files and data lie in {services.places.home.parent}", file=sys.stderr)
    if sys.argv[1:2] == ["up"]:
        from collections_app.embedded import supervisor

        supervisor.SERVICES = services


def needs_services(arguments: list[str]) -> bool:
    """Whether the command touches the database or the broker."""
    if not arguments or arguments[0] in ALONE or {"--help", "-h", "--version"} & set(arguments):
        return False
    return "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ


def main() -> None:
    """Run one command."""
    read_environment_file(ROOT / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collections_app.settings")
    if needs_services(sys.argv[1:]):
        from collections_app.embedded.places import EmbeddedFailed

        try:
            join_embedded_services()
        except (EmbeddedFailed, OSError) as failure:
            if "--json" in sys.argv:
                error = {"code": "service_unreachable", "message": str(failure)}
                print(json.dumps({"error": error}))
            print(f"The embedded servers cannot be used: {failure}", file=sys.stderr)
            sys.exit(SERVICE_UNREACHABLE)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
