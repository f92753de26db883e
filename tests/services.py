"""PostgreSQL and Valkey of the tests' own, started before Django reads its settings."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from collections_app.embedded import places
from collections_app.embedded.services import Services

_started: list[tuple[Services, tempfile.TemporaryDirectory[str]]] = []


def start_services() -> None:
    """Start the servers once; workers of a parallel run inherit the environment."""
    if "KEPT_TEST_SERVICES" in os.environ:
        keep_everything_in(os.environ["KEPT_TEST_SERVICES"])
        return
    folder = tempfile.TemporaryDirectory(prefix="kept-tests-")
    Path(folder.name).chmod(0o755)
    keep_everything_in(folder.name)
    # With a run that is killed they die: nobody would ever look for them.
    services = Services(Path(folder.name), durable=False, die_with_us=True)
    services.join()
    _started.append((services, folder))
    os.environ |= {
        "KEPT_TEST_SERVICES": folder.name,
        "DATABASE_URL": services.postgres.url,
        "REDIS_URL": services.valkey.url,
        "DATA_DIR": folder.name,
        "SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
        "KEPT_PLAIN_STATIC": "1",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "COUNTRY": "",
        "CURRENCY": "CNY",
        "TIME_ZONE": "Asia/Shanghai",
    }
    absent = ("EMAIL_URL", "BOUNCES_URL", "BOUNCES_SECRET", "BASE_URL", "DEBUG", "ALLOWED_HOSTS")
    for name in absent:
        os.environ.pop(name, None)


def keep_everything_in(folder: str) -> None:
    """Where PostgreSQL's user cannot reach the checkout, its files are copied, but not for good."""
    if Path(folder).is_dir():
        places.ELSEWHERE = Path(folder) / "elsewhere"
        places.ELSEWHERE.mkdir(mode=0o755, exist_ok=True)


# While this plugin is being read: pytest-django reads the settings before any hook of ours runs.
start_services()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop them with the run that started them."""
    while _started and not hasattr(config, "workerinput"):
        services, folder = _started.pop()
        services.leave()
        folder.cleanup()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where the real data were not there to be tested on."""
    if not os.environ.get("REAL_DATA_DIR"):
        terminalreporter.write_line("REAL_DATA_DIR is not set: the test on real data did not run.")
