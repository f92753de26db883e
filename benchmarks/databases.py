"""A database for each amount of data, cloned from one that has been migrated."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction
from psycopg import sql

_numbers = itertools.count(1)


@contextmanager
def empty_database() -> Iterator[None]:
    """Work on an empty database of one's own, on the same server."""
    settings = connection.settings_dict
    template, name = settings["NAME"], f"bench_{os.getpid()}_{next(_numbers)}"
    connection.close()
    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    settings["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = template


def settle() -> None:
    """Let the planner know what was filled in, and nothing be left for later."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


class _NotKept(Exception):
    """Takes back what was only measured."""


@contextmanager
def taken_back() -> Iterator[None]:
    """Do it all, deferred checks included, and take it back."""
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise _NotKept
    except _NotKept:
        pass


def _address(name: str) -> str:
    given = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=name,
    )
