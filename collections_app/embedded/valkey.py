"""Valkey as a child process. It carries wake-ups and limits, never data: nothing is persisted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

from collections_app.embedded import processes
from collections_app.embedded.logs import last_line, open_log
from collections_app.embedded.places import EmbeddedFailed, Places

START_SECONDS = 15
STARTS = 3
STOP_STEPS = ((signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0))
PROGRAM = "valkey-server"


class Valkey:
    """One server on loopback, with a password of its own."""

    name = "Valkey"

    def __init__(
        self, places: Places, *, port: int, password: str, dies_with_us: bool = False
    ) -> None:
        self._places = places
        self.port = port
        self._password = password
        self._dies_with_us = dies_with_us
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def pid(self) -> int | None:
        """The running server's process id, None if there is none."""
        if self._process is not None:
            self._process.poll()  # a child that ended stays a zombie until asked
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    def is_ready(self) -> bool:
        """Whether our own server answers: a copied data folder has the password of another."""
        return self.pid() is not None and self._answers()

    def start(self, seconds: float = START_SECONDS) -> None:
        """Start the server and wait until it answers."""
        started = 0

        def is_ready() -> bool:
            nonlocal started
            if self.pid() is None:
                if started == STARTS:
                    raise EmbeddedFailed(f"Valkey does not start: {last_line(self._log)}")
                self._clear()
                self._spawn(self._write_config())
                started += 1
            return self.is_ready()

        if not processes.wait_until(is_ready, seconds):
            raise EmbeddedFailed(f"Valkey does not answer: {last_line(self._log)}")

    def stop(self) -> None:
        """Stop the server, whoever started it."""
        pid = self.pid()
        if pid is not None:
            processes.end_all(lambda: [pid] if self.pid() == pid else [], STOP_STEPS)
        self._clear()
        if self._process is not None:
            self._process.wait()

    def _clear(self) -> None:
        """End a server whose number never reached the file: its starter died in between."""

        def found() -> list[int]:
            return [pid for pid in processes.all_in(self._places.data_dir) if self._is_ours(pid)]

        if self.pid() is None:
            processes.end_all(found, STOP_STEPS)
            self._pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        in_place = processes.works_in(pid, self._places.data_dir)
        return in_place and processes.name_of(pid) in (PROGRAM, "")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while b"PONG" not in answer and b"-" not in answer:
                    part = line.recv(256)
                    if not part:
                        return False
                    answer += part
                return b"PONG" in answer
        except OSError:
            return False

    def _write_config(self) -> Path:
        config = self._places.data_dir / "valkey.conf"
        config.unlink(missing_ok=True)
        text = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self._password}\n"
            f'save ""\nappendonly no\nmaxmemory 128mb\nmaxmemory-policy noeviction\n'
            f'dir "{self._places.data_dir}"\nloglevel warning\n'
        )
        with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        return config

    def _spawn(self, config: Path) -> None:
        with open_log(self._log) as log:
            self._process = subprocess.Popen(
                [str(self._places.valkey), str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Where it works tells it from others, from its first instant on.
                cwd=self._places.data_dir,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=processes.dying_with_parent(signal.SIGTERM)  # noqa: PLW1509
                if self._dies_with_us
                else None,
            )
        # It writes its own only as a daemon.
        self._pid_file.write_text(str(self._process.pid))

    @property
    def _log(self) -> Path:
        return self._places.data_dir / "valkey.log"

    @property
    def _pid_file(self) -> Path:
        return self._places.data_dir / "valkey.pid"
