"""Dates, months and instants as people and spreadsheets write them; two readings are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from collections_app.imports.cells.plain import checked, narrow, trimmed
from collections_app.imports.messages import CellError
from collections_app.imports.readers.table import CellValue

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
# Day 0 of a spreadsheet's serial numbers, right from March 1900 on.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_LOWEST_SERIAL: Final = 20_000
_HIGHEST_SERIAL: Final = 80_000
_LOWEST_COMPACT: Final = 10_000_101
_HIGHEST_COMPACT: Final = 99_991_231

_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|\s?年\s?([0-9]{1,2})\s?月\s?([0-9]{1,2})\s?[日号]?)"
)
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}")
_TIME: Final = re.compile(
    r"(.*[0-9日号])(?:T|\s+)([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.I,
)
_MIDNIGHT: Final = re.compile(r"0?0:00(:00(\.0+)?)?")
_MONTH: Final = re.compile(
    r"(?P<y>[0-9]{4})(?:[-/](?P<m>[0-9]{1,2})|\s?年\s?(?P<n>[0-9]{1,2})\s?月份?)"
    r"|(?P<p>[0-9]{1,2})/(?P<q>[0-9]{4})|(?P<c>[0-9]{4})(?P<d>[0-9]{2})"
)


class DateOrder(Enum):
    """Which of the first two numbers of a date like 03/04/2021 is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def parse_date(value: CellValue, *, order: DateOrder | None = None) -> date:
    """The day a cell means.

    Understood: ``2021-12-01``, ``2021/12/1``, ``2021.12.1``, ``2021年12月1日``, ``20211201``, date
    cells, serial numbers of spreadsheets (20000 to 80000, the 1900 system), each with a time of
    midnight at most. A date with the year last is read by ``order`` (see ``settle_date_order``),
    and without one only if it has a single reading.

    Raises ``CellError``: ``invalid_date``, ``ambiguous_date``, ``out_of_range`` (outside 1990 to
    2100).
    """
    if isinstance(value, str):
        return _date_of_text(value, order)
    plain = checked(value)
    if isinstance(plain, datetime):
        # Spreadsheets keep an instant as a fraction of a day, so midnight may miss by a hair.
        rounded = plain + timedelta(seconds=0.5)
        if rounded.time().replace(microsecond=0) != time():
            raise CellError("invalid_date", variant="time", value=value)
        return _in_range(rounded.date(), value)
    if isinstance(plain, date):
        return _in_range(plain, value)
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        return _date_of_number(float(plain), value)
    raise CellError("invalid_date", value=value)


def settle_date_order(values: Iterable[CellValue]) -> DateOrder | None:
    """Which order a column's dates are written in, if any of them has a single reading.

    25/03/2021 settles day first for the whole column; a column that holds both 25/03/2021 and
    03/25/2021 settles nothing, nor does one without such a date.
    """
    settled: set[DateOrder] = set()
    for text in {value for value in values if isinstance(value, str)}:
        match = _YEAR_LAST.fullmatch(_dateless_time(narrow(trimmed(text))))
        if match is None:
            continue
        readings = _readings(match)
        if len(readings) == 1:
            settled.update(readings)
    return settled.pop() if len(settled) == 1 else None


def parse_month(value: CellValue) -> date:
    """The first day of the month a cell means.

    Understood: ``2013-07``, ``2013/7``, ``2013年7月``, ``07/2013``, ``201307``, and whatever
    ``parse_date`` takes for the first of a month without doubt. A point (``2013.1``) is refused:
    a spreadsheet makes it of 2013.10 too.

    Raises ``CellError``: ``invalid_date``, ``ambiguous_date``, ``out_of_range``.
    """
    text = narrow(trimmed(value)) if isinstance(value, str) else ""
    if isinstance(value, float) and value.is_integer() and 10**5 <= value < 10**6:
        text = str(int(value))
    match = _MONTH.fullmatch(text)
    if match is None:
        try:
            day = parse_date(value)
        except CellError as error:
            if error.code == "invalid_date":
                raise CellError("invalid_date", variant="month", value=value) from None
            raise
        if day.day != 1:
            raise CellError("invalid_date", variant="month", value=value)
        return day
    year = match["y"] or match["q"] or match["c"]
    month = match["m"] or match["n"] or match["p"] or match["d"]
    found = _day(year, month, 1)
    if found is None:
        raise CellError("invalid_date", variant="month", value=value)
    return _in_range(found, value)


