"""Amounts as people write them → minor units; exact, and refused where two readings remain."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from collections_app.core.money import KNOWN_CURRENCIES, LARGEST_AMOUNT
from collections_app.imports.cells.plain import checked, narrow
from collections_app.imports.messages import CellError
from collections_app.imports.readers.table import CellValue

_LONGEST: Final = 64
_FAST_DIGITS: Final = 12
_TEN_TO: Final[tuple[int, ...]] = (1, 10, 100, 1000, 10_000)  # no currency has more decimals
_DOLLARS: Final = frozenset(
    "USD HKD TWD SGD AUD CAD NZD BND FJD JMD TTD BSD BBD BZD XCD MXN CLP COP ARS NAD LRD".split()
)
# Longest first, so that "US$" is not read as "$".
_SIGNS: Final[dict[str, frozenset[str]]] = {
    "人民币": frozenset({"CNY"}),
    "CN¥": frozenset({"CNY"}),
    "RMB": frozenset({"CNY"}),
    "HK$": frozenset({"HKD"}),
    "NT$": frozenset({"TWD"}),
    "US$": frozenset({"USD"}),
    "美元": frozenset({"USD"}),
    "港元": frozenset({"HKD"}),
    "港币": frozenset({"HKD"}),
    "日元": frozenset({"JPY"}),
    "欧元": frozenset({"EUR"}),
    "英镑": frozenset({"GBP"}),
    **{code: frozenset({code}) for code in sorted(KNOWN_CURRENCIES)},
    "¥": frozenset({"CNY", "JPY"}),
    "元": frozenset({"CNY", "HKD", "TWD", "MOP"}),
    "圆": frozenset({"CNY", "HKD", "TWD", "MOP", "JPY"}),
    "$": _DOLLARS,
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "₩": frozenset({"KRW"}),
    "₹": frozenset({"INR"}),
}
_UNITS: Final = {
    "千": 3, "K": 3, "万": 4, "萬": 4, "W": 4, "百万": 6, "M": 6,
    "千万": 7, "亿": 8, "億": 8, "百亿": 10, "千亿": 11, "万亿": 12,
}  # fmt: skip
_SIGN: Final = "|".join(map(re.escape, _SIGNS))
_SHAPE: Final = re.compile(
    rf"""
    (?P<open>\()? \s* (?P<minus>[-+])? \s* (?P<before>{_SIGN})? \s* (?P<minus2>[-+])? \s*
    (?P<body>[0-9.,'\ ]*[0-9.]) \s* (?P<unit>百万|千万|百亿|千亿|万亿|[千万萬亿億KMW])? \s*
    (?P<after>{_SIGN})? \s* (?P<minus3>-)? \s* (?P<close>\))?
    """,
    re.X,
)
# "Home" is a point before the decimals, as in English and Chinese; "away" is a comma.
_HOME: Final = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|)(?:\.(?P<part>[0-9]*))?")
_AWAY: Final = re.compile(r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,(?P<part>[0-9]+))?")
# A blank or an apostrophe only ever groups, so the other mark is the decimal one.
_SPACED: Final = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<mark>[ '])[0-9]{3}(?:(?P=mark)[0-9]{3})*)(?:[.,](?P<part>[0-9]+))?"
)


def parse_amount(value: CellValue, *, decimals: int, currency: str | None = None) -> int:
    """The amount in minor units of a currency with ``decimals`` decimals, exactly.

    Number cells count with the 15 digits that a spreadsheet keeps, so 1234.5600000000001 is
    1234.56. Text may have full-width characters, a currency's sign or code before or behind,
    千 K 万 W 百万 M 千万 亿 (``¥10万`` is 100000), a minus before or behind, or brackets for it.

    Grouping is by three digits. The point is the decimal mark and the comma groups: ``1,234`` is
    1234. The other way round is understood only where nothing else can be meant: ``1.234,56``,
    ``1234,50``, ``1.234.567``. What may be meant two ways is refused (``ambiguous_amount``):
    ``1.234`` where the currency has no third decimal, ``1,234`` where it has, and ``1,23``, a
    decimal comma or a digit lost. Zeros beyond the last decimal do no harm.

    Raises ``CellError``: ``invalid_amount``, ``ambiguous_amount``, ``too_many_decimals``,
    ``out_of_range`` (beyond 10**15 minor units), ``currency_mismatch`` (only if ``currency`` is
    told and the cell names another).
    """
    if isinstance(value, str):
        head, point, tail = value.partition(".")
        # The plain decimal of most files needs no pattern; isdigit alone takes ² and ١ for digits.
        if value.isascii() and head.isdigit() and len(head) <= _FAST_DIGITS - decimals:
            if not point:
                return int(head) * _TEN_TO[decimals]
            if tail.isdigit() and len(tail) <= decimals:
                return int(head + tail) * _TEN_TO[decimals - len(tail)]
    plain = checked(value)
    if isinstance(plain, str):
        number = _read(plain, decimals=decimals, currency=currency)
    elif isinstance(plain, int | float) and not isinstance(plain, bool) and math.isfinite(plain):
        number = Decimal(format(float(plain), ".15g"))
    else:
        raise CellError("invalid_amount", value=value)
    return _to_minor(number, decimals=decimals, shown=value)


def parse_int(value: CellValue, *, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``, both included.

    Raises ``CellError``: ``invalid_amount`` (not a whole number), ``out_of_range``.
    """
    plain = checked(value)
    number: int | None = None
    if isinstance(plain, str):
        if re.fullmatch(r"[-+]?[0-9]{1,18}(\.0+)?", narrow(plain)):
            number = int(narrow(plain).partition(".")[0])
    elif isinstance(plain, int | float) and not isinstance(plain, bool) and math.isfinite(plain):
        number = int(plain) if float(plain).is_integer() else None
    if number is None:
        raise CellError("invalid_amount", variant="whole", value=value)
    if not low <= number <= high:
        raise CellError("out_of_range", variant="number", value=value, low=low, high=high)
    return number


def _to_minor(number: Decimal, *, decimals: int, shown: CellValue) -> int:
    # Compared before it is scaled: a number cell may hold 1E+300.
    if number.adjusted() > 17:
        raise CellError("out_of_range", value=shown)
    scaled = number.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise CellError("too_many_decimals", value=shown, decimals=decimals)
    if abs(scaled) > LARGEST_AMOUNT:
        raise CellError("out_of_range", value=shown)
    return int(scaled)


def _read(text: str, *, decimals: int, currency: str | None) -> Decimal:
    match = _SHAPE.fullmatch(narrow(text).upper()) if len(text) <= _LONGEST else None
    if match is None:
        raise CellError("invalid_amount", value=text)
    marks = [match[name] for name in ("open", "minus", "minus2", "minus3") if match[name]]
    if bool(match["open"]) != bool(match["close"]) or len(marks) > 1:
        raise CellError("invalid_amount", value=text)
    _check_signs(match["before"], match["after"], text=text, currency=currency)
    if match["unit"]:
        number = _read_at_home(match["body"], text).scaleb(_UNITS[match["unit"]])
    else:
        number = _read_body(match["body"], text, decimals=decimals)
    return -number if marks and marks[0] != "+" else number


def _check_signs(before: str | None, after: str | None, *, text: str, currency: str | None) -> None:
    meant = _SIGNS[before] if before else KNOWN_CURRENCIES
    meant = meant & _SIGNS[after] if after else meant
    if not meant:
        raise CellError("invalid_amount", value=text)
    if currency is not None and currency not in meant and (before or after):
        raise CellError("currency_mismatch", value=text, currency=currency)


def _read_at_home(body: str, text: str) -> Decimal:
    """With 万 and its like a point can only be the decimal one."""
    match = _HOME.fullmatch(body) or _SPACED.fullmatch(body)
    if match is None or not any(map(str.isdigit, body)):
        raise CellError("invalid_amount", value=text)
    return _number(match)


def _read_body(body: str, text: str, *, decimals: int) -> Decimal:
    spaced = _SPACED.fullmatch(body)
    if spaced:
        return _number(spaced)
    home, away = _HOME.fullmatch(body), _AWAY.fullmatch(body)
    if home and not (home["whole"] or home["part"]):
        home = None
    if home is None:
        if away is None:
            raise CellError("invalid_amount", value=text)
        return _read_away(away, text)
    if away and _number(home) != _number(away) and _doubtful(home, away, decimals=decimals):
        raise CellError("ambiguous_amount", value=text)
    return _number(home)


def _read_away(away: re.Match[str], text: str) -> Decimal:
    """With a comma before the decimals; a short comma alone may be a slip in grouping as well."""
    if "." not in away["whole"] and away["part"]:
        if len(away["part"]) > 2:
            raise CellError("invalid_amount", value=text)
        if len(away["whole"]) <= 3:
            raise CellError("ambiguous_amount", value=text)
    return _number(away)


def _doubtful(home: re.Match[str], away: re.Match[str], *, decimals: int) -> bool:
    """Whether the reading at home is not the only sensible one.

    ``1.234``: doubtful unless the currency has three decimals. ``1,234``: doubtful if it has.
    """
    if home["part"] is not None:
        return len(home["part"]) > decimals
    return len(away["part"] or "") <= decimals


def _number(match: re.Match[str]) -> Decimal:
    whole = re.sub("[^0-9]", "", match["whole"])
    return Decimal(f"{whole or 0}.{match['part'] or 0}")
