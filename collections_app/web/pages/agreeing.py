"""Agreeing with many customers after a round of calls: with whom at each, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from collections_app.accounts.models import Person
from collections_app.core.refusals import Refused
from collections_app.customers.models import Contact, Customer
from collections_app.planning.models import MonthPlan
from collections_app.planning.operations import agree_plan
from collections_app.web.forms.base import CleanCharField
from collections_app.web.forms.blocks import MOST_LINES
from collections_app.web.pages.month_plan import PlanQuestion, open_customers


@dataclass(slots=True)
class AgreeRow:
    """A customer whose target is to be agreed; ``seen`` is the target that was shown."""

    customer: Customer
    target: int | None
    seen: str
    agreed_with: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class AgreePage:
    """The customers chosen, and where the page goes."""

    rows: list[AgreeRow]
    month: date
    back: str
    action: str


def agree_rows(data: Any, asked: PlanQuestion, *, by: Person) -> list[AgreeRow]:
    """The customers chosen that ``by`` looks after, each with its target and its first contact."""
    ids = _ids(data.getlist("customer"))
    chosen = list(open_customers(by).filter(public_id__in=ids).order_by("name", "pk"))
    plans = MonthPlan.objects.filter(month=asked.month, customer__in=chosen)
    targets = dict(plans.values_list("customer", "target"))
    contacts: dict[int, str] = {}
    known = Contact.objects.filter(customer__in=chosen).order_by("-is_primary", "name")
    for customer_id, name in known.values_list("customer_id", "name"):
        contacts.setdefault(customer_id, name)
    rows = []
    for customer in chosen:
        target = targets.get(customer.pk)
        seen = data.get(f"seen-{customer.public_id}")
        with_whom = data.get(f"with-{customer.public_id}", contacts.get(customer.pk, ""))
        now = "" if target is None else str(target)
        rows.append(AgreeRow(customer, target, now if seen is None else seen, with_whom))
    return rows


def agree_each(
    rows: Sequence[AgreeRow], values: Mapping[str, Any], asked: PlanQuestion, *, by: Person
) -> list[AgreeRow]:
    """Agree with each, in the caller's transaction; return those refused, with the reason.

    What was refused carries the target that now stands, so that it can be decided anew.
    """
    refused = []
    for row in rows:
        try:
            name = str(CleanCharField(max_length=200, required=False).clean(row.agreed_with))
            with transaction.atomic():
                agree_plan(
                    customer=row.customer, month=asked.month, agreed_with=name, by=by, on=asked.day,
                    expected=int(row.seen) if row.seen.isascii() and row.seen.isdigit() else None,
                    **values,
                )  # fmt: skip
        except ValidationError as error:
            row.refused = error.messages[0]
        except Refused as refusal:
            row.refused = str(refusal)
        if row.refused:
            row.seen = "" if row.target is None else str(row.target)
            refused.append(row)
    return refused


def _ids(texts: Sequence[str]) -> list[UUID]:
    """The public ids among the texts, as many as are taken at once."""
    found = []
    for text in texts[:MOST_LINES]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
