"""Emptying the tables after a test with transactions of its own, quicker than Django's flush.

Flush truncates each table, which makes new files for it and for its indexes, and then names every
content type and permission anew. Here rows are deleted, from those tables alone that have any, and
what the migrations name stays.
"""

from __future__ import annotations

from functools import cache

import psycopg
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

NAMED_BY_MIGRATIONS = {"django_content_type", "auth_permission"}
# Their triggers forbid to delete a row.
NEVER_DELETED = {'"accounts_auditentry"'}
# Deleting rows of others writes here: last.
MARKED = ('"standing_touched"', '"standing_portfoliomove"')
# Deleted rows keep their room: a table that has grown past this (bytes) is truncated.
MOST_BYTES = 1_000_000
ATTEMPTS = 5


@cache
def _tables() -> list[str]:
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in sorted({*found} - NAMED_BY_MIGRATIONS)]


@cache
def _what_has_rows() -> str:
    """One query for all: the tables that have rows, and their bytes."""
    return " UNION ALL ".join(
        f"SELECT '{table}', pg_relation_size('{table}') WHERE EXISTS (SELECT FROM {table})"
        for table in _tables()
    )


def empty_the_tables() -> None:
    """Delete all that was committed; wait for what is still being written."""
    for attempt in range(ATTEMPTS):
        try:
            _empty()
        except OperationalError as fault:
            # Who writes to one table and wants the next waits for us, and we for it: it goes first.
            if attempt == ATTEMPTS - 1 or not isinstance(fault.__cause__, DeadlockDetected):
                raise
        else:
            return


def _empty() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever still writes (a browser's last request) ends first: its rows are to go, too.
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_what_has_rows())
        found = cursor.fetchall()
        whole = [table for table, size in found if size > MOST_BYTES or table in NEVER_DELETED]
        if whole:
            cursor.execute(f"TRUNCATE {', '.join(whole)} CASCADE")
        by_row = [table for table, _size in found if table not in {*whole, *MARKED}]
        cursor.execute("; ".join(f"DELETE FROM {table}" for table in (*by_row, *MARKED)))


def send_everybody_away(*, wait: int = 0) -> None:
    """End every session in the database, our own first: those of a browser's requests stay idle.

    ``wait`` is how many milliseconds each of the others is given to be gone.
    """
    given = connection.get_connection_params() | {"cursor_factory": None}
    name = given["dbname"]
    connection.close()
    # From beside it: a session in the database itself could be among those that go.
    with psycopg.connect(**given | {"dbname": "postgres"}, autocommit=True) as beside:
        beside.execute(
            "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [wait, name],
        )
