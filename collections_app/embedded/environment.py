"""The few settings that are needed before Django: from the environment, else from `.env`."""

from __future__ import annotations

import os
from pathlib import Path

from collections_app.embedded.services import Services

ROOT = Path(__file__).resolve().parent.parent.parent


def setting(name: str) -> str:
    """A variable of the environment, else of `.env`; one that is empty counts as absent."""
    return os.environ.get(name, "").strip() or _of_file(ROOT / ".env").get(name, "")


def data_dir() -> Path:
    return Path(setting("DATA_DIR") or ROOT / "var").expanduser().resolve()


def needs_embedded() -> bool:
    return not (setting("DATABASE_URL") and setting("REDIS_URL"))


def join_embedded() -> Services | None:
    """Join the servers that no setting names and name them in the environment; None if all are.

    Raises ``EmbeddedFailed``, or ``OSError`` where the data folder cannot be used.
    """
    if not needs_embedded():
        return None
    postgres, valkey = not setting("DATABASE_URL"), not setting("REDIS_URL")
    services = Services(data_dir(), postgres=postgres, valkey=valkey)
    services.join()
    if postgres:
        os.environ["DATABASE_URL"] = services.postgres.url
    if valkey:
        os.environ["REDIS_URL"] = services.valkey.url
    return services


def _of_file(path: Path) -> dict[str, str]:
    """What `.env` says; the settings read it too, and all of it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = [line.strip().removeprefix("export ").partition("=") for line in lines]
    return {
        name.strip(): value.strip().strip("'\"")
        for name, equals, value in pairs
        if equals and not name.startswith("#")
    }
