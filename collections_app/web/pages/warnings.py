"""What to look at before a promise is saved; none of it keeps anybody from saving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.actions.effects import Effect
from collections_app.core.compact import exact_money
from collections_app.core.workdays import SATURDAY
from collections_app.ledger.models import Invoice
from collections_app.organisation.queries import work_calendar
from collections_app.standing.queries import open_balances
from collections_app.web.acting import Scene

THIRD: Final = 3


def promise_warnings(values: dict[str, Any], effect: Effect, *, scene: Scene) -> list[str]:
    """In sentences: a gap that is left, more than is owed, days off, the third promise or later.

    ``values`` are the form's, ``effect`` what saving them would do.
    """
    instalments: Sequence[tuple[date, int]] = values["instalments"]
    promised = sum(amount for _due, amount in instalments)
    found = [_gap(effect, scene.currency), _owed(promised, scene), _again(effect)]
    return [sentence for sentence in found if sentence] + _days_off(instalments)


def _gap(effect: Effect, currency: str) -> str:
    after = effect.figures_after
    if after is None or after.commitment_gap <= 0:
        return ""
    gap = exact_money(after.commitment_gap, currency)
    return _("This leaves a commitment gap of %(gap)s in the month.") % {"gap": gap}


def _owed(promised: int, scene: Scene) -> str:
    id_ = scene.customer.pk
    owed = open_balances([id_], on=scene.day).get(id_, 0)
    # Without the ledger's side nobody knows what is owed.
    if promised <= owed or not Invoice.objects.filter(customer=id_).exists():
        return ""
    words = {"promised": exact_money(promised, scene.currency)}
    words["owed"] = exact_money(owed, scene.currency)
    return _("%(promised)s is more than the open balance of %(owed)s.") % words


def _again(effect: Effect) -> str:
    number = effect.promise_number
    if number < THIRD:
        return ""
    return _("This is promise no. %(number)s for the same money; your manager is shown that.") % {
        "number": number
    }


def _days_off(instalments: Sequence[tuple[date, int]]) -> list[str]:
    calendar = work_calendar()
    off = sorted({due for due, _amount in instalments if not calendar.is_working(due)})
    return [_day_off(day, calendar.on_or_before(day)) for day in off]


def _day_off(day: date, before: date) -> str:
    words = {"day": date_format(day, "DATE_FORMAT"), "before": date_format(before, "DATE_FORMAT")}
    words["weekday"] = date_format(day, "l")
    if day.weekday() >= SATURDAY:
        return _("%(day)s is a %(weekday)s; the working day before it is %(before)s.") % words
    return _("%(day)s is a holiday; the working day before it is %(before)s.") % words
