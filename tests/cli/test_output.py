"""Tables, days and failures of the commands."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

import pytest
from django.db import OperationalError, connection

from collections_app.cli.output import (
    Failure,
    as_of,
    failure_of,
    parse_day,
    require_schema,
    table,
)


def test_chinese_text_is_two_columns_wide() -> None:
    assert table(["名", "sum"], [["东方", 1], ["x", None]], right={1}) == (
        "名    sum\n----  ---\n东方    1\nx"
    )


def test_a_table_without_rows_is_its_head() -> None:
    assert table(["a", "b"], []) == "a  b\n-  -"


def test_a_day_is_read_in_one_spelling_only() -> None:
    assert parse_day("2013-07-31") == date(2013, 7, 31)
    for other in ("20130731", "2013-W31-3", "31.7.2013", "2013-02-30", ""):
        with pytest.raises(ArgumentTypeError):
            parse_day(other)


def test_without_a_day_it_is_the_one_given() -> None:
    today = date(2013, 7, 31)
    assert as_of({"as_of": None}, today=lambda: today) == today
    assert as_of({"as_of": date(2013, 7, 1)}, today=lambda: today) == date(2013, 7, 1)


def test_an_unreachable_database_is_status_three() -> None:
    assert failure_of(OperationalError("refused")).returncode == 3


def test_what_nobody_foresaw_is_status_one_with_its_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert failure_of(KeyError("x")).code == "internal_error"
    assert "KeyError" in capsys.readouterr().err


def test_a_schema_that_is_behind_says_what_to_do(db: None) -> None:
    require_schema()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs'")
    with pytest.raises(Failure, match="run manage") as failure:
        require_schema()
    assert failure.value.code == "schema_behind"
