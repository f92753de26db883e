"""An uploaded file on its way to an import, and the rows of it that were refused."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import ImportRecord, Person, Role
from collections_app.imports.following import Stage
from collections_app.imports.headings import KINDS


class JobState(models.TextChoices):
    """Where an upload stands. A worker is wanted while ``checking`` and ``importing``."""

    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("to be confirmed")
    IMPORTING = "importing", _("being imported")
    DONE = "imported", _("imported")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


RUNNING = (JobState.CHECKING, JobState.IMPORTING)
OPEN = (*RUNNING, JobState.CHECKED)
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def visible_to(self, person: Person) -> ImportJobQuerySet:
        """Narrow to one's own; finance and administrators see everyone's."""
        if not person.is_active:
            return self.none()
        if person.role in (Role.ADMIN, Role.FINANCE):
            return self
        return self.filter(by=person)

    def open(self) -> ImportJobQuerySet:
        """Those that somebody or a worker still has to do something about."""
        return self.filter(state__in=OPEN)


class ImportJob(models.Model):
    """One uploaded file: checked by a worker without saving, confirmed, then imported, once.

    The file lies under ``stored_name`` until the job ends. Counts are those of the check, and of
    the import once done. ``problem`` says why the file as a whole is no use, as code and
    parameters: sentences are made for the reader.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=255)
    stored_name = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField()
    complete_through = models.DateField(null=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="import_jobs")
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.CHECKING)
    since = models.DateTimeField(db_default=Now())
    skip_bad_rows = models.BooleanField(default=False)
    # True where the data had changed between check and import, so that it has to be decided anew.
    has_changed = models.BooleanField(default=False)
    record = models.OneToOneField(ImportRecord, models.PROTECT, null=True, related_name="job")

    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)

    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    header: models.JSONField[Any, list[str]] = models.JSONField(default=list)
    columns: models.JSONField[Any, dict[str, int]] = models.JSONField(default=dict)
    ignored: models.JSONField[Any, list[str]] = models.JSONField(default=list)
    preview: models.JSONField[Any, list[dict[str, Any]]] = models.JSONField(default=list)
    problem: models.JSONField[Any, dict[str, Any] | None] = models.JSONField(null=True)
    objects = ImportJobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="import_job_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=JobState.values), name="import_job_state_known"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="import_job_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.DONE, record__isnull=False)
                | (~Q(state=JobState.DONE) & Q(record__isnull=True)),
                name="import_job_done_with_its_record",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.FAILED, problem__isnull=False)
                | (~Q(state=JobState.FAILED) & Q(problem__isnull=True)),
                name="import_job_failed_with_its_problem",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, stored_name="")
                | (Q(state__in=OPEN) & ~Q(stored_name="")),
                name="import_job_file_until_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(complete_through__isnull=True) | Q(kind="payments"),
                name="import_job_complete_through_of_payments",
            ),
            models.CheckConstraint(
                condition=Q(rows=F("created") + F("updated") + F("unchanged") + F("rejected")),
                name="import_job_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(rows_done__lte=F("rows_total")), name="import_job_done_within_total"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=OPEN), name="import_job_open"),
            models.Index(fields=["at"], name="import_job_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.filename}"

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def to_save(self) -> int:
        """How many rows an import would write, as of the check."""
        return self.created + self.updated

    @property
    def is_worth_importing(self) -> bool:
        """Whether an import would change anything: a row, or the day payments are known through."""
        return self.to_save > 0 or (self.complete_through is not None and self.unchanged > 0)


class RejectedRow(models.Model):
    """A row that was refused: its cells as the file has them, and each reason.

    A reason is ``{"column", "value", "code", "variant", "params"}``; column and value are null
    where it is the row as a whole.
    """

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rejected_rows")
    number = models.PositiveIntegerField()
    cells: models.JSONField[Any, list[str]] = models.JSONField(default=list)
    reasons: models.JSONField[Any, list[dict[str, Any]]] = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="rejected_row_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="rejected_row_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
