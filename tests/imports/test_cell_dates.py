"""Which day, month or instant a cell means, and which are refused rather than guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.imports.cells import (
    CellError,
    DateOrder,
    parse_date,
    parse_instant,
    parse_month,
    settle_date_order,
)
from collections_app.imports.messages import SENTENCES
from collections_app.imports.readers import BadCell, CellValue


def refusal(parse: Callable[[], object]) -> str:
    with pytest.raises(CellError) as caught:
        parse()
    return caught.value.code


@pytest.mark.parametrize(
    "written",
    [
        "2021-12-01",
        "2021/12/1",
        "2021.12.1",
        "2021年12月1日",
        "2021 年 12 月 1 日",
        "２０２１／１２／０１",
        "20211201",
        "44531",
        "44531.0",
        "2021-12-01 00:00:00",
        "2021-12-01T00:00:00.000",
        "2021/12/1 0:00",
        44531.0,
        20211201.0,
        date(2021, 12, 1),
        datetime(2021, 12, 1),
        datetime(2021, 11, 30, 23, 59, 59, 991000),
    ],
)
def test_a_date_is_understood(written: CellValue) -> None:
    assert parse_date(written) == date(2021, 12, 1)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2021-02-30", "invalid_date"),
        ("2021-13-01", "invalid_date"),
        ("2021/12-01", "invalid_date"),
        ("2021-W01-1", "invalid_date"),
        ("20211301", "invalid_date"),
        ("13/13/2021", "invalid_date"),
        ("tomorrow", "invalid_date"),
        ("12345", "invalid_date"),
        ("2021-12-01 13:30", "invalid_date"),
        (44531.5, "invalid_date"),
        (7.0, "invalid_date"),
        (float("nan"), "invalid_date"),
        (True, "invalid_date"),
        (datetime(2021, 12, 1, 13, 5), "invalid_date"),
        ("03/04/2021", "ambiguous_date"),
        ("3-4-2021", "ambiguous_date"),
        ("03/04/21", "ambiguous_date"),
        ("1989-12-31", "out_of_range"),
        ("2101-01-01", "out_of_range"),
        ("20001", "out_of_range"),
        ("", "required"),
        (BadCell("formula_without_value", ""), "formula_without_value"),
    ],
)
def test_a_date_that_is_none_is_refused_by_name(written: CellValue, code: str) -> None:
    assert refusal(lambda: parse_date(written)) == code


def test_a_year_last_date_with_one_reading_needs_no_help() -> None:
    assert parse_date("31/12/2021") == date(2021, 12, 31)
    assert parse_date("12/31/2021") == date(2021, 12, 31)
    assert parse_date("05/05/2021") == date(2021, 5, 5)


def test_the_column_settles_the_order() -> None:
    order = settle_date_order(["03/04/2021", "25/03/2021 00:00", 5.0, "", "2021-01-02"])
    assert order is DateOrder.DAY_FIRST
    assert parse_date("03/04/2021", order=order) == date(2021, 4, 3)


def test_a_month_first_column_is_settled_too() -> None:
    assert settle_date_order(["03/04/2021", "03/25/2021"]) is DateOrder.MONTH_FIRST


@pytest.mark.parametrize("column", [["25/03/2021", "03/25/2021"], ["03/04/2021", "05/05/2021"], []])
def test_a_column_that_contradicts_itself_or_says_nothing_settles_nothing(
    column: list[CellValue],
) -> None:
    assert settle_date_order(column) is None


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_spelling_of_a_day_is_that_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for written in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        str(serial),
        float(serial),
    ):
        assert parse_date(written) == day
    assert parse_date(f"{day:%d/%m/%Y}", order=DateOrder.DAY_FIRST) == day


@given(st.text(max_size=20) | st.text("0123456789/-.年月日 T:", max_size=20))
def test_no_text_makes_a_date_fail_otherwise(text: str) -> None:
    for parse in (parse_date, parse_month):
        try:
            parse(text)
        except CellError as error:
            assert error.code in SENTENCES


@pytest.mark.parametrize(
    "written",
    [
        "2013-07",
        "2013/7",
        "2013年7月",
        "201307",
        "07/2013",
        "2013-07-01",
        201307.0,
        date(2013, 7, 1),
    ],
)
def test_a_month_is_its_first_day(written: CellValue) -> None:
    assert parse_month(written) == date(2013, 7, 1)


@pytest.mark.parametrize("written", ["2013-13", "2013.1", 2013.1, "2013-07-02", "July", "201313"])
def test_a_month_that_is_none_is_refused(written: CellValue) -> None:
    assert refusal(lambda: parse_month(written)) == "invalid_date"


def test_an_instant_without_offset_is_local_time() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    expected = datetime(2021, 12, 1, 6, 30, tzinfo=UTC)
    assert parse_instant("2021-12-01 14:30", zone=zone) == expected
    assert parse_instant("2021/12/1 14:30:00", zone=zone) == expected
    assert parse_instant("2021-12-01T06:30:00Z", zone=zone) == expected
    assert parse_instant("2021-12-01T08:30+0200", zone=zone) == expected
    cell = datetime(2021, 12, 1, 14, 30)
    assert parse_instant(cell, zone=zone) == expected
    assert parse_instant("2021-12-01", zone=zone).utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("written", ["2021-12-01 25:00", "soon", "2021-12-01T06:30+99:00"])
def test_an_instant_that_is_none_is_refused(written: str) -> None:
    assert refusal(lambda: parse_instant(written, zone=ZoneInfo("UTC"))) == "invalid_date"
