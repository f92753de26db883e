"""What runs on this machine: told apart by the folder it works in, never by its number alone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "cwd").exists()
PR_SET_PDEATHSIG = 1


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process lives and its working folder is ``folder``; False for a zombie.

    Numbers are used again, soon so in containers, and a copied data folder names processes of
    the original. A server's working folder is its data: only one server has it.
    """
    if not HAS_PROC:
        return _exists(pid)
    try:
        return (PROC / str(pid) / "cwd").readlink() == folder
    except OSError:
        return False


def all_in(folder: Path) -> list[int]:
    """The processes that work in ``folder``."""
    return [pid for pid in _pids() if works_in(pid, folder)]


def with_mark(mark: str) -> list[int]:
    """The processes that were started with ``mark``, as NAME=value, in their environment."""
    wanted = mark.encode()
    return [pid for pid in _pids() if wanted in _read(pid, "environ").split(b"\0")]


def name_of(pid: int) -> str:
    """The program's name as the kernel keeps it (15 characters), empty if it is gone."""
    return _read(pid, "comm").decode(errors="replace").strip()


def tell(pids: Iterable[int], number: int) -> None:
    """Send a signal to each that still lives."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end_all(find: Callable[[], list[int]], steps: Iterable[tuple[int, float]]) -> bool:
    """Send what ``find`` finds one signal after the other, each with seconds to obey it.

    True as soon as nothing is found any more.
    """
    for number, seconds in steps:
        tell(find(), number)
        if wait_until(lambda: not find(), seconds):
            return True
    return False


def wait_until(done: Callable[[], bool], seconds: float, *, pause: float = 0.02) -> bool:
    """Ask again and again; whether ``done`` came true in time."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def dying_with_parent(number: int) -> Callable[[], None] | None:
    """For ``preexec_fn``: the child gets the signal when the thread that started it ends."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)  # loaded here: little may be done between fork and exec
    parent = os.getpid()

    def die_with_parent() -> None:
        library.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return die_with_parent


def _pids() -> Iterator[int]:
    if HAS_PROC:
        own = os.getpid()
        for name in os.listdir(PROC):  # noqa: PTH208 - a Path for each of many costs more
            if name.isdigit() and int(name) != own:
                yield int(name)


def _read(pid: int, what: str) -> bytes:
    try:
        return (PROC / str(pid) / what).read_bytes()
    except OSError:
        return b""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
