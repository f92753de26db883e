"""Working on uploads: claimed by one worker, followed while it works, ended once."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models.functions import Now
from psycopg.types.json import Jsonb

from collections_app.core import clock
from collections_app.imports.following import Following, Stage, storable
from collections_app.imports.jobs import FOLDER, remove_file
from collections_app.imports.messages import UnreadableFile, shown
from collections_app.imports.models import OPEN, ImportJob, JobState, RejectedRow
from collections_app.imports.operations import run_import
from collections_app.imports.result import ImportResult, Rejection
from collections_app.organisation.queries import today

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=30)
TELL_EVERY: Final = 0.5
MOST_ATTEMPTS: Final = 3
KEPT_FOR: Final = timedelta(days=1)
REMEMBERED_FOR: Final = timedelta(days=30)
# One at a time: imports wait for each other anyway, and a worker that waits sends no mail.
CLAIM: Final = """
    UPDATE imports_importjob SET
        lease_token = %(token)s,
        lease_until = statement_timestamp() + make_interval(secs => %(lease)s),
        attempts = attempts + 1, stage = 'reading', rows_done = 0
    WHERE id = (
        SELECT id FROM imports_importjob
        WHERE state IN ('checking', 'importing')
          AND (lease_until IS NULL OR lease_until < statement_timestamp())
          AND NOT EXISTS (
              SELECT 1 FROM imports_importjob
              WHERE state IN ('checking', 'importing') AND lease_until >= statement_timestamp()
          )
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""


class _NotAsConfirmed(Exception):
    """Ends the transaction of an import that would not do what was confirmed."""

    def __init__(self, result: ImportResult) -> None:
        super().__init__()
        self.result = result


class _Lost(Exception):
    """Ends the transaction of a worker that another has taken the job from."""


def run_due(*, seconds: float = 20) -> int:
    """Work on uploads that wait, one after another; begin none later than ``seconds`` from now.

    Safe however many call it at once: a job is leased to one of them by the database's clock, and
    its end is fenced by the lease's token. Returns how many were worked on.
    """
    begun, worked_on = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        token = uuid.uuid4()
        job = _claim(token)
        if job is None:
            break
        _work_on(job, token)
        worked_on += 1
    return worked_on


def remove_old() -> None:
    """End uploads that nobody decided about within a day, and forget all of them after a month."""
    stale = ImportJob.objects.filter(state__in=OPEN, at__lt=Now() - KEPT_FOR)
    for job in stale.exclude(lease_until__gte=Now()).order_by("pk")[:1000]:
        with transaction.atomic():
            if _end(ImportJob.objects.filter(pk=job.pk, state=job.state), problem_of("file_gone")):
                remove_file(job.stored_name)
    ImportJob.objects.exclude(state__in=OPEN).filter(at__lt=Now() - REMEMBERED_FOR).delete()
    _remove_orphans()


def _remove_orphans() -> None:
    """Remove files that no job names any more: what a crash between the two left behind."""
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    known = set(ImportJob.objects.open().values_list("stored_name", flat=True))
    oldest = clock.now() - KEPT_FOR
    for name in (f"{FOLDER}/{name}" for name in names):
        if name not in known and default_storage.get_modified_time(name) < oldest:
            default_storage.delete(name)


def _claim(token: uuid.UUID) -> ImportJob | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"token": token, "lease": LEASE.seconds})
        row = cursor.fetchone()
    return ImportJob.objects.select_related("by").get(pk=row[0]) if row else None


def _mine(job: ImportJob, token: uuid.UUID) -> Any:
    """The job, as long as nobody else has taken it over or ended it."""
    return ImportJob.objects.filter(pk=job.pk, state=job.state, lease_token=token)


def _work_on(job: ImportJob, token: uuid.UUID) -> None:
    following = Following()
    try:
        if job.attempts > MOST_ATTEMPTS:
            raise UnreadableFile("interrupted")
        with _told(job, token, following):
            _take(job, token, following)
    except UnreadableFile as refused:
        problem = problem_of(refused.code, refused.variant, refused.params)
        _fail(job, token, problem)
    except OperationalError:
        # The database went away, or two waited for each other: it comes up again, thrice at most.
        logger.warning("upload %s was interrupted", job.pk, exc_info=True)
        connection.close_if_unusable_or_obsolete()
        _mine(job, token).update(lease_until=None)
    except _Lost:
        logger.info("upload %s was taken over or cancelled", job.pk)
    except Exception:
        logger.exception("upload %s failed", job.pk)
        _fail(job, token, problem_of("internal_error"))


def _take(job: ImportJob, token: uuid.UUID, following: Following) -> None:
    """Check the file, or import it: what it comes to is kept with the job in one transaction."""
    if not job.by.is_active:
        raise UnreadableFile("not_allowed", variant="kind")
    data = _bytes_of(job)
    if job.state == JobState.CHECKING:
        result = _import(job, data, following, dry_run=True)
        _keep_check(job, token, result, following, has_changed=False)
        return
    try:
        with transaction.atomic():
            result = _import(job, data, following, dry_run=False)
            if not result.saved or not _is_as_confirmed(job, result):
                raise _NotAsConfirmed(result)
            _keep_import(job, token, result)
    except _NotAsConfirmed as other:
        _keep_check(job, token, other.result, following, has_changed=True)


