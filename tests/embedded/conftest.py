"""Data folders to start servers in: made once, copied for each test."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collections_app.embedded.places import RECORD
from collections_app.embedded.services import Services
from tests.migrated import copy_folder, copy_to, migrated_folder

# Joins, says so, and holds its share until its standard input ends.
USER = """
import sys
from pathlib import Path
from collections_app.embedded.services import Services
from tests.migrated import copy_folder, copy_to, migrated_folder
services = Services(Path(sys.argv[1]), durable=False)
services.join()
print(services.postgres.pid(), services.valkey.pid(), flush=True)
sys.stdin.read()
services.leave()
"""


class User:
    """Another process that uses the servers of a data folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def pids(self) -> list[int]:
        """The servers' process ids, once it has joined."""
        assert self.process.stdout is not None
        return [int(word) for word in self.process.stdout.readline().split()]

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kept-embedded-") as name:
        path = Path(name).resolve()
        path.chmod(0o755)  # PostgreSQL's user has to get in
        yield path


@pytest.fixture(scope="session")
def _made() -> Iterator[Path]:
    with _folder() as path:
        services = Services(path, durable=False)
        services.join()
        services.leave()
        yield path


@pytest.fixture
def data_dir(_made: Path) -> Iterator[Path]:
    """A data folder whose servers are made and stopped; what runs there ends with the test."""
    with _folder() as path:
        # Data that lie elsewhere are not in the folder, and a copy of it would be refused.
        if (_made / RECORD).exists():
            Services(path, durable=False)
        else:
            copy_folder(_made, path)
        yield path
        left = Services(path, durable=False)
        left.postgres.stop()
        left.valkey.stop()


@pytest.fixture
def migrated_dir() -> Iterator[Path]:
    """A data folder whose servers are stopped and whose database is ready."""
    source = migrated_folder()
    with _folder() as path:
        if source is not None:
            copy_to(path, source)
        yield path
        left = Services(path, durable=False)
        left.postgres.stop()
        left.valkey.stop()


@pytest.fixture
def empty_dir() -> Iterator[Path]:
    """A folder in which nothing was ever started."""
    with _folder() as path:
        yield path


@pytest.fixture
def join(data_dir: Path) -> Iterator[Callable[..., Services]]:
    """Join from within this process; what is not left by the test is left after it."""
    joined: list[Services] = []

    def join_it(folder: Path = data_dir) -> Services:
        joined.append(Services(folder, durable=False))
        joined[-1].join()
        return joined[-1]

    yield join_it
    for services in joined:
        services.leave()


@pytest.fixture
def start_user(data_dir: Path) -> Iterator[Callable[[], User]]:
    """Start other processes that join."""
    users: list[User] = []

    def start() -> User:
        users.append(User(data_dir))
        return users[-1]

    yield start
    for user in users:
        if user.process.poll() is None:
            user.kill()
