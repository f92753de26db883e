"""Columns of PostgreSQL that tell transactions apart, read and written by statements alone."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func


class TransactionField(models.Field):  # type: ignore[type-arg]
    """The id of a transaction, never used again."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class SnapshotField(models.Field):  # type: ignore[type-arg]
    """Which transactions had ended as a statement began."""

    def db_type(self, connection: Any) -> str:
        return "pg_snapshot"


class CurrentTransaction(Func):
    """The transaction that a statement belongs to."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionField()
