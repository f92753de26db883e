"""The embedded servers together: whoever needs them joins; the last to leave stops them."""

from __future__ import annotations

import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

from collections_app.embedded.locks import FileLock, held
from collections_app.embedded.places import Places, find_places
from collections_app.embedded.postgres import Postgres
from collections_app.embedded.valkey import Valkey


class Services:
    """A share in the running servers of one data folder.

    A user holds a shared lock, which the kernel drops with the process, so that a user killed
    counts no more. Servers that outlived their last user are taken over by the next.
    """

    def __init__(
        self, data_dir: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True
    ) -> None:
        self.places: Places = find_places(data_dir)
        known = _ports_and_passwords(self.places.data_dir)
        self.postgres = Postgres(
            self.places,
            port=known["postgres_port"],
            password=known["postgres_password"],
            durable=durable,
        )
        self.valkey = Valkey(
            self.places, port=known["valkey_port"], password=known["valkey_password"]
        )
        self._wanted: list[Postgres | Valkey] = []
        self._wanted += [self.postgres] if postgres else []
        self._wanted += [self.valkey] if valkey else []
        self._share: FileLock | None = None

    def join(self) -> None:
        """Start what is not running and hold a share; raises ``EmbeddedFailed``."""
        with held(self._lock("start")):
            self._start_missing()
            self._share = FileLock(self._lock("users"))
            self._share.share()

    def revive(self) -> list[str]:
        """Start again what has died; return the names of what had."""
        with held(self._lock("start")):
            return self._start_missing()

    def leave(self) -> None:
        """Give the share back; stop the servers if nobody else holds one."""
        if self._share is None:
            return
        with held(self._lock("start")):
            last = self._share.try_seize()
            if last:
                for server in self._wanted:
                    server.stop()
            self._share.close()
            self._share = None

    def _start_missing(self) -> list[str]:
        missing = [server for server in self._wanted if not server.is_ready()]
        for server in missing:
            server.start()
        return [type(server).__name__ for server in missing]

    def _lock(self, name: str) -> Path:
        return self.places.data_dir / f"{name}.lock"


def _ports_and_passwords(data_dir: Path) -> dict[str, Any]:
    """Ports and passwords, chosen once per data folder and kept there, readable by us alone."""
    path = data_dir / "embedded.json"
    with held(data_dir / "ports.lock"):
        if path.exists():
            known: dict[str, Any] = json.loads(path.read_text())
            return known
        first, second = _free_ports()
        known = {
            "postgres_port": first,
            "postgres_password": secrets.token_urlsafe(24),
            "valkey_port": second,
            "valkey_password": secrets.token_urlsafe(24),
        }
        aside = path.with_suffix(".new")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(known, file)
        aside.rename(path)
        return known


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]
