"""The jobs that the clock wakes: when each last ran, for how long, how it ended, what is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from celery import current_app
from django.utils.translation import gettext_lazy as _

from collections_app.core.clock import now
from collections_app.jobs.models import Heartbeat, JobRun

FRESH: Final = timedelta(seconds=45)
NAMES: Final = {
    "sweep": _("Sweep: what lapses, and what is to be said"),
    "open_month": _("Opening next month's plans"),
    "digests": _("Summaries of the day and of the week"),
    "deliver": _("Sending mail"),
    "imports": _("Checking and importing files"),
    "bounces": _("Reading mail that came back"),
    "answers": _("Summing up what the dashboards show"),
    "old_uploads": _("Removing files that nobody imported"),
    "old_submissions": _("Forgetting forms sent long ago"),
    "old_runs": _("Forgetting runs of jobs of long ago"),
    "check": _("Checking that kept figures equal computed ones"),
}
PARTS: Final = {"worker": _("Worker"), "scheduler": _("Scheduler")}


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job; ``last`` is its latest run, if it is on record."""

    key: str
    name: str
    last: JobRun | None
    next_at: datetime | None

    @property
    def badge(self) -> str:
        """How the last run ended; one that neither ended nor can still be running has died."""
        if self.last is None:
            return ""
        if self.last.outcome:
            return str(self.last.outcome)
        return "failed" if now() - self.last.started_at > timedelta(seconds=150) else "in_progress"

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        if self.last is None or self.last.finished_at is None:
            return None
        return (self.last.finished_at - self.last.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of the installation, and when it last showed itself."""

    name: str
    at: datetime | None
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class JobsPage:
    """Jobs and parts."""

    jobs: list[JobRow]
    parts: list[PartRow]


def jobs_page() -> JobsPage:
    """Every job that is scheduled, in two statements."""
    scheduled = scheduled_jobs()
    latest = JobRun.objects.filter(name__in=scheduled).order_by("name", "-started_at")
    runs = {run.name: run for run in latest.distinct("name")}
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    fresh_from = now() - FRESH
    parts = [
        PartRow(str(word), beats.get(key), bool(beats.get(key) and beats[key] > fresh_from))
        for key, word in PARTS.items()
    ]
    jobs = [
        JobRow(key, str(NAMES.get(key, key)), runs.get(key), _next(entry))
        for key, entry in scheduled.items()
    ]
    return JobsPage(jobs, parts)


def scheduled_jobs() -> dict[str, dict[str, Any]]:
    """The entries of the schedule that are jobs, by their names."""
    schedule: dict[str, dict[str, Any]] = current_app.conf.beat_schedule
    return {key: entry for key, entry in schedule.items() if entry.get("kwargs", {}).get("job")}


def _next(entry: dict[str, Any]) -> datetime:
    """When the clock wakes it next."""
    moment = now()
    left: timedelta = entry["schedule"].remaining_estimate(moment)
    return moment + left