def _import(job: ImportJob, data: bytes, following: Following, *, dry_run: bool) -> ImportResult:
    return run_import(
        kind=job.kind,
        data=data,
        filename=job.filename,
        by=job.by,
        on=today(),
        dry_run=dry_run,
        skip_bad_rows=job.skip_bad_rows,
        complete_through=job.complete_through,
        following=following,
    )


def _bytes_of(job: ImportJob) -> bytes:
    try:
        with default_storage.open(job.stored_name) as file:
            data: bytes = file.read()
            return data
    except FileNotFoundError as error:
        raise UnreadableFile("file_gone") from error


def _is_as_confirmed(job: ImportJob, result: ImportResult) -> bool:
    """Whether no row is left out but those that its person has seen and agreed to skip."""
    seen = set(job.rejected_rows.values_list("number", flat=True))
    return {rejection.row for rejection in result.rejected} <= seen


def _counts(result: ImportResult) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "rejected": result.rejected_rows,
        "ignored": [storable(heading) for heading in result.ignored],
    }


def _keep_check(
    job: ImportJob,
    token: uuid.UUID,
    result: ImportResult,
    following: Following,
    *,
    has_changed: bool,
) -> None:
    """Put down what the check found, and wait for the person's decision."""
    with transaction.atomic():
        kept = _mine(job, token).update(
            **_counts(result),
            state=JobState.CHECKED,
            since=Now(),
            has_changed=has_changed,
            skip_bad_rows=False,
            header=[storable(heading) for heading in following.header],
            columns=following.columns,
            preview=following.preview,
            lease_token=None,
            lease_until=None,
        )
        if not kept:
            raise _Lost
        RejectedRow.objects.filter(job=job).delete()
        _write_rejected(job, result.rejected, following)


def _write_rejected(job: ImportJob, rejections: list[Rejection], following: Following) -> None:
    reasons: dict[int, list[dict[str, Any]]] = {}
    for rejection in rejections:
        reasons.setdefault(rejection.row, []).append(_reason_of(rejection))
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy("COPY imports_rejectedrow (job_id, number, cells, reasons) FROM STDIN") as copy,
    ):
        for number, why in reasons.items():
            copy.write_row([job.pk, number, Jsonb(following.cells.get(number, [])), Jsonb(why)])


def _reason_of(rejection: Rejection) -> dict[str, Any]:
    error = rejection.error
    value = None if rejection.value is None else storable(rejection.value)
    told = problem_of(error.code, error.variant, error.params)
    return {"column": rejection.column, "value": value, **told}


def problem_of(
    code: str, variant: str = "", params: dict[str, object] | None = None
) -> dict[str, Any]:
    """What a sentence is made of, as JSON keeps it."""
    texts = {name: storable(shown(value)) for name, value in (params or {}).items()}
    return {"code": code, "variant": variant, "params": texts}


def _keep_import(job: ImportJob, token: uuid.UUID, result: ImportResult) -> None:
    """Say in the import's own transaction that it is done: it is saved and known, or neither."""
    kept = _mine(job, token).update(
        **_counts(result),
        state=JobState.DONE,
        since=Now(),
        record_id=result.import_id,
        stored_name="",
        lease_token=None,
        lease_until=None,
    )
    if not kept:
        raise _Lost
    remove_file(job.stored_name)


def _fail(job: ImportJob, token: uuid.UUID, problem: dict[str, Any]) -> None:
    with transaction.atomic():
        if _end(_mine(job, token), problem):
            remove_file(job.stored_name)


def _end(jobs: Any, problem: dict[str, Any]) -> bool:
    """End a job that comes to nothing; False where it is not as it was any more."""
    ended = jobs.update(
        state=JobState.FAILED,
        problem=problem,
        since=Now(),
        stored_name="",
        lease_token=None,
        lease_until=None,
    )
    return bool(ended)


@contextmanager
def _told(job: ImportJob, token: uuid.UUID, following: Following) -> Iterator[None]:
    """Meanwhile, keep the lease and let the job's row tell how far it is.

    By a thread with a connection of its own: what the import's transaction writes nobody sees
    before it ends.
    """
    stop = threading.Event()
    teller = threading.Thread(target=_tell, args=[job, token, following, stop], daemon=True)
    teller.start()
    try:
        yield
    finally:
        stop.set()
        teller.join()


def _tell(job: ImportJob, token: uuid.UUID, following: Following, stop: threading.Event) -> None:
    try:
        while not stop.wait(TELL_EVERY):
            stage, total = following.stage, following.total
            done = min(following.done, total) if stage == Stage.ROWS else 0
            try:
                _mine(job, token).update(
                    stage=stage, rows_done=done, rows_total=total, lease_until=Now() + LEASE
                )
            except DatabaseError:
                logger.warning("upload %s: its progress could not be told", job.pk)
                connection.close_if_unusable_or_obsolete()
    finally:
        connection.close()
