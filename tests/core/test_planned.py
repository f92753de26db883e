"""Statements that are planned once for each connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from collections_app import settings
from collections_app.core.planned import fetch_planned

SUM = "SELECT %(one)s::bigint + sum(n)::bigint FROM unnest(%(many)s::bigint[]) n"
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%unnest%%'"


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection as the settings make it behind a pooler."""
    monkeypatch.setenv("DATABASE_POOLED", "1")
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", settings._database()["OPTIONS"])
    yield
    connection.close()


def summed(one: int, *many: int) -> int:
    [[total]] = fetch_planned(SUM, {"one": one, "many": list(many)})
    return int(total)


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute(PREPARED.replace("%%", "%"))
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_numbers_of_any_size_are_of_one_plan() -> None:
    before = prepared()
    assert [summed(1, 2), summed(70_000, 2, 3), summed(3, 5_000_000_000)] == [
        3,
        70_005,
        5_000_000_003,
    ]
    assert prepared() - before <= 1


@pytest.mark.django_db(transaction=True)
def test_the_first_plan_is_kept_for_all_values() -> None:
    assert [summed(1, 2), summed(1, 3), summed(1, 4)] == [3, 4, 5]
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
        assert (3, 0) in cursor.fetchall()


@pytest.mark.django_db
def test_an_answer_may_have_no_rows() -> None:
    assert fetch_planned("SELECT 1 WHERE %(one)s::bigint = 0", {"one": 1}) == []


@pytest.mark.django_db(transaction=True)
def test_behind_a_pooler_nothing_is_prepared(pooled: None) -> None:
    assert [summed(1, 2) for _each in range(8)] == [3] * 8
    assert prepared() == 0


def roll_back() -> None:
    """Ask within a transaction, or a part of one, that is then rolled back."""

    class Abandoned(Exception):
        pass

    with suppress(Abandoned), transaction.atomic():
        assert summed(1, 2) == 3
        raise Abandoned


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_again_after_a_transaction_was_rolled_back() -> None:
    roll_back()
    assert summed(1, 2) == 3


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_again_in_a_transaction_after_a_part_of_it_was_rolled_back() -> None:
    with transaction.atomic():
        for _each in range(3):
            roll_back()
        assert summed(1, 2) == 3


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_database_is_one_of_django() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        fetch_planned("SELECT 1 / %(none)s::bigint", {"none": 0})
    assert summed(1, 2) == 3


@pytest.mark.django_db
def test_it_is_counted_with_the_other_statements() -> None:
    with CaptureQueriesContext(connection) as queries:
        summed(1, 2)
        summed(3, 4)
    assert ["unnest" in query["sql"] for query in queries] == [True, True]


@pytest.mark.django_db(transaction=True)
def test_a_plan_made_while_a_table_is_empty_looks_things_up_by_key() -> None:
    statement = "SELECT name FROM accounts_team WHERE id = %(one)s::bigint"
    connection.close()
    assert fetch_planned(statement, {"one": 1}) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%accounts_team%'"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f"EXPLAIN EXECUTE {name}(1)")
        assert "Index" in str(cursor.fetchall())
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


@pytest.mark.django_db
def test_a_statement_that_fails_leaves_the_planner_as_it_was() -> None:
    with suppress(DatabaseError), transaction.atomic():
        fetch_planned("SELECT 1 / %(one)s::bigint", {"one": 0})
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)
