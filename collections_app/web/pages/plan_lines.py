"""The rows of the month plan, and what their cells hold while somebody edits them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from collections_app.core.compact import exact_amount
from collections_app.planning.models import Answer
from collections_app.standing.month import MonthRow, MonthTotal
from collections_app.web.pages.totals import amounts_of
from collections_app.web.pages.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody entered in the cell of a target, and what became of it.

    ``text`` is None where nothing was; ``conflict`` says who was first with what.
    """

    text: str | None = None
    reason: str = ""
    error: str = ""
    conflict: str = ""
    needs_reason: bool = False
    needs_manager: bool = False
    is_saved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskEntry:
    """What somebody answered in the cell of having asked, and what became of it."""

    answer: str = ""
    again: str = ""
    error: str = ""
    needs_day: bool = False
    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A customer's month, how its amounts are shown, and the cell of its target."""

    row: MonthRow
    unit: Unit
    is_locked: bool
    entry: Entry = field(default_factory=Entry)
    asking: AskEntry = field(default_factory=AskEntry)
    token: UUID = field(default_factory=uuid4)

    @property
    def present(self) -> str:
        """The target as it stands, to be read and edited; blank while unplanned."""
        if self.row.present_target is None:
            return ""
        own = Unit.of(self.unit.currency, [self.row.present_target])
        return exact_amount(self.row.present_target, own.currency, decimals=own.decimals)

    @property
    def shown(self) -> str:
        return self.present if self.entry.text is None else self.entry.text

    @property
    def answer(self) -> str:
        """What the cell of having asked shows: what was just chosen, else what stands."""
        return self.asking.answer or self.row.answer

    @property
    def is_promised(self) -> bool:
        """Whether a promise in force says that the customer committed: nothing is left to ask."""
        return self.row.asked == "committed" and self.row.answer != "committed"

    @property
    def answers(self) -> list[tuple[str, object]]:
        """What can be chosen of having asked; *not asked* only where nothing was answered yet."""
        none = [] if self.row.answer else [("", _("not asked"))]
        return [*none, *Answer.choices]

    @property
    def base(self) -> int | str:
        """What a writer saw, for compare-and-swap."""
        return "" if self.row.present_target is None else self.row.present_target

    @property
    def target(self) -> int | None:
        """The target in force; None while unplanned, which is not a target of 0."""
        return None if self.row.plan_state == "unplanned" else self.row.target


def lines_of(rows: Iterable[MonthRow], units: dict[str, Unit], *, on: date) -> list[PlanLine]:
    """The rows as the page shows them."""
    return [line_of(row, units[row.currency], on=on) for row in rows]


def line_of(
    row: MonthRow,
    unit: Unit,
    *,
    on: date,
    entry: Entry | None = None,
    asking: AskEntry | None = None,
) -> PlanLine:
    """One row, with what was entered in it, if anything."""
    is_locked = row.present_target is not None and row.locks_on is not None and on > row.locks_on
    return PlanLine(row, unit, is_locked, entry or Entry(), asking or AskEntry())


def unit_of(total: MonthTotal, rows: Iterable[MonthRow]) -> Unit:
    """How amounts of the total's currency are shown: the total's own and those of the rows."""
    shown = [row for row in rows if row.currency == total.currency]
    lines: list[MonthTotal | MonthRow] = [total, *shown]
    amounts: list[int | None] = [*amounts_of(lines)]
    for line in lines:
        amounts += [line.open, line.overdue, line.unpromised]
        amounts += [line.last_target, line.last_received, line.original_target]
    amounts += [row.present_target for row in shown]
    return Unit.of(total.currency, amounts)
