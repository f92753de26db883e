"""One process tree: the servers, web, worker and scheduler; what dies comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType

from collections_app.embedded import processes
from collections_app.embedded.places import EmbeddedFailed
from collections_app.embedded.services import Services

TICK_SECONDS = 0.2
# A server that takes longer to come back is looked at again in the next round, so that a wish to
# stop is never kept waiting.
REVIVE_SECONDS = 3.0
# Leaves ten of the promised thirty for the servers, which stop last.
DRAIN_SECONDS = 20.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 10.0


class Wish:
    """Whether somebody asked us to stop, and how often: the second time is an order."""

    def __init__(self) -> None:
        self.times = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._heard)
        # Whoever started us with nohup wants no hang-up to count.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._heard)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self.times += 1


def say(text: str) -> None:
    print(f"kept: {text}", file=sys.stderr, flush=True)


class Pause:
    """How long to wait before something is tried again: longer each time that it fails soon."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._due = 0.0

    def is_over(self) -> bool:
        return time.monotonic() >= self._due

    def begin(self, *, lived: float) -> None:
        """Begin after something lasted ``lived`` seconds; long enough, and all is forgiven."""
        doubled = min(max(self._seconds * 2, SHORTEST_PAUSE), LONGEST_PAUSE)
        self._seconds = SHORTEST_PAUSE if lived > LONGEST_PAUSE else doubled
        self._due = time.monotonic() + self._seconds


@dataclass
class Process:
    """A command that runs in a group of its own, so that its children end with it.

    A supervisor that is killed takes it along; the embedded servers are taken over later.
    """

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=processes.dying_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no threads
        )

    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self.process.poll() if self.process is not None else 0

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End what is left of the group, orphans included: they may hold the port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def run_to_end(process: Process, wish: Wish) -> int:
    """Run a command that ends by itself, unless somebody wishes to stop; return its status."""
    process.start()
    while process.status() is None and not wish.times:
        time.sleep(TICK_SECONDS / 4)
    stop_all([process], wish)
    return process.status() or 0


def stop_all(running: Iterable[Process], wish: Wish) -> None:
    """Let each finish what it has in hand; a second wish, or time, cuts that short."""
    running = list(running)
    for process in running:
        process.ask_to_stop()
    heard = wish.times
    processes.wait_until(
        lambda: wish.times > heard or all(p.status() is not None for p in running),
        DRAIN_SECONDS,
        pause=0.05,
    )
    for process in running:
        process.kill()


class Child:
    """A process to keep running."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._pause = Pause()
        self._started: float | None = None

    def keep(self) -> None:
        """Start it if it is not running: at once the first time, then with growing pauses."""
        if self._started is not None:
            status = self.process.status()
            if status is None:
                return
            say(f"{self.process.name} ended ({status}); starting it again")
            self.process.kill()
            self._pause.begin(lived=time.monotonic() - self._started)
            self._started = None
        if self._pause.is_over():
            self._started = time.monotonic()
            self.process.start()


class Supervisor:
    """Keeps the children and the embedded servers alive until somebody wishes to stop."""

    def __init__(
        self,
        running: Iterable[Process],
        *,
        services: Services | None,
        wish: Wish,
        on_tick: Callable[[], None],
    ) -> None:
        self._processes = list(running)
        self._children = [Child(process) for process in self._processes]
        self._services = services
        self._wish = wish
        self._on_tick = on_tick
        self._pause = Pause()

    def run(self) -> None:
        """Run until TERM or Ctrl-C, then stop the children; the servers are the caller's."""
        try:
            while not self._wish.times:
                self._keep_services()
                for child in self._children:
                    child.keep()
                self._on_tick()
                time.sleep(TICK_SECONDS)
        finally:
            stop_all(self._processes, self._wish)

    def _keep_services(self) -> None:
        services = self._services
        if services is None or services.are_running() or not self._pause.is_over():
            return
        began = time.monotonic()
        try:
            for name in services.revive(REVIVE_SECONDS):
                say(f"{name} had ended; it runs again")
        except (EmbeddedFailed, OSError) as failure:
            say(f"{failure}; trying again")
            self._pause.begin(lived=time.monotonic() - began)
