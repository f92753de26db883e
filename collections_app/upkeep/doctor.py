"""Is the installation healthy, and what to do if not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from collections_app.core.clock import now
from collections_app.jobs.queries import (
    broker_answers,
    database_answers,
    heartbeat_is_fresh,
    last_heartbeat,
)
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.watch import ages

FRESH_SECONDS: Final = 45
CLOCKS_DIFFER: Final = timedelta(seconds=5)
LEAST_FREE: Final = 1_000_000_000
SHORTEST_KEY: Final = 32
# Enabled triggers that keep the audit trail append-only; "D" is one switched off.
TRIGGERS: Final = """
    SELECT count(*) FROM pg_trigger
    WHERE tgrelid = 'accounts_auditentry'::regclass AND NOT tgisinternal AND tgenabled <> 'D'
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: fine or not, in a sentence that says what to do."""

    name: str
    ok: bool
    message: str


Told = tuple[bool, str]


def examine() -> list[Finding]:
    """Every check, in the order in which one would mend what they find."""
    findings = []
    for name, check in CHECKS.items():
        try:
            ok, message = check()
        except (DatabaseError, OSError) as fault:
            ok, message = False, f"cannot be looked at: {type(fault).__name__}"
        findings.append(Finding(name, ok, message))
    return findings


def _database() -> Told:
    if database_answers():
        return True, "answers"
    return False, "does not answer: start it, or look at DATABASE_URL"


def _schema() -> Told:
    executor = MigrationExecutor(connection)
    left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return not left, f"is behind by {left}: run manage.py migrate" if left else "is up to date"


def _broker() -> Told:
    if broker_answers():
        return True, "answers"
    return False, "does not answer: start it, or look at REDIS_URL"


def _part(name: str, command: str) -> Told:
    if heartbeat_is_fresh(name, within_seconds=FRESH_SECONDS):
        return True, "lives"
    last = last_heartbeat(name)
    since = f"last showed itself at {last.isoformat()}" if last else "has never shown itself"
    return False, f"{since}: start manage.py up, or celery -A collections_app {command}"


def _sweep() -> Told:
    late = ages()
    if late.sweep is None:
        return True, "has not run yet: the first comes within five minutes of a start"
    told = f"was done {late.sweep:.0f} s ago"
    return not late.sweep_is_late, told + (": look at worker and jobs" * late.sweep_is_late)


def _outbox() -> Told:
    late = ages()
    if late.oldest_due is None:
        return True, "nothing waits"
    told = f"the oldest message due waits for {late.oldest_due:.0f} s"
    return not late.mail_is_late, told + (": look at worker and mail server" * late.mail_is_late)


def _dead_messages() -> Told:
    lately = now() - timedelta(days=1)
    dead = Message.objects.filter(state=MessageState.DEAD, created_at__gt=lately).count()
    if not dead:
        return True, "none since yesterday"
    return False, f"{dead} since yesterday: see {settings.BASE_URL}/messages/?state=dead"


def _mail() -> Told:
    if settings.KEPT_EMAIL is None:
        return True, f"EMAIL_URL is not set: mail stays in {settings.MAIL_DIR} and reaches nobody"
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if domain in ("", "localhost"):
        return False, "DEFAULT_FROM_EMAIL is of no real domain: many servers will refuse the mail"
    return True, f"leaves by {settings.KEPT_EMAIL['EMAIL_HOST']}"


def _secret_key() -> Told:
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        return False, f"SECRET_KEY is short: set it to {SHORTEST_KEY} random characters or more"
    return True, "is long enough"


def _debug() -> Told:
    if settings.DEBUG:
        return False, "DEBUG is on: it shows the insides to everybody; take it out"
    return True, "is off"


def _base_url() -> Told:
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    is_local = host in ("127.0.0.1", "::1", "localhost")
    if is_local and set(settings.ALLOWED_HOSTS) <= set(settings.LOCAL_HOSTS):
        return True, f"{settings.BASE_URL}: this machine alone"
    if is_local:
        return False, "BASE_URL names this machine: links in mail lead nowhere; set it"
    if parts.scheme != "https":
        return False, "BASE_URL is not https: sign-ins can be read on the way"
    return True, settings.BASE_URL


def _clock() -> Told:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row = cursor.fetchone()
    apart = abs(now() - row[0]) if row else timedelta(0)
    told = f"{apart.total_seconds():.1f} s from the database's"
    return apart < CLOCKS_DIFFER, told if apart < CLOCKS_DIFFER else f"{told}: set both by NTP"


def _disk() -> Told:
    free = shutil.disk_usage(Path(settings.DATA_DIR)).free
    told = f"{free / 1e9:.1f} GB free in DATA_DIR"
    return free > LEAST_FREE, told if free > LEAST_FREE else f"{told}: make room"


def _audit() -> Told:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        row = cursor.fetchone()
    if row and row[0] >= len(("update or delete", "truncate")):
        return True, "is append-only"
    return False, "can be changed: its triggers are missing or switched off; who did that?"


CHECKS: Final[dict[str, Callable[[], Told]]] = {
    "database": _database,
    "schema": _schema,
    "broker": _broker,
    "worker": lambda: _part("worker", "worker"),
    "scheduler": lambda: _part("scheduler", "beat"),
    "sweep": _sweep,
    "outbox": _outbox,
    "dead_messages": _dead_messages,
    "mail": _mail,
    "secret_key": _secret_key,
    "debug": _debug,
    "base_url": _base_url,
    "clock": _clock,
    "disk": _disk,
    "audit": _audit,
}
