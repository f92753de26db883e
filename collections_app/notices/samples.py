"""Mail as it would read, for a kind of which none has been owed yet: of the demo's customers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from collections_app.core.display import format_day, format_money, format_month
from collections_app.core.months import first_of, month_text
from collections_app.followups.models import RequestKind
from collections_app.notices.morning import CustomerLines, LapsedLine, Section
from collections_app.notices.plan_due import PlanLine
from collections_app.notices.requests import RequestLine
from collections_app.notices.wording import worded
from collections_app.organisation.queries import today
from collections_app.outbox.delivery import Rendered

CURRENCY: Final = "CNY"
CUSTOMER: Final = ("华辰商贸", "A-1001")
AMOUNT: Final = 12_000_000


def sample(folder: str, *, name: str, language: str) -> Rendered:
    """The mail of a folder to somebody of that name, about a customer made up."""
    with translation.override(language):
        context = SAMPLES[folder](today(), language)
    return worded(folder, {"name": name, **context}, language=language, count=1)


def _morning(day: date, language: str) -> dict[str, Any]:
    due_on = day - timedelta(days=5)
    line = LapsedLine(
        reference="P-1001", position=1, due_on=format_day(due_on, language),
        promised=format_money(AMOUNT, CURRENCY), received=format_money(AMOUNT // 4, CURRENCY),
        remaining=format_money(AMOUNT - AMOUNT // 4, CURRENCY), is_part_paid=True, days_late=5,
        next_instalment="", link=_link("today/"), at_stake=Decimal(1),
    )  # fmt: skip
    section = Section("lapsed", 1, [CustomerLines(*CUSTOMER, "", _link("today/"), (line,))])
    return {
        "sections": [section],
        "first": section,
        "digest": None,
        "totals": [line.remaining],
        "known_through": format_day(day - timedelta(days=1), language),
        "standing_on": format_day(day, language),
        "today_link": _link("today/"),
        "profile_link": _link("settings/profile/"),
    }


def _plan_due(day: date, language: str) -> dict[str, Any]:
    month = first_of(first_of(day) + timedelta(days=31))
    link = _link(f"plan/?month={month_text(month)}")
    line = PlanLine(*CUSTOMER, format_money(AMOUNT, CURRENCY), False, False, link)
    return {
        "month": format_month(month, language),
        "unplanned": 1,
        "not_asked": 1,
        "count": 1,
        "lines": [line],
        "more": 0,
        "totals": [line.open],
        "locks_on": format_day(month + timedelta(days=4), language),
        "standing_on": format_day(day, language),
        "unplanned_link": link,
        "not_asked_link": link,
    }


def _request(day: date, language: str) -> dict[str, Any]:
    line = RequestLine(
        customer=CUSTOMER[0], code=CUSTOMER[1], asker=_("A colleague"), decider=_("A manager"),
        kind=str(RequestKind(RequestKind.values[0]).label), is_approved=True,
        amount=format_money(AMOUNT, CURRENCY), conceded=format_money(AMOUNT // 2, CURRENCY),
        until=format_day(day + timedelta(days=14), language), about="P-1001", target_before="",
        target_after="", month=format_month(first_of(day), language), reason="", note="", word="",
        link=_link("today/"),
    )  # fmt: skip
    return {"lines": [line]}


def _link(path: str) -> str:
    return f"{settings.BASE_URL}/{path}"


# A kind that can be worded has a sample.
SAMPLES: Final[dict[str, Callable[[date, str], dict[str, Any]]]] = {
    "morning": _morning,
    "plan_due": _plan_due,
    "requested": _request,
    "decided": _request,
}
