"""The month on one page of paper: what the dashboard says, without what one can only click."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from collections_app.accounts.models import Person
from collections_app.organisation.queries import organisation
from collections_app.web.pages.gap_columns import Cell, cells_of
from collections_app.web.pages.gap_question import GapQuestion, Order
from collections_app.web.pages.gaps import GapPage, Line, gap_page

MOST_REPS: Final = 12


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The figures of the month; ``reps`` are those with most at risk, ``more`` are not shown."""

    page: GapPage
    organisation: str
    reps: list[Line]
    more: int
    sums: list[Cell]

    @property
    def narrowed_to(self) -> str:
        """What the report is narrowed to, in words; blank for all that one sees."""
        asked = self.page.asked
        names = (asked.team.name if asked.team else "", asked.rep.name if asked.rep else "")
        return " · ".join(name for name in names if name)


def month_report(asked: GapQuestion, *, by: Person) -> MonthReport:
    """The dashboard of what ``by`` may see, as it is narrowed, by rep; how lists were sorted or
    searched is left out.
    """
    whole = replace(
        asked, by="rep", order=Order("at_risk", True), show="all", words="", page=1, is_full=False
    )
    page = gap_page(whole, by=by)
    lines = page.groups.lines
    return MonthReport(
        page=page,
        organisation=organisation().name,
        reps=lines[:MOST_REPS],
        more=max(len(lines) - MOST_REPS, 0) + page.groups.more,
        sums=cells_of(page.total, page.columns) if page.total else [],
    )
