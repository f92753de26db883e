"""Valkey as a child process. It carries wake-ups and limits, never data: nothing is persisted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from collections_app.embedded.places import EmbeddedFailed, Places

START_SECONDS = 15
STOP_SECONDS = 10


class Valkey:
    """One server on loopback, with a password of its own."""

    def __init__(self, places: Places, *, port: int, password: str) -> None:
        self._places = places
        self._port = port
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def is_ready(self) -> bool:
        """Whether it answers to our password."""
        if self._process is not None:
            self._process.poll()
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=2) as line:
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

    def pid(self) -> int | None:
        """The running server's process id, None if there is none."""
        try:
            pid = int(self._pid_file.read_text())
            name = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if b"valkey" in name else None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        config = self._places.data_dir / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bind 127.0.0.1\nport {self._port}\nrequirepass {self._password}\n"
            f'save ""\nappendonly no\nmaxmemory 128mb\nmaxmemory-policy noeviction\n'
            f'dir "{self._places.data_dir}"\npidfile "{self._pid_file}"\nloglevel warning\n'
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise EmbeddedFailed(f"Valkey does not start; see {self._log}")
            if self._process is None or self._process.poll() is not None:
                self._spawn(config)
            time.sleep(0.02)

    def _spawn(self, config: Path) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._places.valkey), str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        # It writes its own only as a daemon.
        self._pid_file.write_text(str(self._process.pid))

    def stop(self) -> None:
        """Stop the server, whoever started it."""
        pid = self.pid()
        if pid is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.kill(pid, number)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if self._process is not None and self._process.pid == pid:
                    self._process.poll()
                if self.pid() is None:
                    self._pid_file.unlink(missing_ok=True)
                    return
                time.sleep(0.02)

    @property
    def _log(self) -> Path:
        return self._places.data_dir / "valkey.log"

    @property
    def _pid_file(self) -> Path:
        return self._places.data_dir / "valkey.pid"