def parse_instant(value: CellValue, *, zone: ZoneInfo, order: DateOrder | None = None) -> datetime:
    """The instant a cell means, with offset; a time without one is ``zone``'s own.

    A date alone is its midnight. Where clocks are set back, the earlier of the two is taken.

    Raises ``CellError``: ``invalid_date``, ``ambiguous_date``, ``out_of_range``.
    """
    plain = checked(value)
    if isinstance(plain, datetime):
        _in_range(plain.date(), value)
        return plain.replace(microsecond=0, tzinfo=zone)
    match = _TIME.fullmatch(narrow(plain)) if isinstance(plain, str) else None
    if match is None:
        return datetime.combine(parse_date(value, order=order), time(), zone)
    day = parse_date(match[1], order=order)
    try:
        hours, _colon, rest = match[2].partition(":")
        clock = time.fromisoformat(f"{hours:0>2}:{rest}").replace(microsecond=0)
        offset = datetime.fromisoformat(f"2000-01-01T00:00{match[3].upper()}") if match[3] else None
    except ValueError:
        raise CellError("invalid_date", variant="instant", value=value) from None
    return datetime.combine(day, clock, offset.tzinfo if offset else zone)


# The dates of a file are few and come again and again.
@lru_cache(maxsize=8192)
def _date_of_text(raw: str, order: DateOrder | None) -> date:
    text = narrow(str(checked(raw)))
    day = _iso(text) or _date_of_digits(text)
    if day is not None:
        return _in_range(day, raw)
    day_part = _dateless_time(text)
    if day_part == text and _TIME.fullmatch(text):
        raise CellError("invalid_date", variant="time", value=raw)
    match = _YEAR_FIRST.fullmatch(day_part)
    if match:
        day = _day(match[1], match[3] or match[5], match[4] or match[6])
        if day is None:
            raise CellError("invalid_date", value=raw)
        return _in_range(day, raw)
    return _year_last(day_part, raw, order)


def _iso(text: str) -> date | None:
    # fromisoformat also takes 2021-W01-1, of the same length.
    if len(text) != 10 or text[4] != "-" or text[5] == "W":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _date_of_digits(text: str) -> date | None:
    """``20211201`` or the text of a serial number; None for what is neither."""
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) in {5, 8}):
        return None
    return _date_of_number(float(digits), text)


def _date_of_number(number: float, shown: CellValue) -> date:
    if _LOWEST_SERIAL <= number <= _HIGHEST_SERIAL:
        if not number.is_integer():
            raise CellError("invalid_date", variant="time", value=shown)
        return _in_range(_SERIAL_ZERO + timedelta(days=int(number)), shown)
    if _LOWEST_COMPACT <= number <= _HIGHEST_COMPACT and number.is_integer():
        whole = str(int(number))
        day = _day(whole[:4], whole[4:6], whole[6:])
        if day is not None:
            return _in_range(day, shown)
    raise CellError("invalid_date", value=shown)


def _year_last(text: str, raw: str, order: DateOrder | None) -> date:
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        code = "ambiguous_date" if _SHORT_YEAR.fullmatch(text) else "invalid_date"
        raise CellError(code, value=raw)
    readings = _readings(match)
    days = set(readings.values())
    if not days:
        raise CellError("invalid_date", value=raw)
    if len(days) == 1:
        return _in_range(days.pop(), raw)
    if order is None:
        raise CellError("ambiguous_date", value=raw)
    return _in_range(readings[order], raw)


def _readings(match: re.Match[str]) -> dict[DateOrder, date]:
    first, second, year = match[1], match[3], match[4]
    found = {
        DateOrder.DAY_FIRST: _day(year, second, first),
        DateOrder.MONTH_FIRST: _day(year, first, second),
    }
    return {order: day for order, day in found.items() if day is not None}


def _dateless_time(text: str) -> str:
    """Without a time of midnight, which many programs write behind every date."""
    match = _TIME.fullmatch(text)
    return match[1] if match and not match[3] and _MIDNIGHT.fullmatch(match[2]) else text


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _in_range(day: date, shown: CellValue) -> date:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise CellError("out_of_range", variant="date", value=shown, low=FIRST_YEAR, high=LAST_YEAR)
