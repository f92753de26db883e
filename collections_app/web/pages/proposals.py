"""Proposals for the targets of a month: what for whom, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.compact import exact_amount, exact_money
from collections_app.core.months import add_months, last_of
from collections_app.planning.proposals import Proposal, ProposalFacts, propose
from collections_app.standing.month import MonthRow, month_list
from collections_app.standing.proposing import proposal_facts
from collections_app.web.forms.blocks import MOST_LINES
from collections_app.web.pages.month_plan import PlanQuestion, open_customers
from collections_app.web.pages.narrowing import matching
from collections_app.web.pages.units import Unit

KINDS: Final = ("propose", "copy")


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A customer's proposal: the amount to be edited, and the reason in words."""

    row: MonthRow
    proposal: Proposal
    reason: str

    @property
    def text(self) -> str:
        unit = Unit.of(self.row.currency, [self.proposal.amount])
        return exact_amount(self.proposal.amount, unit.currency, decimals=unit.decimals)

    @property
    def seen(self) -> int | str:
        return "" if self.row.present_target is None else self.row.present_target


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """All that the page shows; ``without`` counts the customers that nothing speaks for."""

    asked: PlanQuestion
    kind: str
    takes_planned: bool
    lines: list[ProposalLine]
    without: int
    more: int
    token: UUID
    has_customers: bool

    @property
    def back(self) -> str:
        return self.asked.path()

    @property
    def query(self) -> str:
        return self.asked.path().removeprefix(reverse("web:month_plan"))


def proposal_page(
    asked: PlanQuestion, *, by: Person, kind: str, takes_planned: bool
) -> ProposalPage:
    """Proposals for the customers of the question, those without a target unless all are wanted."""
    found = month_list(
        asked.month, on=asked.day, customers=matching(open_customers(by), asked.words),
        owners=asked.owners(), show="all" if takes_planned else "unplanned",
        sort="name", descending=False, limit=MOST_LINES,
    )  # fmt: skip
    rows = found.rows
    facts = proposal_facts(asked.month, on=asked.day, customers=[row.customer_id for row in rows])
    lines = []
    for row in rows:
        made = _copy(row) if kind == "copy" else propose(facts[row.customer_id])
        if made is not None and made.amount != row.present_target:
            words = _reason(made, facts[row.customer_id], row, asked)
            lines.append(ProposalLine(row, made, words))
    return ProposalPage(
        asked=asked, kind=kind, takes_planned=takes_planned, lines=lines,
        without=len(rows) - len(lines), more=found.remaining - len(rows), token=uuid4(),
        has_customers=bool(found.counts["all"]),
    )  # fmt: skip


def _copy(row: MonthRow) -> Proposal | None:
    return None if row.last_target is None else Proposal(row.last_target, "last_month")


def _reason(made: Proposal, facts: ProposalFacts, row: MonthRow, asked: PlanQuestion) -> str:
    if made.reason == "last_month":
        month = date_format(add_months(asked.month, -1), "YEAR_MONTH_FORMAT")
        return _("The target of %(month)s") % {"month": month}
    if made.reason == "regular":
        if facts.regular_day is None:
            return _("The regular payment agreed")
        return _("The regular payment agreed for day %(day)s of each month") % {
            "day": facts.regular_day
        }
    if made.reason == "average":
        return _("The average received in each of the last three months")
    day = date_format(last_of(asked.month), "DATE_FORMAT")
    if not facts.overdue:
        return _("What falls due by %(day)s") % {"day": day}
    overdue = exact_money(facts.overdue, row.currency)
    return _("What falls due by %(day)s, %(overdue)s of it overdue already") % {
        "day": day,
        "overdue": overdue,
    }
