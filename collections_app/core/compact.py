"""Amounts as pages show them: compact to be read at a glance, or exact and grouped. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from collections_app.core.money import decimals_of

SYMBOLS: Final = {
    "CNY": "¥",
    "JPY": "JP¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "TWD": "NT$",
    "SGD": "S$",
    "AUD": "A$",
    "CAD": "C$",
    "INR": "₹",
    "KRW": "₩",
    "VND": "₫",
}
MINUS: Final = "\u2212"

# From which size on, in what unit, with how many decimals, and what follows. A size is that from
# which the unit below would round up to this one: 999,500 reads 1.00M and not 1,000k.
ENGLISH: Final = (
    (Decimal(999_995_000), Decimal(10**9), 2, "B"),
    (Decimal(999_500), Decimal(10**6), 2, "M"),
    (Decimal(99_950), Decimal(1000), 0, "k"),
    (Decimal(10_000), Decimal(1000), 1, "k"),
)
CHINESE: Final = (
    (Decimal(99_999_500), Decimal(10**8), 2, "亿"),
    (Decimal(10_000), Decimal(10**4), 1, "万"),
)


def symbol_of(currency: str) -> str:
    """What stands before an amount: ``¥`` for CNY, the code and a space where no sign is known."""
    return SYMBOLS.get(currency, f"{currency}\u00a0")


def exact_amount(amount: int, currency: str, *, decimals: int | None = None) -> str:
    """Minor units as a grouped figure without its currency: ``-1234500`` CNY is ``−12,345.00``.

    ``decimals=0`` leaves out decimals that the caller knows to be zero.
    """
    places = decimals_of(currency)
    value = abs(Decimal(amount)).scaleb(-places)
    shown = places if decimals is None else decimals
    return f"{MINUS if amount < 0 else ''}{value:,.{shown}f}"


def exact_money(amount: int, currency: str) -> str:
    """Minor units as a grouped figure with its currency: ``¥12,345.00``."""
    text = exact_amount(abs(amount), currency)
    return f"{MINUS if amount < 0 else ''}{symbol_of(currency)}{text}"


def compact_money(amount: int, currency: str, *, language: str) -> str:
    """Minor units to be read at a glance: ``¥94.67M``, ``¥880k``; in Chinese ``¥9,467.0万``.

    Below ten thousand the figure is exact, without decimals that are all zero.
    """
    value = abs(Decimal(amount)).scaleb(-decimals_of(currency))
    sign = f"{MINUS if amount < 0 else ''}{symbol_of(currency)}"
    for least, unit, places, suffix in CHINESE if language.startswith("zh") else ENGLISH:
        if value >= least:
            rounded = (value / unit).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            return f"{sign}{rounded:,}{suffix}"
    return f"{sign}{value:,.0f}" if value == value.to_integral_value() else f"{sign}{value:,}"


def percent(share: Decimal | None) -> str:
    """A ratio as whole per cent, ``46%``; blank where there is none.

    Rounded towards zero just below a whole hundred, so that 99.6 % never reads as reached.
    """
    if share is None:
        return ""
    value = (share * 100).quantize(Decimal(1), ROUND_HALF_UP)
    if value == 100 and share < 1:
        value = Decimal(99)
    return f"{MINUS if value < 0 else ''}{abs(value)}%"
