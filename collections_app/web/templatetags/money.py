"""Amounts, shares, days and months, as the reader's language writes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from collections_app.core import compact as shown
from collections_app.core.money import decimals_of
from collections_app.organisation.queries import organisation
from collections_app.web.pages.units import Unit

register = template.Library()
# What a third of a phone's width holds, in characters.
MOST_IN_A_CELL = 13


@register.filter
def amount(value: int | None, unit: Unit) -> str:
    """Minor units, exact and grouped, without the currency that the table's head names.

    What is missing is blank, and nothing is a quiet 0: they are not the same.
    """
    if value is None:
        return ""
    text = shown.exact_amount(value, unit.currency, decimals=unit.decimals)
    if len(text) > MOST_IN_A_CELL:
        return format_html('<span class="k-wide">{}</span>', text)
    return text if value else format_html('<span class="k-zero">{}</span>', text)


@register.filter
def rounded(value: int | None, unit: Unit) -> str:
    """Minor units in whole ones, for wide tables; the exact figure is in the title."""
    if value is None:
        return ""
    scale = 10 ** decimals_of(unit.currency)
    if value % scale == 0:
        return amount(value, Unit(unit.currency, 0))
    whole = round(Fraction(value, scale)) * scale
    text = shown.exact_amount(whole, unit.currency, decimals=0)
    exact = shown.exact_money(value, unit.currency)
    wide = " k-wide" if len(text) > MOST_IN_A_CELL else ""
    return format_html('<span class="k-figure{}" title="{}">{}</span>', wide, exact, text)


@register.simple_tag
def compact(value: int, currency: str, sign: str = "") -> SafeString:
    """Minor units to be read at a glance, with the exact figure in the title."""
    text = shown.compact_money(value, currency, language=get_language() or "en")
    exact = shown.exact_money(value, currency)
    return format_html('<span class="k-figure" title="{}{}">{}{}</span>', sign, exact, sign, text)


@register.simple_tag
def compact_text(value: int, currency: str, sign: str = "") -> str:
    """The same as plain text, for pictures."""
    lead = f"{sign}\u00a0" if sign and value else ""
    return lead + shown.compact_money(value, currency, language=get_language() or "en")


@register.simple_tag
def exact(value: int, currency: str) -> str:
    """Minor units, exact, with their currency."""
    return shown.exact_money(value, currency)


@register.filter
def money(value: int, currency: str) -> str:
    """The same, to be put into a sentence."""
    return shown.exact_money(value, currency)


@register.filter
def grouped(count: int) -> str:
    """A number of things: 90,000."""
    return f"{count:,}"


@register.filter
def percent(share: Decimal | None) -> str:
    """A ratio in whole per cent; blank where there is none."""
    return shown.percent(share)


@register.filter
def bounded(share: Decimal | None) -> str:
    """A ratio as the width of a bar, 0 to 100 %."""
    value = min(max(share or Decimal(0), Decimal(0)), Decimal(1))
    return f"{value * 100:.1f}%"


@register.filter
def day(value: date | None) -> SafeString | str:
    """A business date, in words and for machines; blank where there is none."""
    if value is None:
        return ""
    text = date_format(value, "DATE_FORMAT")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def instant(value: datetime) -> SafeString:
    """An instant as day and time, in the organisation's time zone, and for machines."""
    local = value.astimezone(ZoneInfo(organisation().time_zone))
    text = f"{date_format(local, 'DATE_FORMAT')} {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def month(value: date) -> str:
    """A month: November 2026, 2026年11月."""
    return date_format(value, "YEAR_MONTH_FORMAT")
