"""Mail of a month's last working days: who is not planned or asked for yet (rule 9)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.conf import settings

from collections_app.core.display import format_day, format_money, format_month
from collections_app.core.money import decimals_of
from collections_app.core.months import month_text
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.operations import Due, Owed, owe, put_into_messages
from collections_app.notices.wording import worded
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message
from collections_app.standing.opening import still_to_plan
from collections_app.standing.queries import standing_day

# The customers that are named, the largest first; the page shows all.
MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A customer to plan for or to ask; the amount exact, with its currency."""

    customer: str
    code: str
    open: str
    is_planned: bool
    is_asked: bool
    link: str


def owe_plan_due(*, month: date, on: date, due_at: Due) -> list[Message]:
    """Owe each rep with something left to plan or to ask one mail of the day.

    In the caller's transaction; returns the messages made. Again on the same day makes none.
    """
    left = still_to_plan(month, on=on).filter(owner__is_active=True)
    owners = left.order_by("owner").values_list("owner", flat=True).distinct()
    key = f"plan/{month_text(month)}/{on.isoformat()}"
    owed = [Owed(id_, key, month=month) for id_ in owners]
    return put_into_messages(owe(NoticeKind.PLAN_DUE, owed), due_at=due_at)


def plan_due_gone(notice: Notice) -> str | None:
    """Why a person need no longer be told; None while customers are left to plan or to ask."""
    if not notice.reader.is_active:
        return "disabled"
    day, month = standing_day(), _month_of(notice)
    if day >= month:
        return "too_late"
    # After an outage the latest day is told, not each of them.
    later = Notice.objects.filter(
        kind=NoticeKind.PLAN_DUE, person=notice.reader, month=month, key__gt=notice.key
    )
    if later.exclude(state=NoticeState.WITHDRAWN).exists():
        return "replaced"
    left = still_to_plan(month, on=day).filter(owner=notice.reader)
    return None if left.exists() else "planned"


def word_plan_due(message: Message, notice: Notice) -> Rendered:
    """Word what is left to plan and to ask as it is now, the most open first."""
    language, month = message.language, _month_of(notice)
    context = _context(notice, month, standing_day(), language)
    context |= {"name": message.person.name if message.person else ""}
    return worded("plan_due", context, language=language, count=context["count"])


def _context(notice: Notice, month: date, day: date, language: str) -> dict[str, Any]:
    left = still_to_plan(month, on=day).filter(owner=notice.reader).select_related("ledger_sums")
    lines: list[tuple[Decimal, PlanLine]] = []
    totals: dict[str, int] = defaultdict(int)
    counts = {"unplanned": 0, "not_asked": 0}
    for customer in left:
        sums = getattr(customer, "ledger_sums", None)
        open_ = sums.open if sums else 0
        is_planned, is_asked = customer.is_planned, customer.is_asked  # type: ignore[attr-defined]
        totals[customer.currency] += open_
        counts["unplanned"] += not is_planned
        counts["not_asked"] += not is_asked
        line = PlanLine(
            customer=customer.name,
            code=customer.code,
            open=format_money(open_, customer.currency),
            is_planned=is_planned,
            is_asked=is_asked,
            link=f"{settings.BASE_URL}/customers/{customer.public_id}/?month={month_text(month)}",
        )
        # Whole units of whatever currency: it orders only.
        lines.append((Decimal(open_).scaleb(-decimals_of(customer.currency)), line))
    lines.sort(key=lambda each: (-each[0], each[1].code))
    locks_on = work_calendar().nth_of_month(month, organisation().lock_working_day)
    plan = f"{settings.BASE_URL}/plan/?month={month_text(month)}"
    return counts | {
        "month": format_month(month, language),
        "count": len(lines),
        "lines": [line for _amount, line in lines[:MOST_NAMED]],
        "more": max(len(lines) - MOST_NAMED, 0),
        # One for each currency: they are never added.
        "totals": [format_money(a, c) for c, a in sorted(totals.items()) if a],
        "locks_on": format_day(locks_on, language),
        "standing_on": format_day(day, language),
        "unplanned_link": f"{plan}&show=unplanned",
        "not_asked_link": f"{plan}&show=not_asked",
    }


def _month_of(notice: Notice) -> date:
    assert notice.month is not None, "held by a constraint"
    return notice.month
