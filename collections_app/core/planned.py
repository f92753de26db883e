"""Long statements that every page asks: planned once for each connection, and run many times.

To plan such a statement takes longer than to run it. The settings let PostgreSQL keep the first
plan, which knows no values, so that a statement has to be one that is read the same way for any.
Behind a pooler that hands connections on between transactions nothing may be prepared; the same
statements are then planned each time.

That first plan may be made while tables are all but empty, when reading all of one looks cheapest,
and be run long after a ledger was imported, until the tables are next analysed. So it is made as
if reading whole tables were out of the question: these statements look things up by key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from psycopg.types.numeric import Int8Dumper

# Which statements each connection has planned.
_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


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
    with make(inner) as cursor, _first_plan(statement):
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@contextmanager
def _first_plan(statement: str) -> Iterator[None]:
    """Let the connection's first plan of the statement go by indexes.

    A transaction that fails meanwhile takes the setting back itself.
    """
    raw = connection.connection
    known = _planned.setdefault(raw, set())
    if raw.prepare_threshold is None or statement in known:
        yield
        return
    raw.execute("SET enable_seqscan = off")
    try:
        yield
        known.add(statement)
    finally:
        if raw.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
            raw.execute("RESET enable_seqscan")
