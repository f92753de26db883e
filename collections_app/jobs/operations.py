"""Heartbeats, and jobs that run once however many start them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from collections_app.core.clock import now
from collections_app.core.logs import named
from collections_app.jobs.models import JobOutcome, JobRun

KEPT_FOR, KEPT_OF_OFTEN = timedelta(days=90), timedelta(days=1)
MOST_FORGOTTEN = 100_000
BEAT = """
    INSERT INTO jobs_heartbeat (name, at) VALUES (%(name)s, %(at)s)
    ON CONFLICT (name) DO UPDATE SET at = greatest(jobs_heartbeat.at, excluded.at)
"""


def beat(name: str, *, at: datetime | None = None) -> None:
    """Record that ``name`` was well at the instant ``at`` (now); a late beat never goes back."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT, {"name": name, "at": at or now()})


# A worker ends what takes longer than 140 s: a run begun before that and not finished has died.
CLAIM = """
    INSERT INTO jobs_jobrun AS run (name, period, outcome, error)
    VALUES (%(name)s, %(period)s, '', '')
    ON CONFLICT (name, period) DO UPDATE SET started_at = statement_timestamp()
    WHERE run.finished_at IS NULL
        AND (%(has_died)s OR run.started_at < statement_timestamp() - interval '150 seconds')
    RETURNING id
"""
FINISH = """
    UPDATE jobs_jobrun SET finished_at = greatest(statement_timestamp(), started_at),
        outcome = %(outcome)s, error = %(error)s
    WHERE id = %(id)s
"""


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
        JobRun.objects.filter(pk=run.pk).update(finished_at=Now(), outcome=JobOutcome.DONE)


def run_once(name: str, period: str, work: Callable[[], object], *, has_died: bool = False) -> bool:
    """Run ``work`` if nobody has run ``name`` for ``period``; False, and nothing done, otherwise.

    For work that commits as it goes on: the run is on record before it begins. One that died is
    taken up by the next caller after two and a half minutes, at once by one who knows
    (``has_died``); one that raised has had its period, and says what went wrong.
    """
    id_ = _claimed(name, period, has_died=has_died)
    if id_ is None:
        return False
    try:
        with named(job_run=str(id_)):
            work()
    except Exception as fault:
        text = f"{type(fault).__name__}: {fault}".replace("\x00", "\ufffd")
        _finish(id_, JobOutcome.FAILED, text[:500])
        raise
    _finish(id_, JobOutcome.DONE)
    return True


def _claimed(name: str, period: str, *, has_died: bool) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"name": name, "period": period, "has_died": has_died})
        row = cursor.fetchone()
    return row[0] if row else None


def _finish(id_: int, outcome: JobOutcome, error: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(FINISH, {"id": id_, "outcome": outcome.value, "error": error})


def forget_runs(*, often: Collection[str]) -> int:
    """Forget runs of long ago: of jobs that run ``often`` after a day, of others after 90 days.

    Of the oldest 100,000 at most; what is left over goes an hour later. Returns how many went.
    """
    old = Q(started_at__lt=Now() - KEPT_FOR)
    old |= Q(started_at__lt=Now() - KEPT_OF_OFTEN, name__in=list(often))
    ids = JobRun.objects.filter(old).order_by("started_at").values("pk")[:MOST_FORGOTTEN]
    number, _by_model = JobRun.objects.filter(pk__in=ids).delete()
    return number


def _lock(name: str) -> bool:
    """Take the job's advisory lock until the transaction ends; False if another holds it."""
    key = int.from_bytes(hashlib.sha256(f"job:{name}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        row = cursor.fetchone()
    return bool(row and row[0])
