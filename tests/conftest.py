"""One cast for all tests, and settings that keep tests apart from each other."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from collections_app.outbox import watch
from tests.casting import Cast, assemble
from tests.emptying import empty_the_tables, send_everybody_away

# How long a machine takes says nothing of what is right.
hypothesis.settings.register_profile(
    "kept", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("kept")

__all__ = ["Cast"]


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of the tests; whoever needs a password gives them one."""
    return assemble()


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests() -> Iterator[None]:
    """Cheap passwords, no collected static files, a cache that other workers do not share."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        CACHES={
            "default": {
                "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                "LOCATION": uuid.uuid4().hex,
            }
        },
    ):
        yield


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request in another language leaves it on for whoever comes next: each test begins anew."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _empty_cache(_settings_of_tests: None) -> None:
    """Sign-in limits of one test do not shut the next one out."""
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the clock is late is asked now and then: not while the statements of a page count."""
    monkeypatch.setattr(watch, "_seen", (float("inf"), watch.Ages(None, None)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests with real transactions empty the tables; all else of the audit trail's stays.

    At the end whoever is left in the database (the last request of a browser that was closed) is
    sent away, so that it can be dropped.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER accounts_audit_no_truncate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_the_tables())
        yield
    with django_db_blocker.unblock():
        send_everybody_away()
