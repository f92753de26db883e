"""A data folder with every migration applied: made once a run, copied by whoever needs one."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from collections_app.embedded.environment import ROOT
from collections_app.embedded.places import RECORD
from collections_app.embedded.services import Services


def migrated_folder() -> Path | None:
    """Make it if no worker of this run has; None where data lie elsewhere, uncopied."""
    shared = Path(os.environ["KEPT_TEST_SERVICES"])
    made = shared / "migrated"
    with (shared / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = shared / "migrated.new"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o755)
            _migrate(draft)
            draft.rename(made)
    return None if (made / RECORD).exists() else made


def _migrate(folder: Path) -> None:
    services = Services(folder, durable=False)
    services.join()
    try:
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"],
            env={
                **os.environ,
                "DATABASE_URL": services.postgres.url,
                "REDIS_URL": services.valkey.url,
                "DATA_DIR": str(folder),
            },
            check=True,
        )
    finally:
        services.leave()


def copy_folder(source: Path, target: Path) -> None:
    """Copy as a person would, owners included."""
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


def copy_to(target: Path, source: Path) -> None:
    """Copy servers that are to be killed: on ports of their own, which no other copy takes."""
    Services(target)
    kept = target / "embedded.json"
    chosen = json.loads(kept.read_text())
    copy_folder(source, target)
    own = {name: chosen[name] for name in ("postgres_port", "valkey_port")}
    kept.write_text(json.dumps(json.loads(kept.read_text()) | own))
