"""A customer's month: its plan, its revisions and its measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from collections_app.commitments.models import Commitment
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.planning.models import (
    Measure,
    MeasureChange,
    MeasureStatus,
    MonthPlan,
    TargetChange,
)
from collections_app.standing.figures import CustomerFigures
from collections_app.standing.head import Head
from collections_app.web.pages.requests import listed_of
from collections_app.web.pages.units import Unit
from collections_app.web.pages.waterfall import Waterfall, waterfall_of

REQUESTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure with the status and uplift that counted on the day, and why it was dropped."""

    row: Measure
    status: str
    uplift: int
    drop_reason: str = ""
    is_promised: bool = False

    @property
    def may_promise(self) -> bool:
        """Whether a promise may come of it, or of what it is said to have brought."""
        if self.status == MeasureStatus.DONE:
            return bool(self.row.realised_uplift) and not self.is_promised
        return self.status != MeasureStatus.DROPPED


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of the target after the lock, and the request that it came of, if any."""

    change: TargetChange
    request: Request | None


@dataclass(frozen=True, slots=True)
class PlanTab:
    """The month; ``figures`` is None where it has neither plan, promise nor money."""

    plan: MonthPlan | None
    figures: CustomerFigures | None
    waterfall: Waterfall | None
    measures: list[MeasureLine]
    revisions: list[Revision]
    requests: list[Request]
    unit: Unit
    is_locked: bool

    @property
    def is_agreed(self) -> bool:
        return self.figures is not None and self.figures.plan_state == "agreed"


def plan_tab(
    customer: Customer, head: Head, *, month: date, on: date, surplus_label: str
) -> PlanTab:
    """The plan of the month as of ``on``; ``head`` is of the same month."""
    figures = head.figures
    found = MonthPlan.objects.filter(customer=customer, month=month)
    plan = found.select_related("agreed_evidence").first()
    measures = _measures(plan, on) if plan else []
    revisions = _revisions(plan, on) if plan else []
    amounts = [line.uplift for line in measures] + [line.row.realised_uplift for line in measures]
    amounts += [a for r in revisions for a in (r.change.old_target, r.change.new_target)]
    if figures:
        amounts += [figures.target, figures.committed, figures.received, figures.measures]
        amounts += [figures.original_target, figures.lapsed]
    return PlanTab(
        plan=plan,
        figures=figures,
        waterfall=waterfall_of(figures, surplus_label=surplus_label) if figures else None,
        measures=measures,
        revisions=revisions,
        requests=list(listed_of(customer.pk)[:REQUESTS_SHOWN]),
        unit=Unit.of(customer.currency, amounts),
        is_locked=plan is not None and bool(plan.target) and on > plan.locks_on,
    )


def _measures(plan: MonthPlan, on: date) -> list[MeasureLine]:
    """Each measure with its status and uplift of the day, in one statement."""
    promised = Exists(Commitment.objects.filter(measure=OuterRef("measure")))
    changes = MeasureChange.objects.filter(measure__plan=plan, counts_from__lte=on)
    last = changes.order_by("measure", "-counts_from", "-pk").distinct("measure")
    lines = [
        MeasureLine(
            each.measure,
            each.status,
            each.expected_uplift,
            each.reason,
            each.is_promised,
        )
        for each in last.select_related("measure__owner").annotate(is_promised=promised)
    ]
    far = date.max
    return sorted(lines, key=lambda at: (at.row.due_on or far, at.row.kind, at.row.description))


def _revisions(plan: MonthPlan, on: date) -> list[Revision]:
    """What changed after the lock, by ``on``."""
    rows = TargetChange.objects.filter(Q(counts_from__lte=on), plan=plan, is_revision=True)
    changes = list(rows.select_related("entered_by").order_by("counts_from", "pk"))
    made = Request.objects.filter(target_change__in=changes).select_related("asked_by")
    by_change = {request.target_change_id: request for request in made}
    return [Revision(change, by_change.get(change.pk)) for change in changes]
