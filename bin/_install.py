"""Make `.venv` and install the locked packages: once per lock, then never again."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
# What an environment is bound to: its scripts name its place, its packages fit one Python.
MADE_FOR = f"{sys.version}{VENV}"


def stop(text: str) -> None:
    """End with one line that says what is missing and how to get it."""
    print(text, file=sys.stderr)
    sys.exit(1)


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time install; the others wait, and find it done."""
    try:
        file = (ROOT / ".install.lock").open("w")
    except OSError as failure:
        stop(f"The checkout cannot be written to ({failure}): use one of your own.")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(*names: str) -> Path:
    """Install the locks of the given names; return the environment's Python."""
    if sys.version_info < OLDEST:
        stop("Kept needs Python 3.11 or newer (on Debian: apt install python3 python3-venv).")
    with alone():
        make_environment()
        for name in names:
            install_lock(ROOT / name)
    return PYTHON


def make_environment() -> None:
    """Make `.venv`, anew where it was made elsewhere, for another Python, or not to the end."""
    made_for = VENV / ".made-for"
    if PYTHON.exists() and made_for.exists() and made_for.read_text() == MADE_FOR:
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        stop("Python's venv module is missing (on Debian: apt install python3-venv).")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)
    except (subprocess.CalledProcessError, OSError) as failure:
        stop(f"Python's venv module made no environment ({failure}): apt install python3-venv.")
    made_for.write_text(MADE_FOR)


def install_lock(lock: Path) -> None:
    """Install one lock, unless it is in already. The stamp comes last: no half counts as done."""
    stamp = VENV / f".installed-{lock.name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {lock.name} …", file=sys.stderr, flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
    # As root pip warns of a shared environment; this one is the checkout's own.
    command += ["--root-user-action=ignore", "-r", str(lock)]
    command += [] if os.environ.get("HOME") else ["--no-cache-dir"]
    if run(command):
        stop(f"Installing {lock.name} failed: see above, and is a package index within reach?")
    stamp.write_text(wanted)


def run(command: list[str], **environment: str) -> int:
    """Run a command in the checkout; return its exit status."""
    given = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=given, check=False).returncode
