"""Customers, their first contact, and the dated rows of owner and rating."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Lower

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment
from collections_app.customers.models import (
    Contact,
    Customer,
    Ownership,
    RatingChange,
    RegularAgreement,
)
from collections_app.customers.names import pinyin_of
from collections_app.customers.terms import write_dated
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow
from collections_app.imports.bulk import among, change_in
from collections_app.ledger.models import Adjustment, Invoice, Payment
from collections_app.organisation.models import Organisation
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
WRITTEN = [*FIELDS.values(), "name_pinyin", "name_initials", "regular_amount", "owner"]
CONTACT_FIELDS = {
    "contact_name": "name",
    "contact_email": "email",
    "contact_phone": "phone",
    "language": "language",
}


@dataclass(slots=True)
class _Writes:
    """What is to be written of a file, kept back so that it goes out in a few statements."""

    organisation: Organisation
    new: list[tuple[ParsedRow, Customer]] = field(default_factory=list)
    changed: list[Customer] = field(default_factory=list)
    owned: list[Ownership] = field(default_factory=list)
    rated: list[RatingChange] = field(default_factory=list)
    agreed: list[RegularAgreement] = field(default_factory=list)
    new_contacts: list[Contact] = field(default_factory=list)
    changed_contacts: list[Contact] = field(default_factory=list)


def import_customers(batch: Batch) -> None:
    """Make or change customers by code; owner and rating of a known one change from the day on."""
    rows = batch.once(lambda row: row.get("code"), "code")
    owners = _owners(rows)
    held = Customer.objects.select_for_update(no_key=True).order_by("pk")
    known = {c.code: c for c in among(held, "code", [row.get("code") for row in rows])}
    contacts = {
        c.customer_id: c
        for c in Contact.objects.filter(customer__in=known.values(), is_primary=True)
    }
    writes = _Writes(organisation())
    for row in rows:
        owner = owners.get(row.get("owner_email").casefold())
        if owner is None:
            batch.reject(row, "owner_email", "unknown_user")
            continue
        customer = known.get(row.get("code"))
        values = _values(batch, row, customer, writes.organisation)
        if row.rejected:
            continue
        if customer is None:
            values.setdefault("reminder_mode", writes.organisation.reminder_mode)
            writes.new.append((row, Customer(code=row.get("code"), owner=owner, **values)))
        else:
            _update(batch, row, customer, owner, values, contacts.get(customer.pk), writes)
    _create(batch, writes)
    _write(writes)


def _owners(rows: list[ParsedRow]) -> dict[str, Person]:
    emails = {row.get("owner_email").casefold() for row in rows}
    people = Person.objects.annotate(lower=Lower("email")).filter(lower__in=emails)
    return {person.email.casefold(): person for person in people}


def _values(
    batch: Batch, row: ParsedRow, customer: Customer | None, home: Organisation
) -> dict[str, Any]:
    values = {field: row.get(column) for column, field in FIELDS.items() if row.has(column)}
    if "name" in values:
        values["name_pinyin"], values["name_initials"] = pinyin_of(values["name"])
    former = home.currency if customer is None else customer.currency
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


def _create(batch: Batch, writes: _Writes) -> None:
    by, home = batch.by, writes.organisation
    Customer.objects.bulk_create([customer for _, customer in writes.new], batch_size=2000)
    for row, customer in writes.new:
        writes.owned.append(Ownership(customer=customer, owner_id=customer.owner_id, entered_by=by))
        writes.rated.append(RatingChange(customer=customer, rating=customer.rating, entered_by=by))
        if customer.regular_amount and customer.regular_day:
            writes.agreed.append(_agreed(customer, entered_by=by))
        if _names_contact(row):
            values = _contact_values(row, home)
            writes.new_contacts.append(Contact(customer=customer, is_primary=True, **values))
        row.outcome = CREATED


def _write(writes: _Writes) -> None:
    change_in(writes.changed, WRITTEN)
    for dated in (writes.owned, writes.rated, writes.agreed):
        write_dated(dated)
    Contact.objects.bulk_create(writes.new_contacts, batch_size=2000)
    change_in(writes.changed_contacts, list(CONTACT_FIELDS.values()))


def _agreed(customer: Customer, **dated: Any) -> RegularAgreement:
    """The regular payment that a row says; it counts from the beginning unless dated."""
    day, amount = customer.regular_day, customer.regular_amount
    return RegularAgreement(customer=customer, day=day, amount=amount, **dated)


def _names_contact(row: ParsedRow) -> bool:
    return any(row.has(column) for column in CONTACT_FIELDS if column != "language")


def _contact_values(row: ParsedRow, home: Organisation | None = None) -> dict[str, Any]:
    """What the row says of the contact; with ``home``, what a new one needs besides."""
    values = {field: row.get(col) for col, field in CONTACT_FIELDS.items() if row.has(col)}
    if home is not None:
        values.setdefault("language", home.language)
        values.setdefault("name", (values.get("email") or row.get("name"))[:200])
    return values


def _update(
    batch: Batch,
    row: ParsedRow,
    customer: Customer,
    owner: Person,
    values: Mapping[str, Any],
    contact: Contact | None,
    writes: _Writes,
) -> None:
    changes = {name: value for name, value in values.items() if getattr(customer, name) != value}
    dated: dict[str, Any] = {"customer": customer, "valid_from": batch.on, "entered_by": batch.by}
    if customer.owner_id != owner.pk:
        changes["owner"] = owner
        writes.owned.append(Ownership(owner=owner, **dated))
    if "rating" in changes:
        writes.rated.append(RatingChange(rating=changes["rating"], **dated))
    for name, value in changes.items():
        setattr(customer, name, value)
    is_regular = customer.regular_amount and customer.regular_day
    if is_regular and {"regular_amount", "regular_day"} & changes.keys():
        writes.agreed.append(_agreed(**dated))
    if changes:
        writes.changed.append(customer)
    talked = _contact_changed(row, customer, contact, writes)
    row.outcome = UPDATED if changes or talked else UNCHANGED


def _contact_changed(
    row: ParsedRow, customer: Customer, contact: Contact | None, writes: _Writes
) -> bool:
    if contact is None:
        if not _names_contact(row):
            return False
        values = _contact_values(row, writes.organisation)
        writes.new_contacts.append(Contact(customer=customer, is_primary=True, **values))
        return True
    values = _contact_values(row)
    changes = {name: value for name, value in values.items() if getattr(contact, name) != value}
    for name, value in changes.items():
        setattr(contact, name, value)
    if changes:
        writes.changed_contacts.append(contact)
    return bool(changes)
