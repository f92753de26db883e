"""Rows of a statement of our own by the names of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection


def fetch_rows(
    statement: str, values: Mapping[str, Any], *, first: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """All rows, each by name; ``first`` names the first columns where the statement does not."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        names[: len(first)] = first
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def identified(row: dict[str, Any]) -> dict[str, Any]:
    """A row that came as JSON, with its public id as such; None where it has none."""
    return row | {"public_id": UUID(row["public_id"]) if row["public_id"] else None}
