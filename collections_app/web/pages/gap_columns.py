"""The columns of the tables of figures: one list for pages and for files."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collections_app.standing.figures import Figures


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of rule 1: ``kind`` is money (minor units) or share; ``is_main`` if always shown."""

    key: str
    label: str | Promise
    kind: str
    is_main: bool = False


COLUMNS: Final = (
    Column("at_risk", _("At risk"), "money", is_main=True),
    Column("target", _("Target"), "money", is_main=True),
    Column("original_target", _("Original target"), "money"),
    Column("committed", _("Committed"), "money", is_main=True),
    Column("commitment_gap", _("Commitment gap"), "money"),
    Column("measures", _("Measures"), "money", is_main=True),
    Column("received", _("Received"), "money", is_main=True),
    Column("unpromised", _("Unpromised receipts"), "money"),
    Column("uncovered", _("Uncovered"), "money"),
    Column("short", _("Short"), "money", is_main=True),
    Column("surplus", _("Surplus"), "money"),
    Column("lapsed", _("Lapsed"), "money", is_main=True),
    Column("collection_gap", _("Collection gap"), "money"),
    Column("attainment", _("Attainment"), "share", is_main=True),
    Column("original_attainment", _("Original attainment"), "share"),
    Column("coverage", _("Coverage"), "share", is_main=True),
    Column("pace", _("Pace"), "share", is_main=True),
)
COLUMN_KEYS: Final = tuple(column.key for column in COLUMNS)


def columns_shown(*, is_full: bool) -> tuple[Column, ...]:
    """Every column, or those that most questions need."""
    return tuple(column for column in COLUMNS if is_full or column.is_main)


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: the sort that a click asks for, and the way it is sorted now."""

    column: Column
    sort: str
    direction: str


def heads_of(columns: tuple[Column, ...], *, key: str, descending: bool) -> list[Head]:
    """Heads to sort by: the largest first, and the other way at the second click."""
    heads = []
    for column in columns:
        is_here = column.key == key
        direction = ("descending" if descending else "ascending") if is_here else ""
        sort = column.key if is_here and descending else f"-{column.key}"
        heads.append(Head(column, sort, direction))
    return heads


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in its column."""

    column: Column
    value: Any

    @property
    def is_late(self) -> bool:
        return self.column.key in ("at_risk", "lapsed") and bool(self.value)


def cells_of(figures: Figures, columns: tuple[Column, ...]) -> list[Cell]:
    """The figures of a row."""
    return [Cell(column, getattr(figures, column.key)) for column in columns]


def sort_value(figures: Figures, key: str) -> tuple[bool, Decimal]:
    """What a row is sorted by; what is missing is less than all else."""
    value = getattr(figures, key)
    return (value is not None, Decimal(value or 0))
