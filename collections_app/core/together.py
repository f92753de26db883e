"""Several statements as one: a page asks once, and all of it is of one instant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection


def fetch_together(
    statements: Mapping[str, str], values: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of each statement by its name, as JSON gives them: days are texts.

    The statements share ``values``; each stands for itself and names all of its columns.
    """
    if not statements:
        return {}
    parts = ", ".join(
        f"(SELECT json_agg(to_json(r))::text FROM ({statement}) r)"
        for statement in statements.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", values)
        found = cursor.fetchone()
    return {name: json.loads(text or "[]") for name, text in zip(statements, found, strict=True)}
