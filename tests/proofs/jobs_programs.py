"""Celery with short periods and short days, which writes down each run as it begins."""

from __future__ import annotations

# What a worker or scheduler of the proof runs before Celery itself. Days pass in seconds, so that
# each sweep finds another day's lapses.
PREPARED = """
import os, time
from datetime import date, timedelta
import django
django.setup()
from collections_app.celery import app, as_jobs
from collections_app.jobs import operations
from collections_app.jobs.schedules import Aligned
import collections_app.reminders.tasks as tasks

PERIODS = {"sweep": 4, "deliver": 3, "imports": 4, "heartbeat": 3}
for name, entry in app.conf.beat_schedule.items():
    seconds = PERIODS.get(name, 8)
    entry["schedule"] = Aligned(timedelta(seconds=seconds))
    entry["options"]["expires"] = seconds
as_jobs(app.conf.beat_schedule)
app.conf.beat_max_loop_interval = 1

BEGAN, DAY = float(os.environ["PROOF_BEGAN"]), float(os.environ["PROOF_DAY"])
FIRST, DAYS = date.fromisoformat(os.environ["PROOF_FIRST"]), int(os.environ["PROOF_DAYS"])
def today():
    return FIRST + timedelta(days=min(max(int((time.time() - BEGAN) / DAY), 0), DAYS))
tasks.today = today

def noted(name, period, work):
    def run():
        with open(os.environ["PROOF_RUNS"], "a") as log:
            log.write(f"{time.time()} {name} {period.replace(' ', '/')}\\n")
        return work()
    return run
run_once = operations.run_once
"""
GUARDED = """
operations.run_once = lambda name, period, work, **more: run_once(
    name, period, noted(name, period, work), **more)
"""
# The protection taken out: whoever is woken runs.
UNGUARDED = """
operations.run_once = lambda name, period, work, **more: noted(name, period, work)()
"""
MAIN = """
from celery.__main__ import main
main()
"""


def celery_program(*, guarded: bool) -> str:
    """The program, with or without the guard that lets a job run once a period."""
    return PREPARED + (GUARDED if guarded else UNGUARDED) + MAIN
