"""Celery: a wake-up for work that the database holds. It never carries data."""

from __future__ import annotations

import gc
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collections_app.settings")

from django.conf import settings
from django.utils.log import configure_logging

from collections_app.jobs import (
    log_names,  # noqa: F401 - it listens to signals
    stamps,
)
from collections_app.jobs.schedules import Aligned

if TYPE_CHECKING:
    from celery.apps.beat import Beat

VISIBILITY_TIMEOUT = 300
SOFT_SHUTDOWN = 30


class Kept(Celery):
    """Celery whose scheduler loads neither models nor tasks: it only names tasks."""

    @property
    def Beat(self) -> type[Beat]:  # noqa: N802 - Celery's own name
        from celery.apps.beat import Beat as FullBeat  # noqa: PLC0415 - others need none of it

        class LightBeat(FullBeat):
            app = self

            def init_loader(self) -> None:
                configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
                self.app.finalize()

        return LightBeat


app = Kept(
    "collections_app",
    broker=settings.REDIS_URL,
    task_cls="collections_app.jobs.recorded:RecordedTask",
)
app.conf.update(
    # At least once: a task whose worker dies comes back, and finds its work by query.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    result_backend=None,
    # True made 32 doubles under the same kills that make one without it.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_TIMEOUT,
        # Without these two a dead worker's task comes back after 87 s, not after 7.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "retry_on_timeout": True,
        "health_check_interval": 10,
    },
    # Publishing never keeps a request waiting: the row is the truth, the next tick finds it.
    task_publish_retry=False,
    task_soft_time_limit=VISIBILITY_TIMEOUT // 2 - 30,
    task_time_limit=VISIBILITY_TIMEOUT // 2 - 10,
    worker_soft_shutdown_timeout=SOFT_SHUTDOWN,
    worker_enable_soft_shutdown_on_idle=True,
    worker_hijack_root_logger=False,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="kept",
    timezone="UTC",
    enable_utc=True,
    # Beat's own record of what it last sent; a lost one costs one tick sent twice.
    beat_schedule_filename=str(settings.DATA_DIR / "celerybeat-schedule"),
    # A beat that sleeps longer would let the 5-second wake-ups come late.
    beat_max_loop_interval=5,
)


def _every(task: str, seconds: int, **options: Any) -> dict[str, Any]:
    """A wake-up that expires with its period, so that a dead worker's queue stays short."""
    return {
        "task": task,
        "schedule": Aligned(timedelta(seconds=seconds)),
        "options": {"expires": seconds, "ignore_result": True, **options},
    }


def as_jobs(schedule: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Let each entry but the heartbeat say which job it wakes, so that its run is on record.

    ``RecordedTask`` reads it; a period of the calendar counts as a day.
    """
    for name, entry in schedule.items():
        if entry["task"] != stamps.NAME:
            every = getattr(entry["schedule"], "run_every", None)
            seconds = every.total_seconds() if every else 86400
            entry["kwargs"] = {"job": {"name": name, "every": seconds}}
    return schedule


app.conf.beat_schedule = {
    # Every five minutes instead of once after midnight: the organisation's midnight is not known
    # here and moves with its zone, and a tick lost to a restart is healed by the next. A tick is
    # cheap once the day has been swept: but for one an hour it looks at those alone for whom
    # something was done.
    "sweep": _every("reminders.sweep_now", 300),
    # Every ten minutes, because it waits for the day's sweep; a day's work is done once.
    "open_month": _every("reminders.open_month", 600),
    # It waits for the day's sweep as well, and is done once a day.
    "digests": _every("reminders.owe_digests", 300),
    "deliver": _every("reminders.deliver_messages", 5),
    # So that the first look of a morning, or after an import, finds all summed up.
    "answers": _every("standing.keep_answers", 60),
    # Beat stamps nothing itself: the task says when it was sent, which proves beat, and that it
    # ran, which proves a worker.
    "heartbeat": _every(stamps.NAME, 3),
    # An upload wakes a worker itself; this finds those whose worker, or whose wake-up, was lost.
    "imports": _every("imports.run_job", 10),
    "old_uploads": _every("imports.remove_old_uploads", 3600),
    "old_submissions": _every("web.forget_submissions", 3600),
    "old_runs": _every("jobs.forget_runs", 3600),
    # At night in Europe, in the morning in East Asia; it only reads, and takes minutes at most.
    "check": {
        "task": "standing.check_kept",
        "schedule": crontab(hour="2", minute="30"),
        "options": {"expires": 3600, "ignore_result": True},
    },
}

if settings.BOUNCES_URL:
    app.conf.beat_schedule["bounces"] = _every("outbox.read_bounces", 300)
as_jobs(app.conf.beat_schedule)

app.autodiscover_tasks(
    [
        "collections_app.jobs",
        "collections_app.outbox",
        "collections_app.standing",
        "collections_app.reminders",
        "collections_app.imports",
        "collections_app.web",
    ]
)


@setup_logging.connect
def keep_django_logging(**_kwargs: Any) -> None:
    """Leave logging to the settings; Celery would set up its own beside it."""


@worker_init.connect
def share_what_is_loaded(**_kwargs: Any) -> None:
    """Keep the garbage collector from touching, and so copying, what the pool's processes share."""
    gc.collect()
    gc.freeze()
