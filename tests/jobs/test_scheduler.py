"""The scheduler only names tasks: it loads none, and each name is one that a worker knows."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

from collections_app.celery import app

BEGIN = """
import logging
from collections_app.celery import app
app.Beat(quiet=True).init_loader()
from django.apps import apps
print(apps.ready, "jobs.beat_heartbeat" in app.tasks, len(logging.getLogger().handlers))
"""


def test_the_scheduler_loads_neither_models_nor_tasks_and_logs_as_all_do() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", BEGIN],
        cwd=settings.BASE_DIR,
        capture_output=True,
        check=True,
        text=True,
    )
    assert answer.stdout.split() == ["False", "False", "1"]


def test_a_worker_knows_every_task_that_is_scheduled() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert named <= set(app.tasks)
