"""Follow-ups as pages show them: a customer's list, and the days that a form offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from collections_app.core.months import add_months, first_of, segment_ends
from collections_app.core.workdays import WorkCalendar
from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp, Outcome
from collections_app.followups.queries import follow_ups_page
from collections_app.standing.models import LAPSED, InstalmentStanding

PAGE_SIZE = 30
FRIDAY = 4
LINES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class QuickDay:
    """A day offered by a button."""

    name: str
    day: date


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """One follow-up; ``may_promise`` where its promise is not recorded yet."""

    row: FollowUp
    outcome: str
    may_promise: bool

    @property
    def is_long(self) -> bool:
        return len(self.row.note) > 300 or self.row.note.count("\n") >= LINES_SHOWN

    @property
    def start(self) -> str:
        """How a long note begins."""
        return " ".join(self.row.note.split())[:100]


@dataclass(frozen=True, slots=True)
class FollowUpsTab:
    """One page of follow-ups, latest first."""

    lines: list[FollowUpLine]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Chased:
    """What a hold keeps from being chased: how many lapsed instalments, their rest."""

    count: int
    amount: int


def follow_ups_tab(customer: Customer, *, on: date, page: int) -> FollowUpsTab:
    """What passed between rep and customer; the latest contact may lead on to its promise."""
    start = (page - 1) * PAGE_SIZE
    found = follow_ups_page(customer.pk, on=on, start=start, limit=PAGE_SIZE + 1)
    latest = found[0] if found and page == 1 else None
    open_one = None
    if latest is not None and latest.outcome == Outcome.PROMISED:
        is_recorded = customer.commitments.filter(made_on__gte=latest.on_day).exists()
        open_one = None if is_recorded else latest
    lines = [FollowUpLine(row, f"said_{row.outcome}", row is open_one) for row in found[:PAGE_SIZE]]
    return FollowUpsTab(lines, len(found) > PAGE_SIZE)


def quick_days(on: date, calendar: WorkCalendar) -> list[QuickDay]:
    """Days on which people put things off, each a working day, none twice."""
    tomorrow = calendar.after(on, 1)
    friday = calendar.on_or_before(on + timedelta(days=(FRIDAY - on.weekday()) % 7 or 7))
    week = calendar.on_or_after(on + timedelta(days=7))
    wanted = [
        (_("Tomorrow") if tomorrow == on + timedelta(days=1) else _("Next working day"), tomorrow),
        (_("Friday") if friday.weekday() == FRIDAY else _("End of the week"), friday),
        (_("In a week"), week),
        (_("End of the segment"), segment_end(on, calendar)),
    ]
    found: dict[date, QuickDay] = {}
    for name, day in wanted:
        if day > on:
            found.setdefault(day, QuickDay(name, day))
    return sorted(found.values(), key=lambda one: one.day)


def segment_end(on: date, calendar: WorkCalendar) -> date:
    """The last working day of the ten-day segment that is not over yet."""
    ends = [*segment_ends(on), *segment_ends(add_months(first_of(on), 1))]
    return next(day for day in map(calendar.on_or_before, ends) if day > on)


def chased(customer: Customer) -> Chased:
    """What of the customer has lapsed, on the standing day; in minor units."""
    rows = InstalmentStanding.objects.filter(customer=customer, state__in=LAPSED)
    found = rows.aggregate(
        count=Count("pk"), amount=Sum(F("instalment__amount") - F("received"), default=0)
    )
    return Chased(found["count"], found["amount"])
