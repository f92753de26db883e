"""PostgreSQL and Valkey of the tests' own, started before Django reads its settings."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from collections_app.embedded.services import Services

_services: Services | None = None
_folder: tempfile.TemporaryDirectory[str] | None = None


def pytest_load_initial_conftests() -> None:
    """Start the servers once; workers of a parallel run inherit the environment."""
    global _services, _folder
    if "KEPT_TEST_SERVICES" in os.environ:
        return
    _folder = tempfile.TemporaryDirectory(prefix="kept-tests-")
    Path(_folder.name).chmod(0o755)
    _services = Services(Path(_folder.name), durable=False)
    _services.join()
    os.environ |= {
        "KEPT_TEST_SERVICES": "1",
        "DATABASE_URL": _services.postgres.url,
        "REDIS_URL": _services.valkey.url,
        "DATA_DIR": _folder.name,
        "SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
        "KEPT_PLAIN_STATIC": "1",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "COUNTRY": "",
        "CURRENCY": "CNY",
        "TIME_ZONE": "Asia/Shanghai",
    }
    for name in ("EMAIL_URL", "BASE_URL", "DEBUG", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop them with the run that started them."""
    global _services
    if _services is not None and not hasattr(config, "workerinput"):
        _services.leave()
        _services = None
        if _folder is not None:
            _folder.cleanup()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where the real data were not there to be tested on."""
    if not os.environ.get("REAL_DATA_DIR"):
        terminalreporter.write_line("REAL_DATA_DIR is not set: the test on real data did not run.")
