"""The embedded servers together: whoever needs them joins; the last to leave stops them."""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
from pathlib import Path
from typing import Any

from collections_app.embedded.locks import FileLock, held
from collections_app.embedded.places import EmbeddedFailed, Places, find_places
from collections_app.embedded.postgres import Postgres
from collections_app.embedded.valkey import Valkey

# Below the range that the kernel hands out by itself: a connection that happens to go out from
# our port while its server is being started again would keep it.
PORTS = range(18_000, 32_000)


class Services:
    """A share in the running servers of one data folder.

    A user holds a shared lock, which the kernel drops with the process, so that a user killed
    counts no more. Servers that outlived their last user are taken over by the next.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        postgres: bool = True,
        valkey: bool = True,
        durable: bool = True,
        die_with_us: bool = False,
    ) -> None:
        """Choose places, ports and passwords, at the first time; raises ``EmbeddedFailed``.

        ``die_with_us`` is for servers that nobody could ever take over: those of tests.
        """
        self.data_dir = data_dir.expanduser().resolve()
        # Passable, not readable, for the user that PostgreSQL runs as.
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        with held(self._lock("start")):
            self.places: Places = find_places(self.data_dir)
            known = self._ports_and_passwords()
        self.postgres = Postgres(
            self.places,
            port=known["postgres_port"],
            password=known["postgres_password"],
            durable=durable,
            dies_with_us=die_with_us,
        )
        self.valkey = Valkey(
            self.places,
            port=known["valkey_port"],
            password=known["valkey_password"],
            dies_with_us=die_with_us,
        )
        self._wanted: list[Postgres | Valkey] = []
        self._wanted += [self.postgres] if postgres else []
        self._wanted += [self.valkey] if valkey else []
        self._share: FileLock | None = None
        self._joined_by = 0

    def join(self) -> None:
        """Start what is not running and hold a share; raises ``EmbeddedFailed``."""
        with held(self._lock("start")):
            share = FileLock(self._lock("users"))
            alone = share.try_seize()
            try:
                # Somebody else may have moved them since we looked.
                self._take_ports(self._ports_and_passwords())
                if alone:
                    self._leave_taken_ports()
                self._start_missing()
            except BaseException:
                share.close()
                raise
            share.share()
            self._share, self._joined_by = share, os.getpid()

    def are_running(self) -> bool:
        """Whether the processes are there; cheap enough to be asked all the time."""
        return all(server.pid() is not None for server in self._wanted)

    def revive(self, seconds: float | None = None) -> list[str]:
        """Start again what has died, on the same ports; return the names of what had.

        Raises ``EmbeddedFailed`` where that takes longer; it may have started nonetheless.
        """
        with held(self._lock("start")):
            return self._start_missing(seconds)

    def leave(self) -> bool:
        """Give the share back; stop the servers and return True if nobody else holds one."""
        if self._share is None or self._joined_by != os.getpid():
            return False  # a forked child leaves nothing that it did not join
        with held(self._lock("start")):
            last = self._share.try_seize()
            if last:
                for server in self._wanted:
                    server.stop()
            self._share.close()
            self._share = None
            return last

    def _start_missing(self, seconds: float | None = None) -> list[str]:
        missing = [server for server in self._wanted if not server.is_ready()]
        for server in missing:
            if seconds is None:
                server.start()
            else:
                server.start(seconds)
        return [server.name for server in missing]

    def _leave_taken_ports(self) -> None:
        """Choose others where a server of ours is down and somebody else sits on its port."""
        known = self._ports_and_passwords()
        for server, key in ((self.postgres, "postgres_port"), (self.valkey, "valkey_port")):
            if server in self._wanted and server.pid() is None and not _is_free(server.port):
                known[key] = _free_port()
                self._keep(known)
        self._take_ports(known)

    def _take_ports(self, known: dict[str, Any]) -> None:
        self.postgres.port = known["postgres_port"]
        self.valkey.port = known["valkey_port"]

    def _ports_and_passwords(self) -> dict[str, Any]:
        """Chosen once per data folder and kept there, readable by us alone."""
        try:
            known: dict[str, Any] = json.loads(self._kept.read_text())
        except FileNotFoundError:
            known = {
                "postgres_port": _free_port(),
                "postgres_password": secrets.token_urlsafe(24),
                "valkey_port": _free_port(),
                "valkey_password": secrets.token_urlsafe(24),
            }
            self._keep(known)
        return known

    def _keep(self, known: dict[str, Any]) -> None:
        aside = self._kept.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(known, file)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(self._kept)

    @property
    def _kept(self) -> Path:
        return self.data_dir / "embedded.json"

    def _lock(self, name: str) -> Path:
        return self.data_dir / f"{name}.lock"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do it: a connection that is only lingering is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    for port in random.sample(PORTS, 100):
        if _is_free(port):
            return port
    raise EmbeddedFailed("no port is free on loopback")
