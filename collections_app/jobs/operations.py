"""Heartbeats, and jobs that run once however many start them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now

from collections_app.core.clock import now
from collections_app.jobs.models import JobRun

BEAT = """
    INSERT INTO jobs_heartbeat (name, at) VALUES (%(name)s, %(at)s)
    ON CONFLICT (name) DO UPDATE SET at = greatest(jobs_heartbeat.at, excluded.at)
"""


def beat(name: str, *, at: datetime | None = None) -> None:
    """Record that ``name`` was well at the instant ``at`` (now); a late beat never goes back."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT, {"name": name, "at": at or now()})


@contextmanager
def once(name: str, period: str) -> Iterator[bool]:
    """Enter with True for the one caller that is to run ``name`` for ``period``; others get False.

    Everything inside is one transaction with the record of the run, so that a run that dies or
    raises leaves no record and is taken up by the next caller. Others never wait: while one
    runs, they are told False.
    """
    with transaction.atomic():
        if not _lock(name) or JobRun.objects.filter(name=name, period=period).exists():
            yield False
            return
        run = JobRun.objects.create(name=name, period=period)
        yield True
        # By the database's clock, as the start was: another machine's may lie before it.
        JobRun.objects.filter(pk=run.pk).update(finished_at=Now())


def _lock(name: str) -> bool:
    """Take the job's advisory lock until the transaction ends; False if another holds it."""
    key = int.from_bytes(hashlib.sha256(f"job:{name}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        row = cursor.fetchone()
    return bool(row and row[0])
