"""Money is exact: minor units in, minor units out, and every rounding has a rule."""

from __future__ import annotations

from decimal import Decimal

import pytest

from collections_app.core.money import (
    KNOWN_CURRENCIES,
    decimals_of,
    ratio,
    split_evenly,
    to_minor,
    to_text,
    tolerance_of,
)


@pytest.mark.parametrize(
    ("currency", "decimals"), [("CNY", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3)]
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals


def test_every_known_currency_is_three_capitals() -> None:
    assert all(len(c) == 3 and c.isalpha() and c.isupper() for c in KNOWN_CURRENCIES)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (10_000_000, "CNY", "100000.00"),
        (5, "CNY", "0.05"),
        (0, "CNY", "0.00"),
        (-5, "CNY", "-0.05"),
        (-12_345, "CNY", "-123.45"),
        (123_456, "JPY", "123456"),
        (-123_456, "JPY", "-123456"),
        (1_005, "KWD", "1.005"),
    ],
)
def test_minor_units_are_written_as_a_plain_decimal(minor: int, currency: str, text: str) -> None:
    assert to_text(minor, currency) == text


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("100000", "CNY", 10_000_000),
        ("0.05", "CNY", 5),
        ("-0.05", "CNY", -5),
        ("1.500", "CNY", 150),
        ("1E+3", "CNY", 100_000),
        ("123456", "JPY", 123_456),
        ("1.005", "KWD", 1_005),
    ],
)
def test_a_decimal_is_read_as_minor_units(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.005", "CNY"),
        ("1.5", "JPY"),
        ("1.0005", "KWD"),
        ("1.00000000000000000000000000001", "CNY"),
        ("NaN", "CNY"),
    ],
)
def test_an_amount_with_too_many_decimals_is_refused_not_rounded(
    amount: str, currency: str
) -> None:
    with pytest.raises(ValueError, match=r".+"):
        to_minor(Decimal(amount), currency)


def test_a_ratio_has_four_decimals() -> None:
    assert ratio(1, 3) == Decimal("0.3333")
    assert str(ratio(1, 1)) == "1.0000"


def test_a_ratio_may_be_negative_or_above_one() -> None:
    assert ratio(-1, 4) == Decimal("-0.2500")
    assert ratio(3, 2) == Decimal("1.5000")


def test_a_ratio_halfway_between_is_rounded_to_even() -> None:
    assert ratio(1, 20_000) == Decimal("0.0000")
    assert ratio(3, 20_000) == Decimal("0.0002")


def test_a_ratio_without_divisor_is_blank() -> None:
    assert ratio(5, 0) is None


def test_tolerance_is_the_percentage_of_the_amount() -> None:
    assert tolerance_of(3_000_000, permille=10, cap=50_000) == 30_000


def test_tolerance_reaches_its_cap_and_stays_there() -> None:
    assert tolerance_of(4_999_900, permille=10, cap=50_000) == 49_999
    assert tolerance_of(5_000_000, permille=10, cap=50_000) == 50_000
    assert tolerance_of(5_000_100, permille=10, cap=50_000) == 50_000
    assert tolerance_of(50_000_000, permille=10, cap=50_000) == 50_000


def test_tolerance_without_cap_grows_with_the_amount() -> None:
    assert tolerance_of(50_000_000, permille=10, cap=None) == 500_000


@pytest.mark.parametrize(("amount", "tolerance"), [(99, 0), (100, 1), (199, 1), (200, 2)])
def test_tolerance_is_rounded_down_to_minor_units(amount: int, tolerance: int) -> None:
    assert tolerance_of(amount, permille=10, cap=None) == tolerance


def test_tolerance_of_a_large_amount_loses_nothing() -> None:
    assert tolerance_of(10**15 - 1, permille=1, cap=None) == 999_999_999_999


def test_no_percentage_is_no_tolerance() -> None:
    assert tolerance_of(3_000_000, permille=0, cap=None) == 0
    assert tolerance_of(3_000_000, permille=10, cap=0) == 0


def test_an_equal_split_puts_the_rounding_on_the_last() -> None:
    assert split_evenly(10_000_000, 3) == [3_333_333, 3_333_333, 3_333_334]
    assert [to_text(n, "CNY") for n in split_evenly(10_000_000, 3)] == [
        "33333.33",
        "33333.33",
        "33333.34",
    ]


def test_an_even_split_has_no_rounding() -> None:
    assert split_evenly(900, 3) == [300, 300, 300]


def test_a_split_into_one_is_the_whole() -> None:
    assert split_evenly(10_001, 1) == [10_001]


@pytest.mark.parametrize("amount", [1, 100, 101, 9_999_999, -10_000_000])
@pytest.mark.parametrize("parts", [1, 2, 3, 7, 12])
def test_a_split_adds_up(amount: int, parts: int) -> None:
    assert sum(split_evenly(amount, parts)) == amount
    assert len(split_evenly(amount, parts)) == parts
