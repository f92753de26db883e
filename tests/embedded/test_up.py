"""``manage.py up``, whole: one process tree that comes back whatever is killed, and then ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collections_app.embedded import processes
from collections_app.embedded.environment import ROOT
from collections_app.embedded.services import Services
from collections_app.embedded.up import MARK

PATIENCE = 90.0
NAMES = {"web": "gunicorn", "worker": "worker", "scheduler": "beat"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment_for(folder: Path) -> dict[str, str]:
    given = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    return {**given, "DATA_DIR": str(folder), "LOG_LEVEL": "WARNING"}


class Up:
    """A running ``up``, and what it said."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port)],
            env=environment_for(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(self.process.stdout)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def wait_for(self, words: str) -> None:
        found = processes.wait_until(
            lambda: words in self.text or self.process.poll() is not None, PATIENCE
        )
        assert found, self.text
        assert words in self.text, self.text

    def is_well(self) -> bool:
        return self.answers("healthz") and self.answers("readyz")

    def answers(self, page: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{page}", timeout=5) as got:
                return bool(got.status == 200)
        except OSError:
            return False

    def child(self, name: str) -> int | None:
        """The process id of one of its children."""
        services = Services(self.folder)
        if name in ("postgres", "valkey"):
            pid: int | None = getattr(services, name).pid()
            return pid
        for pid in processes.with_mark(f"{MARK}={self.folder}"):
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            parent = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1]
            if NAMES[name] in words and int(parent) == self.process.pid:
                return pid
        return None

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        status = self.process.wait(timeout=35)
        self._reader.join()
        return status

    def end(self) -> None:
        if self.process.poll() is None:
            self.stop()
        self._reader.join()


@contextmanager
def running_in(folder: Path) -> Iterator[Up]:
    running = Up(folder, free_port())
    try:
        running.wait_for("Kept is ready at")
        yield running
    finally:
        running.end()


@pytest.fixture
def first_up(data_dir: Path) -> Iterator[Up]:
    """Everything, on a port of its own; ready, where nothing had been migrated."""
    with running_in(data_dir) as up:
        yield up


@pytest.fixture
def up(migrated_dir: Path) -> Iterator[Up]:
    """The same at a later start."""
    with running_in(migrated_dir) as up:
        yield up


def nothing_is_left(folder: Path) -> bool:
    """Neither a process of the tree nor a file that says that there is one."""
    home = Services(folder).places.home
    return (
        not processes.with_mark(f"{MARK}={folder}")
        and not processes.all_in(folder)
        and not processes.all_in(home)
        and not (folder / "valkey.pid").exists()
        and not (home / "postmaster.pid").exists()
    )


def test_it_starts_everything_says_where_and_stops_all_of_it(first_up: Up) -> None:
    up = first_up
    assert f"Kept is ready at http://127.0.0.1:{up.port}/\n" in up.text
    assert up.is_well()
    assert all(up.child(name) for name in (*NAMES, "postgres", "valkey"))

    second = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(free_port())],
        env=environment_for(up.folder),
        capture_output=True,
        check=False,
        text=True,
    )
    assert second.returncode == 1
    assert second.stderr.startswith("kept: Kept is running already on")
    assert second.stderr.count("\n") == 1

    # A command joins what runs, and leaves it running.
    joined = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--check"],
        env=environment_for(up.folder),
        capture_output=True,
        check=False,
    )
    assert joined.returncode == 0
    assert up.is_well()

    assert up.stop() == 0
    assert nothing_is_left(up.folder)


def test_whatever_is_killed_comes_back(up: Up) -> None:
    for name in ("postgres", "valkey", *NAMES):
        before = up.child(name)
        assert before is not None, name
        os.kill(before, signal.SIGKILL)
        assert processes.wait_until(
            lambda name=name, before=before: up.child(name) not in (None, before),  # type: ignore[misc]
            PATIENCE,
        ), name
        assert processes.wait_until(up.is_well, PATIENCE, pause=0.2), name
    assert up.stop(signal.SIGINT) == 0
    assert nothing_is_left(up.folder)


def test_after_a_kill_of_the_supervisor_the_next_start_takes_over(up: Up) -> None:
    database = up.child("postgres")
    up.process.kill()
    up.process.wait()
    again = Up(up.folder, up.port)
    try:
        again.wait_for("Kept is ready at")
        assert again.child("postgres") == database
        assert again.is_well()
        assert again.stop() == 0
        assert nothing_is_left(up.folder)
    finally:
        again.end()


def test_a_port_in_use_is_said_in_one_line(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        up = Up(data_dir, taken.getsockname()[1])
        up.wait_for("cannot be used")
        assert up.process.wait() == 1
        up.end()
    assert len(up.said) == 1
    assert nothing_is_left(data_dir)


def test_told_to_stop_while_it_prepares_it_stops(data_dir: Path) -> None:
    up = Up(data_dir, free_port())
    assert processes.wait_until(lambda: bool(processes.with_mark(f"{MARK}={data_dir}")), PATIENCE)
    assert up.stop() == 0
    up.end()
    assert "ready" not in up.text
    assert nothing_is_left(data_dir)


def test_a_database_out_of_reach_ends_it_with_status_3(data_dir: Path) -> None:
    environment = environment_for(data_dir) | {
        "DATABASE_URL": f"postgres://kept@127.0.0.1:{free_port()}/kept",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
    }
    answer = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(free_port())],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert answer.returncode == 3
    assert "The database is not reachable" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert nothing_is_left(data_dir)
