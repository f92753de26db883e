"""What *Today* says of a thing to do: its kind, its reason, why it stands where it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collections_app.core.compact import exact_amount, exact_money, symbol_of
from collections_app.core.money import decimals_of
from collections_app.followups.models import Outcome, RequestKind
from collections_app.planning.models import MeasureKind
from collections_app.reminders.agenda import FOLLOWED_UP, ON_HOLD, Waiting
from collections_app.reminders.ranking import (
    LATEST_DAYS,
    TENTHS,
    Item,
    Kind,
    late_tenths,
    rating_tenths,
)

KINDS: Final = {
    Kind.LAPSED: gettext_lazy("Lapsed and part-paid"),
    Kind.DUE: gettext_lazy("Due in the next days"),
    Kind.PUT_OFF: gettext_lazy("Put off until today"),
    Kind.TO_DECIDE: gettext_lazy("To decide"),
    Kind.DECIDED: gettext_lazy("Decided"),
    Kind.NOT_ASKED: gettext_lazy("Not asked yet"),
    Kind.UNCOVERED: gettext_lazy("Uncovered"),
    Kind.MEASURE_DUE: gettext_lazy("Measures past due"),
    Kind.UNDELIVERABLE: gettext_lazy("Undeliverable mail"),
    Kind.NO_CONTACT: gettext_lazy("No contact for long"),
    Kind.NO_REGULAR: gettext_lazy("No regular payment"),
}


def badge_of(item: Item, day: date) -> str:
    """The key of the item's state."""
    if item.kind == Kind.LAPSED:
        return item.detail
    if item.kind == Kind.DUE:
        if item.detail == "part_paid":
            return item.detail
        return "in_grace" if item.since and item.since < day else "due_soon"
    if item.kind == Kind.DECIDED:
        return item.detail.partition(" ")[2]
    return {Kind.TO_DECIDE: "waiting"}.get(item.kind, str(item.kind))


def reason_of(item: Item, day: date, *, name: str = "") -> str:
    """Why it is on the list, in one phrase; ``name`` is what the promise or measure is called."""
    return _REASONS[item.kind](item, day, name)


def why_here(item: Item) -> str:
    """The rank in words and figures: what is at stake × how late × how far one trusts."""
    late = late_tenths(item.days)
    if item.days >= LATEST_DAYS:
        lateness = _("%(factor)s for %(days)s days late or more") % {
            "factor": _tenths(late), "days": LATEST_DAYS,
        }  # fmt: skip
    elif item.days > 0:
        lateness = ngettext(
            "%(factor)s for %(days)s day late", "%(factor)s for %(days)s days late", item.days
        ) % {"factor": _tenths(late), "days": item.days}
    else:
        lateness = _("%(factor)s while in time") % {"factor": _tenths(late)}
    trust = _tenths(rating_tenths(item.rating))
    rating = (
        _("%(factor)s for rating %(rating)s") % {"factor": trust, "rating": item.rating}
        if item.rating
        else _("%(factor)s for no rating") % {"factor": trust}
    )
    result = item.amount * late * rating_tenths(item.rating) // TENTHS**2
    return f"{_whole(item.amount, item.currency)} × {lateness} × {rating} = {_figure(result, item)}"


def waits_because(row: Waiting) -> str:
    """Why a thing wants nothing today, and until when."""
    until = _day(row.until) if row.until else ""
    if row.why == FOLLOWED_UP:
        return _("Followed up; again from %(day)s") % {"day": until}
    if row.why == ON_HOLD:
        return _("On hold until the end of %(day)s") % {"day": until}
    return _("Put off until %(day)s: %(reason)s") % {"day": until, "reason": row.words}


def waits_as(row: Waiting) -> str:
    """The key of the state of a thing that waits."""
    return {FOLLOWED_UP: "followed_up", ON_HOLD: "on_hold"}.get(row.why, "snoozed")


def _tenths(factor: int) -> str:
    return f"{factor // TENTHS}.{factor % TENTHS}"


def _whole(amount: int, currency: str) -> str:
    """An amount without decimals that say nothing."""
    if amount % 10 ** decimals_of(currency):
        return exact_money(amount, currency)
    return f"{symbol_of(currency)}{exact_amount(amount, currency, decimals=0)}"


