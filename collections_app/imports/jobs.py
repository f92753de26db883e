"""An upload from the form to its decision: opened, then confirmed or cancelled by its person."""

from __future__ import annotations

import uuid
from datetime import date
from functools import partial
from typing import Final

from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Overtaken, Refused
from collections_app.imports.following import Stage, storable
from collections_app.imports.messages import UnreadableFile
from collections_app.imports.models import ImportJob, JobState
from collections_app.imports.operations import check_kind
from collections_app.imports.readers.content import kind_of

FOLDER: Final = "uploads"
TASK: Final = "imports.run_job"
# Files of a person that may lie about at a time.
MOST_OPEN: Final = 20


def open_job(
    *, kind: str, data: bytes, filename: str, by: Person, complete_through: date | None = None
) -> ImportJob:
    """Keep an uploaded file and have a worker check it, without saving anything.

    Raises ``UnreadableFile`` where a look at the file is enough to refuse it, or where the person
    may not import the kind, ``Refused`` where too many of theirs wait already. The file lies under
    a random name and is never served back.
    """
    check_kind(kind, by)
    if not data:
        raise UnreadableFile("empty_file", field="file")
    if len(data) > settings.MAX_UPLOAD_MB * 1024 * 1024:
        raise UnreadableFile("too_large", field="file", limit_mb=settings.MAX_UPLOAD_MB)
    try:
        kind_of(data)
    except UnreadableFile as refused:
        refused.field = "file"
        raise
    if ImportJob.objects.open().filter(by=by).count() >= MOST_OPEN:
        raise Refused(
            _("You have many uploads that wait for a decision. Import them or give them up first."),
            code="too_many",
        )
    name = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", ContentFile(data))
    job = ImportJob.objects.create(
        kind=kind,
        filename=storable(filename)[-255:],
        stored_name=name,
        size=len(data),
        complete_through=complete_through if kind == "payments" else None,
        by=by,
    )
    transaction.on_commit(wake, robust=True)
    return job


def confirm_job(*, job: ImportJob, by: Person, skip_bad_rows: bool) -> None:
    """Have a worker import what was checked; two confirmations make one import.

    Raises ``Overtaken`` where the job no longer waits for a decision, ``Refused`` where it has bad
    rows and ``skip_bad_rows`` does not say to leave them out, or nothing to save.
    """
    job = _held(job, by)
    if job.state != JobState.CHECKED:
        raise _decided()
    if job.rejected and not skip_bad_rows:
        raise Refused(
            _("Some rows are rejected. Say that they are to be skipped."), code="bad_rows"
        )
    if not job.is_worth_importing:
        raise Refused(_("There is nothing to import."), code="nothing_to_import")
    ImportJob.objects.filter(pk=job.pk).update(
        state=JobState.IMPORTING,
        skip_bad_rows=skip_bad_rows,
        has_changed=False,
        since=Now(),
        stage=Stage.WAITING,
        rows_done=0,
        lease_token=None,
        lease_until=None,
        attempts=0,
    )
    transaction.on_commit(wake, robust=True)


def cancel_job(*, job: ImportJob, by: Person) -> None:
    """Give an upload up and remove its file; raises ``Overtaken`` once its import has begun."""
    job = _held(job, by)
    if job.state == JobState.CANCELLED:
        return
    if job.state not in (JobState.CHECKING, JobState.CHECKED):
        raise _decided()
    ImportJob.objects.filter(pk=job.pk).update(
        state=JobState.CANCELLED, since=Now(), stored_name="", lease_token=None, lease_until=None
    )
    remove_file(job.stored_name)


def remove_file(name: str) -> None:
    """Remove an upload once the caller's transaction is through; a leftover goes with the old."""
    if name:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def wake() -> None:
    """Tell a worker that there is work. Only a wake-up: the clock finds the row without it."""
    current_app.send_task(TASK, retry=False, expires=60)


def _held(job: ImportJob, by: Person) -> ImportJob:
    """The job as it stands, locked; only who uploaded it decides."""
    held = ImportJob.objects.select_for_update().get(pk=job.pk)
    if held.by_id != by.pk:
        raise Refused(_("Only who uploaded the file decides about it."), code="not_allowed")
    return held


def _decided() -> Overtaken:
    return Overtaken(_("This upload is decided already: see below what became of it."))
