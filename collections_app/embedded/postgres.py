"""PostgreSQL as a child process: made once, started, asked, stopped."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from collections_app.embedded import processes
from collections_app.embedded.logs import last_line, open_log
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
    "log_checkpoints": "off",
    "autovacuum_naptime": "30s",
    "max_logical_replication_workers": "0",
    # Small tables, many short statements: planning for parallel workers costs more than it brings.
    "max_parallel_workers_per_gather": "0",
    # The password is random and long: hashing it 4096 times a connection protects nothing.
    "scram_iterations": "16",
    # Reading ahead by three more processes is for disks that the data do not fit into.
    "io_method": "sync",
}
SINCE = {"scram_iterations": 16, "io_method": 18}
# What is thrown away afterwards: nothing to be durable, and room for races of fifty in two tests.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "160",
}
# A crash recovery reads at most max_wal_size.
START_SECONDS = 120
STARTS = 3
STOP_STEPS = ((signal.SIGINT, 6.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0))


class Postgres:
    """One server on loopback, with its data in ``places.home``."""

    name = "PostgreSQL"

    def __init__(
        self,
        places: Places,
        *,
        port: int,
        password: str,
        durable: bool = True,
        dies_with_us: bool = False,
    ) -> None:
        self._places = places
        self.port = port
        self._password = password
        self._durable = durable
        self._dies_with_us = dies_with_us
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://kept:{self._password}@127.0.0.1:{self.port}/kept"

    def pid(self) -> int | None:
        """The running server's process id, None if there is none."""
        if self._process is not None:
            self._process.poll()  # a child that ended stays a zombie until asked
        try:
            pid = int((self._places.home / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if processes.works_in(pid, self._places.home) else None

    def is_ready(self) -> bool:
        """Whether our own server takes connections: the port alone could be somebody else's."""
        return self.pid() is not None and _takes_connections(self.port)

    def start(self, seconds: float = START_SECONDS) -> None:
        """Make the cluster if need be, start the server and wait until it answers."""
        home = self._places.home
        if not (home / "PG_VERSION").exists():
            self._make()
        started = 0

        def is_ready() -> bool:
            nonlocal started
            if self.pid() is None and (self._process is None or self._process.poll() is not None):
                if started == STARTS:
                    raise EmbeddedFailed(f"PostgreSQL does not start: {last_line(self._log)}")
                self._clear()
                self._process = self._spawn("postgres", "-D", str(home), *self._arguments())
                started += 1
            return self.is_ready()

        if not processes.wait_until(is_ready, seconds):
            raise EmbeddedFailed(f"PostgreSQL does not answer: {last_line(self._log)}")

    def stop(self) -> None:
        """Stop the server, whoever started it; connections are cut, nothing committed is lost."""
        pid = self.pid()
        if pid is not None:
            processes.end_all(lambda: [pid] if self.pid() == pid else [], STOP_STEPS)
        self._clear()
        if self._process is not None:
            self._process.wait()

    def _clear(self) -> None:
        """Take away what a killed server leaves: its children, and a file with its number.

        Its children hold the shared memory until they see that it died. PostgreSQL refuses to
        start while the number in the file is that of any process of its user.
        """
        home = self._places.home
        if self.pid() is not None:
            return
        steps = ((0, 0.5), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 2.0))
        processes.end_all(lambda: processes.all_in(home), steps)
        (home / "postmaster.pid").unlink(missing_ok=True)

    def _arguments(self) -> list[str]:
        version = int((self._places.home / "PG_VERSION").read_text())
        settings = {k: v for k, v in SETTINGS.items() if SINCE.get(k, 0) <= version}
        settings |= {"port": str(self.port)} | ({} if self._durable else NOT_DURABLE)
        return [f"-c{name}={value}" for name, value in settings.items()]

    @property
    def _log(self) -> Path:
        return self._places.data_dir / "postgres.log"

    def _spawn(self, program: str, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        with open_log(self._log) as log:
            return subprocess.Popen(
                [str(self._places.postgres_bin / program), *arguments],
                **{"stdin": subprocess.DEVNULL, **more},
                stdout=log,
                stderr=log,
                cwd="/",
                # The locale of whoever starts it must not leak into messages and sorting.
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                # Fast shutdown, should the tests' process be killed.
                preexec_fn=processes.dying_with_parent(signal.SIGINT)  # noqa: PLW1509
                if self._dies_with_us
                else None,
                **(self._places.run_as.popen if self._places.run_as else {}),
            )

    def _make(self) -> None:
        """Make the cluster aside and rename it last, so that a half-made one is never started."""
        home = self._places.home
        aside = home.with_name(f"{home.name}.new")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700, parents=True)
        secret = aside.with_suffix(".password")
        secret.unlink(missing_ok=True)
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))  # of the superuser: nobody ever needs it
        if self._places.run_as is not None:
            for path in (aside, secret):
                os.chown(path, self._places.run_as.uid, self._places.run_as.gid)
        self._run(
            *("initdb", "-D", str(aside), "-U", "postgres", f"--pwfile={secret}"),
            *("--auth-host=scram-sha-256", "--auth-local=reject", "--no-instructions"),
            *("--encoding=UTF8", "--locale=C", *([] if self._durable else ["--no-sync"])),
        )
        secret.unlink()
        # A role without rights over the machine's files: what the product says is not all ours.
        self._run(
            *("postgres", "--single", "-D", str(aside), "-c", "exit_on_error=on", "postgres"),
            commands=[
                f"CREATE ROLE kept LOGIN CREATEDB PASSWORD '{self._password}'",
                "CREATE DATABASE kept OWNER kept",
            ],
        )
        aside.rename(home)

    def _run(self, program: str, *arguments: str, commands: Sequence[str] = ()) -> None:
        process = self._spawn(program, *arguments, stdin=subprocess.PIPE)
        process.communicate("".join(f"{command}\n" for command in commands).encode())
        if process.returncode:
            raise EmbeddedFailed(f"PostgreSQL's {program} failed: {last_line(self._log)}")


def _takes_connections(port: int) -> bool:
    """Ask as pg_isready does: a server that is starting up or shutting down answers E, not R."""
    words = b"user\0kept\0database\0kept\0\0"
    packet = struct.pack("!II", len(words) + 8, 3 << 16) + words
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=3) as line:
            line.sendall(packet)
            # All of it: closing on unread bytes would be a line in its log.
            return line.recv(4096)[:1] == b"R"
    except OSError:
        return False
