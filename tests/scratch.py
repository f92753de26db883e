"""Servers for one proof or benchmark alone, which leave nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collections_app.embedded import places
from collections_app.embedded.services import Services


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach and that holds all that its servers keep."""
    before = places.ELSEWHERE
    with tempfile.TemporaryDirectory(prefix=f"kept-{name}-") as path:
        folder = Path(path)
        folder.chmod(0o755)
        # Where that user cannot reach the checkout, its files are copied, but not for good.
        places.ELSEWHERE = folder / "elsewhere"
        places.ELSEWHERE.mkdir(mode=0o755)
        try:
            yield folder
        finally:
            places.ELSEWHERE = before


def scratch_services(folder: Path, *, durable: bool) -> Services:
    """Start servers in the folder that die with this process; the caller leaves them."""
    services = Services(folder, durable=durable, die_with_us=True)
    services.join()
    return services


def scratch_environment(folder: Path, services: Services) -> dict[str, str]:
    """What makes the product run on those servers, and the same wherever it runs."""
    return {
        "DATABASE_URL": services.postgres.url,
        "REDIS_URL": services.valkey.url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-a-scratch-folder-0123456789-0123456789",
        "EMAIL_URL": "",
        "BOUNCES_URL": "",
        "BOUNCES_SECRET": "",
        "BASE_URL": "",
        "DEBUG": "",
        "ALLOWED_HOSTS": "",
        "COUNTRY": "",
        "CURRENCY": "CNY",
        "TIME_ZONE": "Asia/Shanghai",
    }