def _figure(amount: int, item: Item) -> str:
    return exact_amount(amount, item.currency, decimals=0)


def _day(day: date) -> str:
    """A day, short: the year is that of the page."""
    return date_format(day, "MONTH_DAY_FORMAT")


def _days_late(days: int) -> str:
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


def _lapsed(item: Item, day: date, name: str) -> str:
    values = {"reference": name, "late": _days_late(item.days)}
    if item.detail == "partially_kept":
        return _("Only part of %(reference)s was paid, %(late)s") % values
    return _("Nothing was paid on %(reference)s, %(late)s") % values


def _due(item: Item, day: date, name: str) -> str:
    left = (item.since - day).days if item.since else 0
    if left < 0:
        return _("%(reference)s was due and is in its grace") % {"reference": name}
    if left == 0:
        return _("%(reference)s is due today") % {"reference": name}
    return ngettext(
        "%(reference)s is due in %(days)s day", "%(reference)s is due in %(days)s days", left
    ) % {"reference": name, "days": left}


def _put_off(item: Item, day: date, name: str) -> str:
    outcome = dict(Outcome.choices).get(item.detail, item.detail)
    if item.days == 0:
        return _("Today was said to be the day to go on (last: %(outcome)s)") % {"outcome": outcome}
    return _("To go on since %(day)s, and nothing logged (last: %(outcome)s)") % {
        "day": _day(item.since or day), "outcome": outcome,
    }  # fmt: skip


def _to_decide(item: Item, day: date, name: str) -> str:
    kind = str(dict(RequestKind.choices)[item.detail])
    return _("%(name)s asks: %(kind)s") % {"name": name, "kind": kind}


def _decided(item: Item, day: date, name: str) -> str:
    code, _space, state = item.detail.partition(" ")
    kind = str(dict(RequestKind.choices)[code])
    if state == "approved":
        return _("Approved: %(kind)s") % {"kind": kind}
    return _("Refused: %(kind)s") % {"kind": kind}


def _not_asked(item: Item, day: date, name: str) -> str:
    if item.since is not None:
        return _("Was to be asked by the third working day, %(day)s") % {"day": _day(item.since)}
    if item.detail == "target":
        return _("There is a target and nobody asked for a commitment")
    return _("An open balance, no target, and nobody asked")


def _uncovered(item: Item, day: date, name: str) -> str:
    if item.detail == "short":
        return _("Still short with the measures planned")
    return _("Part of the target is covered by no commitment, money or measure")


def _measure_due(item: Item, day: date, name: str) -> str:
    kind = str(dict(MeasureKind.choices)[item.detail])
    what = f"{kind}: {name}" if name else kind
    return _("%(measure)s was to be done by %(day)s") % {
        "measure": what, "day": _day(item.since or day),
    }  # fmt: skip


def _undeliverable(item: Item, day: date, name: str) -> str:
    count = int(item.detail)
    if not count:
        return _("A reminder is due to the customer, and nobody there has an e-mail address")
    return ngettext(
        "%(count)s message could not be delivered: check the address",
        "%(count)s messages could not be delivered: check the address",
        count,
    ) % {"count": count}


def _no_contact(item: Item, day: date, name: str) -> str:
    silent = (day - item.since).days if item.since else 0
    return _("No contact for %(days)s days; the rating allows %(most)s") % {
        "days": silent, "most": item.detail,
    }  # fmt: skip


def _no_regular(item: Item, day: date, name: str) -> str:
    return _("It owes, and no regular payment is agreed")


_REASONS: Final[dict[Kind, Callable[[Item, date, str], str]]] = {
    Kind.LAPSED: _lapsed,
    Kind.DUE: _due,
    Kind.PUT_OFF: _put_off,
    Kind.TO_DECIDE: _to_decide,
    Kind.DECIDED: _decided,
    Kind.NOT_ASKED: _not_asked,
    Kind.UNCOVERED: _uncovered,
    Kind.MEASURE_DUE: _measure_due,
    Kind.UNDELIVERABLE: _undeliverable,
    Kind.NO_CONTACT: _no_contact,
    Kind.NO_REGULAR: _no_regular,
}
