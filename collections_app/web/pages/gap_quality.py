"""Quality of work: of how many customers a month is planned, agreed jointly, asked for, covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collections_app.accounts.models import Person
from collections_app.core.months import month_text
from collections_app.customers.models import CustomerQuerySet
from collections_app.standing.quality import Work, work_of
from collections_app.standing.queries import payments_known_through
from collections_app.web.pages.gap_question import GapQuestion
from collections_app.web.pages.gap_tabs import GapTab, choices_of, money_of
from collections_app.web.sheets import Cell, Money, Sheet

MOST_ROWS: Final = 200
# Each share, and the narrowing of the month plan that lists those of whom it is not so.
SHARES: Final[tuple[tuple[str, str | Promise, str], ...]] = (
    ("planned", gettext_lazy("Planned"), "unplanned"),
    ("joint", gettext_lazy("Agreed jointly"), "one_sided"),
    ("asked", gettext_lazy("Asked"), "not_asked"),
    ("committed", gettext_lazy("Committed"), "no_commitment"),
)


@dataclass(frozen=True, slots=True)
class ShareCell:
    """Of how many it is so; ``url`` leads to the others, blank where there are none to be shown."""

    label: str | Promise
    number: int
    share: Decimal | None
    url: str


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A rep, a team or all, in shares; the URLs are blank where they would lead to nobody."""

    work: Work
    name: str
    url: str
    shares: list[ShareCell]
    uncovered_url: str
    cut_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityTab(GapTab):
    """``teams`` are none where there is but one; ``more`` reps are not shown."""

    total: WorkLine
    teams: list[WorkLine]
    reps: list[WorkLine]
    more: int

    @property
    def has_any(self) -> bool:
        return self.total.work.wanted > 0


def quality_tab(asked: GapQuestion, visible: CustomerQuerySet, *, by: Person) -> QualityTab:
    """The work on the month of what ``by`` may see, in one currency."""
    currency, currencies = money_of(asked, visible)
    found = work_of(asked.selection(visible, currency=currency))
    teams = found.teams if len(found.teams) > 1 else []
    return QualityTab(
        asked=asked,
        known_through=payments_known_through(),
        currency=currency,
        currencies=currencies,
        choices=choices_of(by),
        total=_line(asked, found.total, ""),
        teams=[_line(asked, team, "team") for team in teams[:MOST_ROWS]],
        reps=[_line(asked, rep, "rep") for rep in found.reps[:MOST_ROWS]],
        more=max(len(found.reps) - MOST_ROWS, 0),
    )


def _line(asked: GapQuestion, work: Work, kind: str) -> WorkLine:
    own = {kind: str(work.public_id)} if kind and work.public_id else {}
    is_led_to = not kind or bool(own)
    return WorkLine(
        work=work,
        name=work.name or (_("No team") if kind == "team" else _("All")),
        url=_dashboard(asked, own | {"tab": "quality"}) if own else "",
        shares=[
            ShareCell(
                label,
                getattr(work, name),
                work.share(name),
                _plan(asked, own, show) if is_led_to and getattr(work, name) < work.wanted else "",
            )
            for name, label, show in SHARES
        ],
        uncovered_url=_shown(asked, own, "uncovered") if is_led_to and work.uncovered else "",
        cut_url=_shown(asked, own, "target_cut") if is_led_to and work.cut else "",
    )


def _plan(asked: GapQuestion, own: dict[str, str], show: str) -> str:
    """The month plan, which knows the present day alone, of every rating and currency."""
    if asked.is_past or asked.rating:
        return ""
    of_plan = {"month": month_text(asked.month), "show": show, "currency": ""}
    return reverse("web:month_plan") + asked.narrowed(asked.day, own | of_plan)


def _dashboard(asked: GapQuestion, own: dict[str, str]) -> str:
    return asked.narrowed(asked.day, {"month": month_text(asked.month)} | own)


def _shown(asked: GapQuestion, own: dict[str, str], show: str) -> str:
    return _dashboard(asked, own | {"show": show, "columns": "all"}) + "#customers"


def quality_sheet(
    asked: GapQuestion, note: Sequence[tuple[str, str]], *, visible: CustomerQuerySet
) -> Sheet:
    """All, every team and every rep, to take away."""
    currency, _known = money_of(asked, visible)
    found = work_of(asked.selection(visible, currency=currency))
    head = [_("Of"), _("Name"), _("Month"), _("As of"), _("Currency"), _("Customers to plan")]
    for _name, label, _show in SHARES:
        head += [str(label), _("Share: %(what)s") % {"what": label}]
    head += [_("Uncovered customers"), _("Uncovered"), _("Targets cut"), _("Cut by")]
    groups = ((_("All"), [found.total]), (_("Team"), found.teams), (_("Rep"), found.reps))
    rows = (_cells(asked, kind, work, currency) for kind, works in groups for work in works)
    return Sheet(_("Quality of work"), head, rows, note)


def _cells(asked: GapQuestion, kind: str, work: Work, currency: str) -> list[Cell]:
    shares = [value for n, _l, _s in SHARES for value in (getattr(work, n), work.share(n))]
    return [
        kind, work.name, month_text(asked.month), asked.day, currency, work.wanted, *shares,
        work.uncovered, Money(work.uncovered_amount, currency),
        work.cut, Money(work.cut_amount, currency),
    ]  # fmt: skip
