"""The head of one customer's page: all that it shows, in one statement on the standing day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from collections_app.core.months import first_of, last_of
from collections_app.core.planned import fetch_planned
from collections_app.customers.holds import hold_in_force
from collections_app.customers.models import Contact, Customer, HoldKind
from collections_app.followups.queries import LastContact, last_contacts
from collections_app.organisation.queries import organisation
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.kept import NextPromise, Summary, summary_of
from collections_app.standing.one_sql import HEAD_KEPT, HEAD_OF_MONTH
from collections_app.standing.rates import KeptRate, kept_rates_of, window_of
from collections_app.standing.regularity import (
    MONTHS,
    Regularity,
    RegularMonth,
    months_looked_at,
    regularities,
)

# The months of the windows of the kept rate.
WINDOWS: Final = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Whom:
    """The first contact: whom one talks to about payment."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Held:
    """The hold in force, until the end of ``ends_on``; ``entered_by`` is a name."""

    public_id: UUID
    kind: str
    note: str
    ends_on: date
    entered_by: str

    @property
    def kind_name(self) -> str:
        return str(HoldKind(self.kind).label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where one stands with a customer; ``kept`` is the kept rate by the months of its window."""

    figures: CustomerFigures | None
    summary: Summary
    kept: Mapping[int, KeptRate]
    regularity: Regularity | None
    contact: Whom | None
    last_contact: LastContact | None
    hold: Held | None


def head_of(customer: Customer, *, month: date, on: date) -> Head:
    """The head as of the end of ``on``, with the figures of ``month`` (its first day).

    One statement on the standing day, planned once; what of it a customer's touch makes old is
    worked out. Before the first sweep, and for another day, all of it is.
    """
    if on != organisation().standing_on:
        return _worked_out(customer, month, on)
    statement = HEAD_KEPT if month == first_of(on) else HEAD_OF_MONTH
    rows = fetch_planned(statement, _values(customer.pk, month, on))
    touched, figures, sums, kept, regular, contact, last, hold = rows[0]
    return Head(
        figures=_figures(customer.pk, month, on) if touched else _of_figures(figures),
        summary=summary_of(customer.pk, on=on) if touched else _of_sums(sums),
        kept={row.pop("months"): KeptRate(currency=customer.currency, **row) for row in kept or ()},
        regularity=_of_months(regular),
        contact=Whom(**contact) if contact else None,
        last_contact=_of_last(last) if last else None,
        hold=_of_hold(hold) if hold else None,
    )


def _values(customer_id: int, month: date, on: date) -> dict[str, Any]:
    windows = [window_of(on, months=months) for months in WINDOWS]
    first, last = months_looked_at(on)
    return {
        "customer": customer_id,
        "as_of": on,
        "month": month,
        "month_end": last_of(month),
        "zone": organisation().time_zone,
        "windows": list(WINDOWS),
        "starts": [window.since for window in windows],
        "since": min(window.since for window in windows),
        "until": windows[0].until,
        "first": first,
        "last": last,
    }


def _figures(customer_id: int, month: date, on: date) -> CustomerFigures | None:
    return next(iter(customer_figures(month, on=on, customers=[customer_id])), None)


def _of_figures(row: dict[str, Any] | None) -> CustomerFigures | None:
    return CustomerFigures(**row | {"public_id": UUID(row["public_id"])}) if row else None


def _of_sums(row: dict[str, Any]) -> Summary:
    due_on, amount = _day(row.pop("next_on")), row.pop("next_amount")
    return Summary(**row, next_promise=NextPromise(due_on, amount) if due_on else None)


def _of_months(rows: list[dict[str, Any]] | None) -> Regularity | None:
    months = [
        RegularMonth(
            date.fromisoformat(row["month"]),
            date.fromisoformat(row["agreed_on"]),
            row["amount"],
            row["received"],
        )
        for row in rows or ()
    ]
    return Regularity(tuple(months[-MONTHS:])) if months else None


def _of_last(row: dict[str, Any]) -> LastContact:
    on_day, next_on = date.fromisoformat(row["on_day"]), _day(row["next_on"])
    return LastContact(on_day, row["outcome"], row["channel"], next_on)


def _of_hold(row: dict[str, Any]) -> Held:
    dated = {"public_id": UUID(row["public_id"]), "ends_on": date.fromisoformat(row["ends_on"])}
    return Held(**row | dated)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _worked_out(customer: Customer, month: date, on: date) -> Head:
    """The same from the functions for many customers, for any day."""
    ids = [customer.pk]
    rates = {months: kept_rates_of(ids, on=on, months=months) for months in WINDOWS}
    contact = Contact.objects.filter(customer=customer).order_by("-is_primary", "pk").first()
    hold = hold_in_force(customer, on=on)
    return Head(
        figures=_figures(customer.pk, month, on),
        summary=summary_of(customer.pk, on=on),
        kept={months: rate[customer.pk] for months, rate in rates.items() if rate},
        regularity=regularities(ids, on=on).get(customer.pk),
        contact=Whom(contact.name, contact.phone, contact.email) if contact else None,
        last_contact=last_contacts(ids, on=on).get(customer.pk),
        hold=Held(hold.public_id, hold.kind, hold.note, hold.ends_on, hold.entered_by.name)
        if hold
        else None,
    )
