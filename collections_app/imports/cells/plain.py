"""What every parser does first: refuse cells without a value, narrow full-width characters."""

from __future__ import annotations

import re
from typing import Final

from collections_app.imports.messages import CellError
from collections_app.imports.readers.table import BadCell, CellValue

# Not NFKC: that turns 10² into 102 and ① into 1.
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0x00A0: " ",
    0x2007: " ",
    0x2009: " ",
    0x202F: " ",
    0x2010: "-",
    0x2011: "-",
    0x2012: "-",
    0x2013: "-",
    0x2212: "-",
    0xFE63: "-",
    0x2018: "'",
    0x2019: "'",
    0xFFE1: "£",
    0xFFE5: "¥",
}
# Control characters proper, line and paragraph separators, and those that turn the direction of
# what follows: none of them can be seen, so none of them can be meant.
_INVISIBLE: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_OUTER_BLANKS: Final = re.compile("^[\\s\ufeff\u200b]+|[\\s\ufeff\u200b]+$")
_EXACT_WHOLE: Final = 10**15


def narrow(text: str) -> str:
    """Full-width digits, letters and punctuation as their ASCII forms; odd blanks as a blank."""
    return text if text.isascii() else text.translate(_NARROW)


def trimmed(text: str) -> str:
    """Without outer blanks, the zero-width ones that come along with copied text included."""
    text = text.strip()
    return text if text.isascii() else _OUTER_BLANKS.sub("", text)


def checked(value: CellValue) -> str | float | bool | object:
    """The value, text trimmed; raises ``CellError`` for a bad cell and, ``required``, for none."""
    if isinstance(value, str):
        text = trimmed(value)
        if not text:
            raise CellError("required")
        return text
    if isinstance(value, BadCell):
        raise CellError(value.code, value=value.text)
    return value


def refuse_invisible(text: str) -> None:
    """Raise ``control_characters`` where the text holds any."""
    if not text.isprintable() and _INVISIBLE.search(text):
        raise CellError("control_characters", value=_INVISIBLE.sub("�", text))


def whole_text(number: float) -> str | None:
    """A whole number cell as the digits that a spreadsheet shows; None if that is not exact.

    Spreadsheets keep 15 digits: a longer number has lost some and may not pass for a key.
    """
    if number.is_integer() and abs(number) < _EXACT_WHOLE:
        return str(int(number))
    return None
