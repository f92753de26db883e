"""Keys, texts, choices and the other cells that are words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from collections_app.core.money import KNOWN_CURRENCIES
from collections_app.imports.cells.plain import checked, narrow, refuse_invisible, whole_text
from collections_app.imports.headings import CHOICES, normalised
from collections_app.imports.messages import CellError
from collections_app.imports.readers.table import CellValue, is_blank

__all__ = [
    "is_blank",
    "is_totals_row",
    "parse_bool",
    "parse_choice",
    "parse_currency",
    "parse_email",
    "parse_key",
    "parse_text",
]

LONGEST_KEY: Final = 64
LONGEST_EMAIL: Final = 254
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])?"
)
_LONGEST_LOCAL_PART: Final = 64
_CURRENCY_NAMES: Final = {
    "RMB": "CNY",
    "人民币": "CNY",
    "人民币元": "CNY",
    "CN¥": "CNY",
    "美元": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "日元": "JPY",
    "港元": "HKD",
    "港币": "HKD",
    "新台币": "TWD",
    "€": "EUR",
    "£": "GBP",
}
_TOTALS: Final = frozenset(
    "total totals sum subtotal grandtotal pagetotal totalamount"
    " 合计 总计 小计 共计 总和 总额 合计金额 总金额 本页合计 本页小计 累计 本月合计 合计数".split()
)


def parse_key(value: CellValue) -> str:
    """A code, number or reference: 1 to 64 characters of any script, kept as text.

    Leading zeros stay; a whole number cell gives its digits. Raises ``CellError``: ``too_long``,
    ``control_characters``, ``invalid_code`` (a date or truth value, or a number that a spreadsheet
    cannot hold exactly).
    """
    if isinstance(value, str) and value.isalnum() and len(value) <= LONGEST_KEY:
        return value
    plain = checked(value)
    if isinstance(plain, float):
        digits = whole_text(plain)
        if digits is None:
            raise CellError("invalid_code", variant="number", value=value)
        return digits
    if not isinstance(plain, str):
        raise CellError("invalid_code", value=value)
    refuse_invisible(plain)
    if len(plain) > LONGEST_KEY:
        raise CellError("too_long", value=value, limit=LONGEST_KEY)
    return plain


def parse_text(value: CellValue, *, max_length: int, multiline: bool = False) -> str:
    """A text of at most ``max_length`` characters, trimmed; ``multiline`` keeps line breaks.

    Number and date cells give what they are as text. Raises ``CellError``: ``too_long``,
    ``control_characters``.
    """
    plain = checked(value)
    text = (whole_text(plain) or repr(plain)) if type(plain) is float else str(plain)
    if multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        refuse_invisible(text.replace("\n", " ").replace("\t", " "))
    else:
        refuse_invisible(text)
    if len(text) > max_length:
        raise CellError("too_long", value=value, limit=max_length)
    return text


def parse_email(value: CellValue) -> str:
    """An e-mail address as written, capitals kept. Raises ``CellError``: ``invalid_email``."""
    plain = checked(value)
    if (
        not isinstance(plain, str)
        or len(plain) > LONGEST_EMAIL
        or len(plain.partition("@")[0]) > _LONGEST_LOCAL_PART
        or not _EMAIL.fullmatch(plain)
    ):
        raise CellError("invalid_email", value=value)
    return plain


def parse_choice(choice: str, value: CellValue) -> str:
    """The code of one of the ``choice``'s values, from any of its English or Chinese names.

    ``choice`` is a key of ``headings.CHOICES``. Raises ``CellError``: ``unknown_value``, whose
    message names the codes to choose from.
    """
    spellings = CHOICES[choice]
    plain = checked(value)
    code = spellings.get(normalised(plain)) if isinstance(plain, str) else None
    if code is None:
        choices = ", ".join(dict.fromkeys(spellings.values()))
        raise CellError("unknown_value", value=value, choices=choices)
    return code


def parse_bool(value: CellValue) -> bool:
    """Yes or no, as words, signs, 1 and 0, or a truth value. Raises ``unknown_value``."""
    plain = checked(value)
    if isinstance(plain, bool):
        return plain
    if isinstance(plain, float):
        plain = whole_text(plain) or "?"
    return parse_choice("disputed", str(plain)) == "yes"


def parse_currency(value: CellValue) -> str:
    """An ISO 4217 code, from the code or a name that only one currency has.

    Raises ``CellError``: ``invalid_currency``.
    """
    plain = checked(value)
    code = narrow(plain).upper() if isinstance(plain, str) else ""
    code = _CURRENCY_NAMES.get(code, code)
    if code not in KNOWN_CURRENCIES:
        raise CellError("invalid_currency", value=value)
    return code


def is_totals_row(cells: Mapping[str, CellValue], key_columns: Collection[str]) -> bool:
    """Whether a row without any key holds a word for a total in one of its cells.

    ``cells`` by column; those of columns that are not known belong in it too, under any name,
    since the word often stands there. A row with a key is data, whatever it is called.
    """
    if not all(is_blank(cells.get(column, "")) for column in key_columns):
        return False
    return any(_is_total(cell) for cell in cells.values())


def _is_total(cell: CellValue) -> bool:
    if not isinstance(cell, str) or not cell:
        return False
    return normalised(cell).rstrip(":.：") in _TOTALS
