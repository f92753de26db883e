"""Opening the next month's plans, and telling reps what is not planned or asked for yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from collections_app.accounts.operations import record
from collections_app.core.months import month_text
from collections_app.notices.plan_due import owe_plan_due
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.planning.opening import month_to_open, open_plans
from collections_app.reminders.mornings import morning_mail
from collections_app.standing.opening import without_plan
from collections_app.standing.operations import hold_customers, refresh_touched
from collections_app.standing.queries import chunks


@dataclass(frozen=True, slots=True)
class Opened:
    """The month that was opened (None: it is not time yet), new plans, and people to be told."""

    month: date | None
    plans: int = 0
    told: int = 0


def open_month(*, on: date) -> Opened:
    """In the last five working days of a month, open the next one's plans and owe ``plan_due``.

    ``on`` is the standing day. Safe to run any number of times and side by side: a plan is opened
    once, and a person is told once a day. Customers are locked some hundreds at a time, each lot
    with a transaction of its own, so that nobody waits for all of them.
    """
    calendar = work_calendar()
    month = month_to_open(on, calendar)
    if month is None:
        return Opened(None)
    locks_on = calendar.nth_of_month(month, organisation().lock_working_day)
    plans = sum(
        _open_some(lot, month, locks_on)
        for lot in chunks(without_plan(month).values_list("pk", flat=True))
    )
    if plans:
        record(
            actor=None,
            verb="open_month",
            subject_kind="month",
            subject_id=month_text(month),
            payload={"month": month, "plans": plans, "locks_on": locks_on},
        )
    # A mail of a day off would wait for a working day, which has its own.
    told = _tell(month, on) if calendar.is_working(on) else 0
    return Opened(month, plans, told)


def _open_some(customer_ids: list[int], month: date, locks_on: date) -> int:
    with transaction.atomic():
        # Customers before plans: the order that whoever writes a customer's facts keeps.
        hold_customers(customer_ids)
        opened = open_plans(customer_ids=customer_ids, month=month, locks_on=locks_on)
        refresh_touched()
    return opened


def _tell(month: date, on: date) -> int:
    with transaction.atomic():
        return len(owe_plan_due(month=month, on=on, due_at=morning_mail(on)))
