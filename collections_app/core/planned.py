"""Long statements that every page asks: planned once for each connection, and run many times.

To plan such a statement takes longer than to run it. The settings let PostgreSQL keep the first
plan, which knows no values, so that a statement has to be one that is read the same way for any.
Behind a pooler that hands connections on between transactions nothing may be prepared; the same
statements are then planned each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.numeric import Int8Dumper


class _PlannedCursor(psycopg.Cursor[tuple[Any, ...]]):
    """Prepares whatever it is given, where the connection lets it."""

    _query: Any

    def execute(self, query: Any, params: Any = None, **options: Any) -> _PlannedCursor:
        super().execute(query, params, **{"prepare": True, **options})
        if self._query is None:
            # Once it is prepared only its name is sent; Django's log asks for the text.
            self._query = SimpleNamespace(query=str(query).encode())
        return self


def fetch_planned(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of the statement, which is constant: what varies is in ``values``, by name.

    Values are bound by the server: a null needs a cast to be of a type there.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        inner: Any = _PlannedCursor(connection.connection)
        # Else a number would be of the smallest type that holds it, and be planned for each.
        inner.adapters.register_dumper(int, Int8Dumper)
    # As Django makes its own cursors, so that what is asked is counted and logged alike.
    make = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with make(inner) as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
