"""What the clock started, and when each part of the installation was last well."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobOutcome(models.TextChoices):
    """How a run ended."""

    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class JobRun(models.Model):
    """One run of a periodic job; a name and period run once, however many schedulers there are.

    ``outcome`` is blank while it runs, and stays so where it died; ``error`` says what failed.
    """

    name = models.CharField(max_length=100)
    period = models.CharField(max_length=40, db_collation="C")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=JobOutcome.choices, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "period"], name="job_run_once_a_period"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="job_run_finished_after_start",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=JobOutcome.values),
                name="job_run_outcome_known",
            ),
        ]
        indexes = [models.Index(fields=["name", "-started_at"], name="job_run_latest")]

    def __str__(self) -> str:
        return f"{self.name} {self.period}"


class Heartbeat(models.Model):
    """When a part of the installation last showed that it works."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="heartbeat_name_given"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
