"""One process tree: the servers, web, worker and scheduler; what dies comes back."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from collections_app.embedded.services import Services

# Set by manage.py, which joined the embedded servers before Django could start.
SERVICES: Services | None = None

STOP_SECONDS = 28
TICK_SECONDS = 0.2
READY_SECONDS = 60
LONGEST_PAUSE = 10.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process to keep running, in a group of its own so that its children die with it."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - no threads here
        )

    def keep(self) -> None:
        """Start it if it is not running: at once the first time, then with growing pauses."""
        now = time.monotonic()
        if self.process is not None:
            if self.process.poll() is None:
                return
            _say(f"{self.name} ended ({self.process.returncode}); starting it again")
            # Its own children may still hold the port.
            _kill_group(self.process.pid, signal.SIGKILL)
            lived = now - self.started
            self.pause = 0.2 if lived > LONGEST_PAUSE else min(self.pause * 2 + 0.2, LONGEST_PAUSE)
            self.process, self.due = None, now + self.pause
        if now >= self.due:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_stopped(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        if self.process is not None:
            _kill_group(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _die_with_parent() -> None:
    # A supervisor that is killed takes its children along; the servers are taken over later.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _say(text: str) -> None:
    print(f"kept: {text}", file=sys.stderr, flush=True)


def port_is_free(host: str, port: int) -> bool:
    """Whether the web process could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Supervisor:
    """Keeps the children and the embedded servers alive until told to stop."""

    def __init__(
        self, children: list[Child], *, url: str, on_ready: Callable[[bool], None]
    ) -> None:
        self._children = children
        self._url = url
        self._on_ready = on_ready
        self._stopping = False
        self._announced = False
        self._begun = time.monotonic()
        self._looked = self._asked = 0.0

    def run(self) -> None:
        """Run until TERM or Ctrl-C, then stop everything within half a minute."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                self._tick()
                time.sleep(TICK_SECONDS)
        finally:
            self._shut_down()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _tick(self) -> None:
        now = time.monotonic()
        if SERVICES is not None and now - self._looked > 1:
            self._looked = now
            for name in SERVICES.revive():
                _say(f"{name} had ended; it runs again")
        for child in self._children:
            child.keep()
        if not self._announced and now - self._asked > 1:
            self._asked = now
            ready = answers(f"{self._url}readyz")
            if ready or now - self._begun > READY_SECONDS:
                self._announced = True
                self._on_ready(ready)

    def _shut_down(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and not all(c.has_stopped() for c in self._children):
            time.sleep(0.05)
        for child in self._children:
            child.kill()


def answers(url: str) -> bool:
    """Whether the address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own, on loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def children(*, host: str, port: int, workers: int, data_dir: Path) -> list[Child]:
    """Web, worker and scheduler, as they also run apart."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "collections_app"]
    return [
        Child(
            "web",
            [
                *(*python, "gunicorn", "collections_app.wsgi", "--bind", bind),
                *("--workers", str(workers), "--threads", "4", "--graceful-timeout", "20"),
                *("--preload", "--no-control-socket", "--log-level", "warning"),
            ],
        ),
        Child(
            "worker",
            [
                *(*celery, "worker", "--concurrency", "2", "--loglevel", "warning"),
                *("--without-gossip", "--without-mingle"),
            ],
        ),
        Child(
            "scheduler",
            [
                *(*celery, "beat", "--loglevel", "warning", "--pidfile", ""),
                *("--schedule", str(data_dir / "beat-schedule")),
            ],
        ),
    ]
