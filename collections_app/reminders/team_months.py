"""How the month of a manager's team stands: the dashboard's figures, and who is most at risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.compact import percent
from collections_app.core.display import format_money
from collections_app.core.months import add_months, first_of, month_before, month_text
from collections_app.customers.models import Customer
from collections_app.notices.morning import FigureLine, RiskLine, TeamMonth
from collections_app.standing.gaps import (
    CustomerGap,
    CustomersAsked,
    Gaps,
    GroupGap,
    gaps_of,
    total_of,
)
from collections_app.standing.queries import ids_of
from collections_app.standing.selection import Selection

MOST_AT_RISK: Final = 5


def months_of_team(person: Person, *, on: date) -> tuple[TeamMonth, ...]:
    """The month of ``on`` of all that ``person`` sees, as the dashboard tells it, by currency.

    In the language that is active. Currencies are never added. Two statements each, three for the
    first.
    """
    customers = ids_of(Customer.objects.visible_to(person))
    chosen = Selection(month=first_of(on), on=on, customers=customers)
    first = _gaps(chosen)
    months = []
    for currency in first.currencies:
        of_it = replace(chosen, currency=currency)
        is_first = first.total is not None and first.total.currency == currency
        months.append(_month_of(of_it, first if is_first else _gaps(of_it)))
    return tuple(months)


def _gaps(chosen: Selection) -> Gaps:
    return gaps_of(chosen, CustomersAsked(limit=0), most=MOST_AT_RISK)


def _month_of(chosen: Selection, found: Gaps) -> TeamMonth:
    total = found.total
    assert total is not None, "a currency is named because it has figures"
    former = replace(chosen, month=add_months(chosen.month, -1), on=month_before(chosen.on))
    before = total_of(former)
    of_same = before if before is not None and before.currency == total.currency else None
    home = f"{settings.BASE_URL}/gaps/?month={month_text(chosen.month)}&currency={total.currency}"
    return TeamMonth(
        currency=total.currency,
        figures=_figures(total, of_same),
        attainment=percent(total.attainment),
        coverage=percent(total.coverage),
        link=home,
        customers=tuple(_customer(row, chosen.month) for row in found.riskiest),
        reps=tuple(_rep(row, home) for row in found.reps if row.at_risk > 0)[:MOST_AT_RISK],
    )


def _figures(total: GroupGap, before: GroupGap | None) -> tuple[FigureLine, ...]:
    """The strip of the dashboard, what is at risk first."""
    known = (
        ("at_risk", _("At risk")),
        ("target", _("Target")),
        ("committed", _("Committed")),
        ("commitment_gap", _("Commitment gap")),
        ("measures", _("Measures")),
        ("received", _("Received")),
        ("short", _("Short")),
        ("lapsed", _("Lapsed")),
    )
    return tuple(_figure(label, key, total, before) for key, label in known)


def _figure(label: str, key: str, total: GroupGap, before: GroupGap | None) -> FigureLine:
    amount: int = getattr(total, key)
    than = None if before is None else amount - getattr(before, key)
    sign = "+" if than is not None and than > 0 else ""
    return FigureLine(
        label=label,
        amount=format_money(amount, total.currency),
        than="" if than is None else f"{sign}{format_money(than, total.currency)}",
    )


def _customer(row: CustomerGap, month: date) -> RiskLine:
    return RiskLine(
        name=row.name,
        beside=f"{row.code} · {row.owner_name}",
        at_risk=format_money(row.at_risk, row.currency),
        link=f"{settings.BASE_URL}/customers/{row.public_id}/?month={month_text(month)}",
    )


def _rep(row: GroupGap, home: str) -> RiskLine:
    at_risk = format_money(row.at_risk, row.currency)
    return RiskLine(row.name, "", at_risk, f"{home}&rep={row.public_id}")
