"""A checksum of the business data: equal if and only if the data is, whatever the keys inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Case, F, Model, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from collections_app.accounts.models import Delegation, Person, Team, TeamManager
from collections_app.commitments.models import Commitment, Instalment, Pin
from collections_app.customers.models import (
    Contact,
    Customer,
    Evidence,
    Hold,
    Ownership,
    RatingChange,
    RegularAgreement,
    Stop,
)
from collections_app.followups.models import FollowUp, Request, Snooze
from collections_app.ledger.models import Adjustment, Invoice, Payment, Reversal
from collections_app.notices.models import Notice
from collections_app.organisation.models import CalendarDay, Organisation, RatingPolicy, Wording
from collections_app.outbox.models import Message, MessageState
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange

MODELS: Final[tuple[type[Model], ...]] = (
    *(Organisation, Wording, CalendarDay, RatingPolicy, Team, TeamManager, Person),
    Delegation,
    *(Customer, Contact, Ownership, RatingChange, RegularAgreement, Hold, Stop, Evidence),
    *(Invoice, Payment, Reversal, Adjustment),
    *(MonthPlan, TargetChange, Measure, MeasureChange, Commitment, Instalment, Pin),
    *(FollowUp, Request, Snooze),
    *(Message, Notice),
)
# What a row is called inside, when it was written and by which import is not what it says; nor is
# how often a mail was tried. Keys of notices and messages are made of keys inside.
LEFT_OUT: Final = frozenset(
    "id public_id password last_login date_joined entered_at ended_at import_record "
    "stored_as created_at owed_at lease_token lease_until due_at sent_at dated_at last_error "
    "key message_id attempts in_doubt asked_at decided_at seen_at released_at lifted_at".split()
)
# Rows of which the last one counts: their place among those of one owner is part of what they say.
ORDERED_BY: Final[dict[type[Model], tuple[str, ...]]] = {
    TargetChange: ("plan", "counts_from"),
    MeasureChange: ("measure", "counts_from"),
}
# A mail that has not left is the same mail, whether it waits, is in hand or is held by a restore.
NOT_LEFT: Final = (
    *(MessageState.QUEUED, MessageState.SENDING),
    *(MessageState.HELD, MessageState.AWAITING_APPROVAL),
)
# A row that is named by another is named by these.
NAMED_BY: Final = {
    Person: ("email",),
    Team: ("name",),
    Customer: ("code",),
    Evidence: ("customer__code", "filename", "sha256"),
    Payment: ("reference",),
    Commitment: ("reference",),
    MonthPlan: ("customer__code", "month"),
    Measure: ("plan__customer__code", "plan__month", "kind", "description"),
    Instalment: ("commitment__reference", "position"),
    Message: ("person__email", "kind", "to_address", "subject"),
}


@dataclass(frozen=True, slots=True)
class TablePrint:
    """How many rows a table has, and the checksum of what they say."""

    rows: int
    sha256: str


def fingerprint() -> dict[str, TablePrint]:
    """The checksum of each table of business data, read in one consistent view of all."""
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return {model._meta.db_table: _print_of(model) for model in MODELS}


def whole(tables: dict[str, TablePrint]) -> str:
    """The checksum over all tables."""
    text = "\n".join(f"{name} {t.rows} {t.sha256}" for name, t in sorted(tables.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def _print_of(model: type[Model]) -> TablePrint:
    digest, rows = hashlib.sha256(), 0
    lines = _lines(_rows_of(model).iterator(5000))
    for line in sorted(lines):
        digest.update(line.encode() + b"\n")
        rows += 1
    return TablePrint(rows, digest.hexdigest())


def _rows_of(model: type[Model]) -> QuerySet[Any, tuple[Any, ...]]:
    rows, columns = model._default_manager.all(), _columns(model)
    if model is Message:
        rows = rows.annotate(
            far=Case(When(state__in=NOT_LEFT, then=Value("not left")), default=F("state"))
        )
        columns = ["far" if name == "state" else name for name in columns]
    if (owner := ORDERED_BY.get(model)) is not None:
        place = Window(RowNumber(), partition_by=[F(name) for name in owner], order_by="id")
        rows, columns = rows.annotate(place=place), [*columns, "place"]
    return rows.values_list(*columns)


def _lines(values: Iterable[tuple[Any, ...]]) -> Iterable[str]:
    for row in values:
        yield json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)


def _columns(model: type[Model]) -> list[str]:
    """The columns that say something; a reference is said by the natural key of what it names."""
    columns: list[str] = []
    for field in model._meta.concrete_fields:
        if field.name in LEFT_OUT:
            continue
        related = field.related_model
        if related is None:
            columns.append(field.name)
        elif isinstance(related, type) and related in NAMED_BY:
            columns += [f"{field.name}__{name}" for name in NAMED_BY[related]]
    return columns
