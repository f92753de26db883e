"""Amounts and days in words of a language, for mail; exact and grouped."""

from __future__ import annotations

from datetime import date

from django.utils import formats, translation

from collections_app.core.compact import exact_amount


def format_money(amount: int, currency: str) -> str:
    """The exact amount with its currency's code, grouped: ``CNY 100,000.00``."""
    sign = "-" if amount < 0 else ""
    return f"{currency} {sign}{exact_amount(abs(amount), currency)}"


def format_month(month: date, language: str) -> str:
    """A month as the language writes it: ``December 2026``, ``2026年12月``."""
    if language.startswith("zh"):
        return f"{month.year}年{month.month}月"
    with translation.override("en"):
        return formats.date_format(month, "F Y")


def format_day(day: date, language: str) -> str:
    """A day as the language writes it: ``24 Nov 2026``, ``2026年11月24日``."""
    if language.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    with translation.override("en"):
        return formats.date_format(day, "j M Y")
