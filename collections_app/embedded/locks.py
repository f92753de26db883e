"""File locks, which the kernel drops with their holder, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """An advisory lock on one file; shared or exclusive."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def seize(self) -> None:
        """Wait until nobody else holds it in any way."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def try_seize(self) -> bool:
        """Take it alone if nobody else holds it; a share of one's own is given up for it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        os.close(self._descriptor)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock alone for the length of the block."""
    lock = FileLock(path)
    try:
        lock.seize()
        yield
    finally:
        lock.close()
