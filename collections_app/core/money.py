"""Money is exact: an integer of minor units beside the code of its currency."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Final

ZERO_DECIMALS: Final = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
THREE_DECIMALS: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
TWO_DECIMALS: Final = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD
    MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP
    PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW
    """.split()
)
KNOWN_CURRENCIES: Final = ZERO_DECIMALS | TWO_DECIMALS | THREE_DECIMALS

# Every amount fits a bigint with room for sums over millions of rows.
LARGEST_AMOUNT: Final = 10**15


def decimals_of(currency: str) -> int:
    """How many decimals the currency's amounts have (ISO 4217): 2 for CNY, 0 for JPY."""
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def to_text(amount: int, currency: str) -> str:
    """Minor units as the plain decimal of the contract: ``10000000`` CNY is ``"100000.00"``."""
    decimals = decimals_of(currency)
    if decimals == 0:
        return str(amount)
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}"


def to_minor(amount: Decimal, currency: str) -> int:
    """A decimal amount as minor units; raises ``ValueError`` where it has too many decimals."""
    numerator, denominator = amount.as_integer_ratio()
    scale: int = 10 ** decimals_of(currency)
    minor, rest = divmod(numerator * scale, denominator)
    if rest:
        raise ValueError("too many decimals")
    return minor


def ratio(part: int, whole: int) -> Decimal | None:
    """``part / whole`` to four decimals, rounded half even; None where the divisor is 0."""
    if whole == 0:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"))


def tolerance_of(amount: int, *, permille: int, cap: int | None) -> int:
    """What may be missing from ``amount`` and still count as fulfilled, in minor units (rule 5).

    ``permille`` is the percentage in tenths of a per cent; ``cap`` is in minor units, None for no
    cap. Rounded down.
    """
    share = int((Decimal(amount) * permille / 1000).to_integral_value(rounding=ROUND_DOWN))
    return share if cap is None else min(share, cap)


def split_evenly(amount: int, parts: int) -> list[int]:
    """Split ``amount`` minor units into equal parts; the rounding is on the last one (rule 3)."""
    share = amount // parts if amount >= 0 else -(-amount // parts)
    return [share] * (parts - 1) + [amount - share * (parts - 1)]
