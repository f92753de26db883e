"""Make `.venv` and install the locked packages: once per lock, then never again."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def stop(text: str) -> None:
    """End with one line that says what is missing and how to get it."""
    print(text, file=sys.stderr)
    sys.exit(1)


def stamp_of(locks: list[Path]) -> str:
    """What an installation depends on: the locks, this Python and the place of the checkout."""
    digest = hashlib.sha256(f"{sys.version}{sys.prefix}{VENV}".encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def install(*names: str) -> Path:
    """Install the locks of the given names; return the environment's Python."""
    if sys.version_info < OLDEST:
        stop("Kept needs Python 3.11 or newer (on Debian: apt install python3 python3-venv).")
    locks = [ROOT / name for name in names]
    stamp_file = VENV / f".installed-{names[-1]}"
    python = VENV / "bin" / "python"
    wanted = stamp_of(locks)
    with (ROOT / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if python.exists() and stamp_file.exists() and stamp_file.read_text() == wanted:
            return python
        make_environment(python)
        for path in locks:
            print(f"Installing {path.name} …", file=sys.stderr, flush=True)
            command = [str(python), "-m", "pip", "install", "--quiet", "--no-input"]
            command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
            if subprocess.run([*command, "-r", str(path)], check=False).returncode:
                stop(f"Installing {path.name} failed: is a package registry within reach?")
        stamp_file.write_text(wanted)
    return python


def make_environment(python: Path) -> None:
    """Make `.venv`, anew where it was made elsewhere or is broken."""
    home = ROOT / ".venv" / ".made-for"
    if home.exists() and home.read_text() == f"{sys.version}{VENV}" and python.exists():
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        stop("Python's venv module is missing (on Debian: apt install python3-venv).")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)
    except subprocess.CalledProcessError:
        stop("Python's venv module cannot make an environment (apt install python3-venv).")
    home.write_text(f"{sys.version}{VENV}")


def run(command: list[str], **environment: str) -> int:
    """Run a command in the checkout; return its exit status."""
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode
