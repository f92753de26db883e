"""PostgreSQL as a child process: made once, started, asked, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from collections_app.embedded.places import EmbeddedFailed, Places

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
    "autovacuum_naptime": "30s",
    # Small tables, many short statements: planning for parallel workers costs more than it brings.
    "max_parallel_workers_per_gather": "0",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 30
STOP_SECONDS = 20


class Postgres:
    """One server on loopback, with its data in ``places.home``."""

    def __init__(self, places: Places, *, port: int, password: str, durable: bool = True) -> None:
        self._places = places
        self._port = port
        self._password = password
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://kept:{self._password}@127.0.0.1:{self._port}/kept"

    def is_ready(self) -> bool:
        """Whether our own server answers: the port alone could be somebody else's."""
        if self._process is not None:
            self._process.poll()
        return self.pid() is not None and self._ask("pg_isready", "-q").returncode == 0

    def pid(self) -> int | None:
        """The running server's process id, None if there is none."""
        try:
            pid = int((self._places.home / "postmaster.pid").read_text().split("\n", 1)[0])
            name = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if b"postgres" in name else None

    def start(self) -> None:
        """Make the cluster if need be, start the server and wait until it answers."""
        if not (self._places.home / "PG_VERSION").exists():
            self._make()
        if self.pid() is None:
            (self._places.home / "postmaster.pid").unlink(missing_ok=True)
        settings = SETTINGS | {"port": str(self._port)} | ({} if self._durable else NOT_DURABLE)
        arguments = [f"-c{name}={value}" for name, value in settings.items()]
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise EmbeddedFailed(f"PostgreSQL does not start; see {self._log}")
            # After a kill its old children hold the shared memory for a moment: try again.
            if self._process is None or self._process.poll() is not None:
                self._process = self._spawn(["postgres", "-D", str(self._places.home), *arguments])
            time.sleep(0.05)
        self._make_database()

    def stop(self) -> None:
        """Stop the server, whoever started it; connections are cut, nothing committed is lost."""
        pid = self.pid()
        if pid is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT):
            os.kill(pid, number)
            if self._gone(pid):
                return

    def _gone(self, pid: int) -> bool:
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.pid == pid:
                self._process.poll()
            if self.pid() is None:
                return True
            time.sleep(0.02)
        return False

    @property
    def _log(self) -> Path:
        return self._places.data_dir / "postgres.log"

    def _popen_user(self) -> dict[str, Any]:
        return self._places.run_as.popen if self._places.run_as else {}

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        command[0] = str(self._places.postgres_bin / command[0])
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **self._popen_user(),
            )

    def _ask(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [
                str(self._places.postgres_bin / program),
                *("-h", "127.0.0.1", "-p", str(self._port), "-U", "kept"),
                *arguments,
            ],
            env={**os.environ, "PGPASSWORD": self._password, "PGCONNECT_TIMEOUT": "5"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def _make(self) -> None:
        """Make the cluster aside and rename it last, so that a half-made one is never started."""
        home = self._places.home
        aside = home.with_name(f"{home.name}.new")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700, parents=True)
        secret = aside.with_suffix(".password")
        secret.write_text(self._password)
        if self._places.run_as is not None:
            for path in (aside, secret):
                os.chown(path, self._places.run_as.uid, self._places.run_as.gid)
        secret.chmod(0o600)
        process = self._spawn(
            [
                *("initdb", "-D", str(aside), "-U", "kept", f"--pwfile={secret}"),
                *("--auth=scram-sha-256", "-E", "UTF8", "--no-instructions"),
                "--locale=C",
                *([] if self._durable else ["--no-sync"]),
            ]
        )
        failed = process.wait() != 0
        secret.unlink()
        if failed:
            raise EmbeddedFailed(f"PostgreSQL's initdb failed; see {self._log}")
        aside.rename(home)

    def _make_database(self) -> None:
        found = self._ask("psql", "-d", "postgres", "-Atc", "SELECT datname FROM pg_database")
        if b"kept" in found.stdout.split():
            return
        made = self._ask("createdb", "kept")
        if made.returncode:
            raise EmbeddedFailed(f"PostgreSQL made no database; see {self._log}")
