"""Customers, their first contact, and the dated rows of owner and rating."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models.functions import Lower

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment
from collections_app.customers.models import Contact, Customer, Ownership, RatingChange
from collections_app.customers.names import pinyin_of
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow
from collections_app.ledger.models import Adjustment, Invoice, Payment
from collections_app.organisation.queries import organisation
from collections_app.planning.models import MonthPlan

FIELDS = {
    "name": "name",
    "credit_rating": "rating",
    "currency": "currency",
    "reminder_mode": "reminder_mode",
    "payment_terms_days": "payment_terms_days",
    "regular_day": "regular_day",
}
CONTACT_FIELDS = {
    "contact_name": "name",
    "contact_email": "email",
    "contact_phone": "phone",
    "language": "language",
}


def import_customers(batch: Batch) -> None:
    """Make or change customers by code; owner and rating of a known one change from the day on."""
    rows = batch.once(lambda row: row.get("code"), "code")
    owners = _owners(rows)
    known = {c.code: c for c in Customer.objects.filter(code__in=[r.get("code") for r in rows])}
    contacts = {
        c.customer_id: c
        for c in Contact.objects.filter(customer__in=known.values(), is_primary=True)
    }
    new: list[tuple[ParsedRow, Customer]] = []
    for row in rows:
        owner = owners.get(row.get("owner_email").casefold())
        if owner is None:
            batch.reject(row, "owner_email", "unknown_user")
            continue
        customer = known.get(row.get("code"))
        values = _values(batch, row, customer)
        if row.rejected:
            continue
        if customer is None:
            new.append((row, Customer(code=row.get("code"), owner=owner, **values)))
        else:
            _update(batch, row, customer, owner, values, contacts.get(customer.pk))
    _create(batch, new)


def _owners(rows: list[ParsedRow]) -> dict[str, Person]:
    emails = {row.get("owner_email").casefold() for row in rows}
    people = Person.objects.annotate(lower=Lower("email")).filter(lower__in=emails)
    return {person.email.casefold(): person for person in people}


def _values(batch: Batch, row: ParsedRow, customer: Customer | None) -> dict[str, Any]:
    values = {field: row.get(column) for column, field in FIELDS.items() if row.has(column)}
    if "name" in values:
        values["name_pinyin"], values["name_initials"] = pinyin_of(values["name"])
    former = organisation().currency if customer is None else customer.currency
    currency = values.setdefault("currency", former)
    if customer is not None and currency != former and has_facts(customer):
        batch.reject(row, "currency", "conflict")
    if row.has("regular_amount"):
        regular = batch.amount(row, "regular_amount", Customer(currency=currency))
        values["regular_amount"] = regular
        if regular is not None and regular <= 0:
            batch.reject(row, "regular_amount", "out_of_range")
    elif customer is not None and customer.regular_amount and currency != former:
        # What is stored counts in minor units of another currency.
        batch.reject(row, "regular_amount", "required")
    return values


def has_facts(customer: Customer) -> bool:
    """Whether anything of the customer is counted in its currency already."""
    models = (Invoice, Payment, Adjustment, MonthPlan, Commitment)
    return any(model.objects.filter(customer=customer).exists() for model in models)


def _create(batch: Batch, new: list[tuple[ParsedRow, Customer]]) -> None:
    Customer.objects.bulk_create([customer for _, customer in new], batch_size=2000)
    by = batch.by
    Ownership.objects.bulk_create(
        [Ownership(customer=c, owner_id=c.owner_id, entered_by=by) for _, c in new],
        batch_size=2000,
    )
    RatingChange.objects.bulk_create(
        [RatingChange(customer=c, rating=c.rating, entered_by=by) for _, c in new],
        batch_size=2000,
    )
    contacts = [
        Contact(customer=c, is_primary=True, **_contact_values(row, new_contact=True))
        for row, c in new
        if any(row.has(column) for column in CONTACT_FIELDS if column != "language")
    ]
    Contact.objects.bulk_create(contacts, batch_size=2000)
    for row, _ in new:
        row.outcome = CREATED


def _contact_values(row: ParsedRow, *, new_contact: bool) -> dict[str, Any]:
    values = {field: row.get(col) for col, field in CONTACT_FIELDS.items() if row.has(col)}
    if new_contact:
        values.setdefault("language", organisation().language)
        values.setdefault("name", (values.get("email") or row.get("name"))[:200])
    return values


def _update(
    batch: Batch,
    row: ParsedRow,
    customer: Customer,
    owner: Person,
    values: Mapping[str, Any],
    contact: Contact | None,
) -> None:
    changes = {name: value for name, value in values.items() if getattr(customer, name) != value}
    if customer.owner_id != owner.pk:
        changes["owner"] = owner
        _date_from(Ownership, customer, batch.on, batch.by, owner=owner)
    if "rating" in changes:
        _date_from(RatingChange, customer, batch.on, batch.by, rating=changes["rating"])
    if changes:
        for name, value in changes.items():
            setattr(customer, name, value)
        customer.save(update_fields=list(changes))
    talked = _save_contact(row, customer, contact)
    row.outcome = UPDATED if changes or talked else UNCHANGED


def _date_from(
    model: type[Ownership] | type[RatingChange],
    customer: Customer,
    on: date,
    by: Person | None,
    **value: Any,
) -> None:
    # Two changes on one day are one: the later holds.
    model.objects.update_or_create(
        customer=customer, valid_from=on, defaults={**value, "entered_by": by}
    )


def _save_contact(row: ParsedRow, customer: Customer, contact: Contact | None) -> bool:
    if contact is None:
        if not any(row.has(c) for c in CONTACT_FIELDS if c != "language"):
            return False
        Contact.objects.create(
            customer=customer, is_primary=True, **_contact_values(row, new_contact=True)
        )
        return True
    values = _contact_values(row, new_contact=False)
    changes = {name: value for name, value in values.items() if getattr(contact, name) != value}
    for name, value in changes.items():
        setattr(contact, name, value)
    if changes:
        contact.save(update_fields=list(changes))
    return bool(changes)
