"""Figures to be read at a glance never say more than is there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from collections_app.core.compact import compact_money, exact_amount, exact_money, percent


@pytest.mark.parametrize(
    ("minor", "english", "chinese"),
    [
        (9_467_000_000, "¥94.67M", "¥9,467.0万"),
        (88_000_000, "¥880k", "¥88.0万"),
        (5_000_000, "¥50.0k", "¥5.0万"),
        (980_000, "¥9,800", "¥9,800"),
        (980_050, "¥9,800.50", "¥9,800.50"),
        (0, "¥0", "¥0"),
        (-123_456_789, "−¥1.23M", "−¥123.5万"),
        (12_345_678_900, "¥123.46M", "¥1.23亿"),
        (100_000_000_000, "¥1.00B", "¥10.00亿"),
    ],
)
def test_amounts_are_compact_in_each_language(minor: int, english: str, chinese: str) -> None:
    assert compact_money(minor, "CNY", language="en") == english
    assert compact_money(minor, "CNY", language="zh-hans") == chinese


@pytest.mark.parametrize(
    ("minor", "english", "chinese"),
    [
        (99_999_900, "¥1.00M", "¥100.0万"),
        (9_999_999_900, "¥100.00M", "¥1.00亿"),
        (9_999_999, "¥100k", "¥10.0万"),
        (999_999, "¥9,999.99", "¥9,999.99"),
    ],
)
def test_what_rounds_up_to_the_next_unit_is_said_in_it(
    minor: int, english: str, chinese: str
) -> None:
    assert compact_money(minor, "CNY", language="en") == english
    assert compact_money(minor, "CNY", language="zh-hans") == chinese


def test_decimals_are_those_of_the_currency() -> None:
    assert exact_money(123_456, "CNY") == "¥1,234.56"
    assert exact_money(123_456, "JPY") == "JP¥123,456"
    assert exact_money(123_456, "KWD") == "KWD\u00a0123.456"


def test_negative_has_a_true_minus_before_the_currency() -> None:
    assert exact_money(-5_000, "USD") == "−$50.00"
    assert exact_amount(-5_000, "USD", decimals=0) == "−50"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, ""),
        (Decimal("0"), "0%"),
        (Decimal("0.4649"), "46%"),
        (Decimal("0.9960"), "99%"),
        (Decimal("1.0000"), "100%"),
        (Decimal("1.2000"), "120%"),
        (Decimal("-0.1000"), "−10%"),
    ],
)
def test_a_share_never_reads_as_reached_before_it_is(share: Decimal | None, text: str) -> None:
    assert percent(share) == text
