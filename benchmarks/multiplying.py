"""Many customers, made of few by copying all that hangs on them: history and standing as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models

from collections_app.commitments.models import Commitment, Instalment, Pin
from collections_app.customers.models import (
    Contact,
    Customer,
    Hold,
    Ownership,
    RatingChange,
    RegularAgreement,
)
from collections_app.followups.models import FollowUp
from collections_app.ledger.models import Adjustment, Invoice, Payment, Reversal
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange
from collections_app.standing.models import (
    Allocation,
    InstalmentStanding,
    LedgerSums,
    MonthFigures,
)

COPIED: Final[tuple[type[models.Model], ...]] = (
    *(Customer, Contact, Ownership, RatingChange, RegularAgreement, Hold),
    *(Invoice, Payment, Reversal, Adjustment),
    *(MonthPlan, TargetChange, Measure, MeasureChange),
    *(Commitment, Instalment, Pin, FollowUp),
    *(Allocation, InstalmentStanding, MonthFigures, LedgerSums),
)
# Keys of copies lie this far apart, so that those of the originals lie below.
STEP: Final = 10_000_000
# Texts that name a row, of its own or of another.
NAMING: Final = ("invoice_number",)


def multiply(*, first: int, last: int) -> None:
    """Add the copies numbered ``first`` to ``last`` of every customer there was at the outset.

    What is kept of standing is copied too: a copy stands as its original does.
    """
    with _unchecked(), connection.cursor() as cursor:
        for model in COPIED:
            columns = [field.column for field in model._meta.concrete_fields]
            values = ", ".join(_copied(field) for field in model._meta.concrete_fields)
            table, key = model._meta.db_table, model._meta.pk.column
            # Nothing from outside is interpolated: names of tables and columns alone.
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
                f" FROM generate_series(%s::bigint, %s::bigint) n CROSS JOIN {table} o"
                f" WHERE o.{key} < %s",
                [first, last, STEP],
            )


def _copied(field: models.Field[Any, Any]) -> str:
    column = f"o.{field.column}"
    target = field.related_model
    if (field.primary_key and target is None) or target in COPIED:
        return f"{column} + n * {STEP}"
    if field.name == "public_id":
        return "gen_random_uuid()"
    if field.name in NAMING or (field.unique and isinstance(field, models.CharField)):
        return f"CASE WHEN {column} = '' THEN '' ELSE {column} || '~' || n END"
    return column


@contextmanager
def _unchecked() -> Iterator[None]:
    """Keys are right by the way they are made; to check each would take longer than all else."""
    tables = [model._meta.db_table for model in COPIED]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
            [tables],
        )
        keys = cursor.fetchall()
        for table, name, _definition in keys:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table, name, definition in keys:
            whole = definition.removesuffix(" NOT VALID")
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {whole} NOT VALID')
