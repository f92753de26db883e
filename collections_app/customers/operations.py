"""Whom to talk to at a customer, and the files that show what was agreed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Language, Person
from collections_app.accounts.overtaking import apply_what_differs
from collections_app.core.refusals import Refused
from collections_app.customers.models import Contact, Customer, Evidence
from collections_app.customers.trail import record_act

# By content, never by name: (what it begins with, at which byte, its type).
KNOWN_TYPES: Final = (
    (b"%PDF-", 0, "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypheic", 4, "image/heic"),
)
MOST_CONTACTS: Final = 50


class CustomerRefused(Refused):
    """A contact or a file cannot be taken like this."""


def save_contact(
    *,
    customer: Customer,
    contact: Contact | None,
    name: str,
    email: str,
    phone: str,
    language: str,
    is_primary: bool,
    by: Person,
    seen: Mapping[str, str] | None = None,
) -> Contact:
    """Add a contact, or change the one given; the first one is the first contact by itself.

    ``seen`` holds the marks of ``contact_facts`` that the writer saw: what they left as it was
    stays as it is by now. Raises ``CustomerRefused``: ``required``, ``unknown_value``,
    ``out_of_range`` (too many), ``removed``; ``Overtaken`` where they change what another changed.
    """
    if not name:
        raise CustomerRefused(_("A name is needed."), code="required", field="name")
    if language not in Language.values:
        raise CustomerRefused(
            _("This language is not known."), code="unknown_value", field="language"
        )
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        others = Contact.objects.filter(customer=customer)
        if contact is not None:
            others = others.exclude(pk=contact.pk)
        if contact is None and others.count() >= MOST_CONTACTS:
            raise CustomerRefused(_("A customer has at most 50 contacts."), code="out_of_range")
        row = _contact_held(customer, contact)
        before = contact_facts(row) if contact else None
        wanted = {"name": name, "email": email, "phone": phone, "language": language}
        apply_what_differs(
            row, {**wanted, "is_primary": is_primary}, facts_of=contact_facts,
            seen=seen if contact else None, guarded=contact_facts(row), subject_kind="contact",
        )  # fmt: skip
        row.is_primary = row.is_primary or not others.filter(is_primary=True).exists()
        after = contact_facts(row)
        if before == after:
            return row
        if row.is_primary:
            others.update(is_primary=False)
        row.save()
        verb = "change_contact" if contact else "add_contact"
        _record(customer, row, by, verb, {"before": before, "after": after})
    return row


def _contact_held(customer: Customer, contact: Contact | None) -> Contact:
    """The contact as it stands, or a new one; refused where it was removed meanwhile."""
    if contact is None:
        return Contact(customer=customer)
    held = Contact.objects.filter(pk=contact.pk, customer=customer).first()
    if held is None:
        raise CustomerRefused(_("This contact was removed meanwhile."), code="removed")
    return held


def remove_contact(*, contact: Contact, by: Person) -> None:
    """Remove a contact; who they were stays on record. Another becomes the first contact."""
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=contact.customer_id)
        row = Contact.objects.filter(pk=contact.pk).select_related("customer").first()
        if row is None:
            return
        _record(row.customer, row, by, "remove_contact", {"before": contact_facts(row)})
        was_primary, customer = row.is_primary, row.customer
        row.delete()
        heir = Contact.objects.filter(customer=customer).order_by("pk").first()
        if was_primary and heir is not None:
            heir.is_primary = True
            heir.save(update_fields=["is_primary"])


def content_type_of(data: bytes) -> str | None:
    """The type of a file by its content; None for one that is no document or photo of ours."""
    return next((kind for mark, at, kind in KNOWN_TYPES if data[at : at + len(mark)] == mark), None)


def keep_evidence(*, customer: Customer, filename: str, data: bytes, by: Person) -> Evidence:
    """Keep a PDF or a photo under a random name; in the caller's transaction.

    Raises ``CustomerRefused``: ``too_large``, ``unsupported_type`` (judged by content).
    """
    limit = settings.MAX_UPLOAD_MB
    if len(data) > limit * 1024 * 1024:
        raise CustomerRefused(
            _("The file is too large: at most %(limit)s MB are kept.") % {"limit": limit},
            code="too_large",
            field="evidence",
        )
    kind = content_type_of(data)
    if kind is None:
        raise CustomerRefused(
            _("Only a PDF or a photo (JPEG, PNG, WebP, HEIC) can be kept as evidence."),
            code="unsupported_type",
            field="evidence",
        )
    name = default_storage.save(secrets.token_hex(20), ContentFile(data))
    return Evidence.objects.create(
        customer=customer,
        stored_as=name,
        filename=_plain_name(filename),
        content_type=kind,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        entered_by=by,
    )


def _plain_name(filename: str) -> str:
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(c for c in last if c.isprintable()).strip()
    return text[-200:] or "evidence"


def contact_facts(contact: Contact) -> dict[str, Any]:
    """What the audit trail keeps of a contact, and what forms mark as seen."""
    return {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "language": contact.language,
        "is_primary": contact.is_primary,
    }


def _record(
    customer: Customer, contact: Contact, by: Person, verb: str, payload: dict[str, Any]
) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="contact",
        subject_id=contact.public_id,
        customer_id=customer.pk,
        payload=payload,
    )
