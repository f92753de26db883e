"""Turning from a page to the ones beside it: of a list, and from month to month."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from collections_app.core.months import add_months, month_text


class _AsksPage(Protocol):
    @property
    def page(self) -> int: ...


class _AsksMonth(Protocol):
    @property
    def month(self) -> date: ...


class _Listed(Protocol):
    @property
    def asked(self) -> _AsksPage: ...
    @property
    def has_more(self) -> bool: ...


class _Dated(Protocol):
    @property
    def asked(self) -> _AsksMonth: ...


class Paged:
    """A page that shows part of a list, from page 1 on; ``has_more`` says whether more follows."""

    __slots__ = ()

    @property
    def previous_page(self: _Listed) -> int | None:
        return self.asked.page - 1 if self.asked.page > 1 else None

    @property
    def next_page(self: _Listed) -> int | None:
        return self.asked.page + 1 if self.has_more else None


class ByMonth:
    """A page about a month; months are told as the URL writes them."""

    __slots__ = ()

    @property
    def month(self: _Dated) -> str:
        return month_text(self.asked.month)

    @property
    def previous_month(self: _Dated) -> str:
        return month_text(add_months(self.asked.month, -1))

    @property
    def next_month(self: _Dated) -> str:
        return month_text(add_months(self.asked.month, 1))
