"""What a day asks to be said to a customer's contact about an instalment (rule 9): pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collections_app.core.workdays import WorkCalendar
from collections_app.notices.manners import OLDEST
from collections_app.notices.models import NoticeKind
from collections_app.reminders.policy import DAY

# For so many working days a lapse waits until payments are known through its deadline.
LEDGER_DAYS: Final = 2


@dataclass(frozen=True, slots=True)
class Owing:
    """An instalment on which something is still owed, in time or lapsed."""

    made_on: date
    due_on: date
    deadline_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to say, from one day to another, both included.

    ``days_before`` the due date, None for a lapse. It ``waits`` while payments are not known
    through the deadline; one that ``came_too_late`` waited in vain and is for the rep.
    """

    kind: NoticeKind
    since: date
    until: date
    days_before: int | None = None
    waits: bool = False
    came_too_late: bool = False

    def key_of(self, instalment_id: int) -> str:
        """The key of its notice, beside its kind and recipient."""
        ahead = "" if self.days_before is None else f"/{self.days_before}"
        return f"instalment/{instalment_id}{ahead}"


def step_on(
    owing: Owing,
    *,
    reminder_days: Sequence[int],
    on: date,
    known_through: date | None,
    calendar: WorkCalendar,
) -> Step | None:
    """The latest thing that is to be said by the day ``on``, unless it is too old by then.

    Nothing between the due date and the deadline. ``known_through`` is the last day through which
    payments are known.
    """
    if on > owing.deadline_on:
        return _lapse(owing, on, known_through, calendar)
    if on > owing.due_on:
        return None
    begun = [step for step in _reminders(owing, reminder_days) if step.since <= on]
    return begun[-1] if begun and on <= begun[-1].until else None


def next_step(
    owing: Owing, *, reminder_days: Sequence[int], on: date, calendar: WorkCalendar
) -> Step | None:
    """What comes next after the day ``on``, should nothing be paid; None after a lapse."""
    ahead = [step for step in _reminders(owing, reminder_days) if step.since > on]
    lapse = _lapsing(owing, calendar)
    return ahead[0] if ahead else (lapse if lapse.since > on else None)


def _reminders(owing: Owing, reminder_days: Sequence[int]) -> Iterator[Step]:
    """Those of the policy's days that come after the promise was made, ascending."""
    for days in sorted(set(reminder_days), reverse=True):
        since = owing.due_on - timedelta(days=days)
        if since > owing.made_on:
            until = min(owing.due_on, since + OLDEST)
            yield Step(NoticeKind.DUE_SOON, since, until, days_before=days)


def _lapsing(
    owing: Owing, calendar: WorkCalendar, *, waits: bool = False, came_too_late: bool = False
) -> Step:
    since = calendar.on_or_after(owing.deadline_on + DAY)
    return Step(NoticeKind.LAPSED, since, since + OLDEST, waits=waits, came_too_late=came_too_late)


def _lapse(
    owing: Owing, on: date, known_through: date | None, calendar: WorkCalendar
) -> Step | None:
    is_known = known_through is not None and known_through >= owing.deadline_on
    is_over = on > calendar.after(owing.deadline_on, LEDGER_DAYS)
    step = _lapsing(
        owing, calendar, waits=not is_known and not is_over, came_too_late=not is_known and is_over
    )
    return step if on <= step.until else None
