"""Wake-ups for a worker: the rows are the truth, a task only says that it is time to look."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from collections_app.core.clock import now
from collections_app.jobs.operations import once
from collections_app.organisation.queries import organisation, today
from collections_app.outbox.delivery import deliver_due
from collections_app.reminders.digests import owe_digests
from collections_app.reminders.mail import prepare
from collections_app.reminders.opening import open_month
from collections_app.reminders.sweep import sweep

# Shorter than the half minute that a worker has to stop in.
DELIVERY_SECONDS = 20


@shared_task(name="reminders.sweep_now")
def sweep_now(**_later_args: Any) -> None:
    """Sweep to today; cheap where nothing is due and no fact is new, but for once an hour."""
    day, stands_on = today(), organisation().standing_on
    if stands_on is not None and day < stands_on:
        return
    with once("sweep_of_an_hour", f"{now():%Y-%m-%d %H}") as is_whole:
        sweep(on=day, is_tick=not is_whole)


@shared_task(name="reminders.open_month")
def open_next_month(**_later_args: Any) -> None:
    """Open the next month's plans once the day has been swept; cheap where all are open."""
    day = today()
    if organisation().standing_on == day:
        open_month(on=day)


@shared_task(name="reminders.owe_digests")
def owe_todays_digests(**_later_args: Any) -> None:
    """Owe the digests once the day has been swept; cheap once they are."""
    day = today()
    if organisation().standing_on == day:
        owe_digests(on=day)


@shared_task(name="reminders.deliver_messages")
def deliver_messages(**_later_args: Any) -> None:
    """Send what is due."""
    deliver_due(prepare=prepare, seconds=DELIVERY_SECONDS)
