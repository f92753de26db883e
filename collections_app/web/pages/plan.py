"""A customer's month: its plan, its revisions and its measures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment
from collections_app.core.planned import fetch_planned
from collections_app.customers.models import Customer, Evidence
from collections_app.followups.models import Request
from collections_app.planning.models import (
    Measure,
    MeasureStatus,
    MonthPlan,
    TargetChange,
)
from collections_app.standing.figures import CustomerFigures
from collections_app.standing.head import Head
from collections_app.web.pages.plan_sql import MONTH_OF_ONE
from collections_app.web.pages.units import Unit
from collections_app.web.pages.waterfall import Waterfall, waterfall_of

REQUESTS_SHOWN: Final = 10
DAYS: Final = frozenset(
    {
        "locks_on", "agreed_on", "asked_on", "due_on", "counts_from", "month", "until_on",
        "decided_on",
    }
)  # fmt: skip


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
    values = {"customer": customer.pk, "month": month, "as_of": on, "requests": REQUESTS_SHOWN}
    found, own, revised, asked = fetch_planned(MONTH_OF_ONE, values)[0]
    plan = _plan(found) if found else None
    measures = _in_order(_measure(_typed(row)) for row in own or ())
    revisions = [_revision(_typed(row)) for row in revised or ()]
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
        requests=[_request(_typed(row), customer) for row in asked or ()],
        unit=Unit.of(customer.currency, amounts),
        is_locked=plan is not None and bool(plan.target) and on > plan.locks_on,
    )


# Models are made of what is shown alone: to read them whole takes longer than all the rest.


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """JSON knows neither days nor keys."""
    days = {name: date.fromisoformat(row[name]) for name in DAYS & row.keys() if row[name]}
    return row | days


def _plan(row: dict[str, Any]) -> MonthPlan:
    evidence, filename = row.pop("evidence"), row.pop("filename")
    plan = MonthPlan(**_typed(row))
    if evidence:
        plan.agreed_evidence = Evidence(public_id=UUID(evidence), filename=filename)
    return plan


def _measure(row: dict[str, Any]) -> MeasureLine:
    measure = Measure(
        public_id=UUID(row["public_id"]),
        kind=row["kind"],
        description=row["description"],
        realised_uplift=row["realised_uplift"],
        due_on=row["due_on"],
        owner=_person(row["owner"]),
    )
    return MeasureLine(
        measure, row["status"], row["expected_uplift"], row["reason"], row["is_promised"]
    )


def _in_order(lines: Iterable[MeasureLine]) -> list[MeasureLine]:
    far = date.max
    return sorted(lines, key=lambda at: (at.row.due_on or far, at.row.kind, at.row.description))


def _revision(row: dict[str, Any]) -> Revision:
    request, change = (
        None,
        TargetChange(
            counts_from=row["counts_from"],
            old_target=row["old_target"],
            new_target=row["new_target"],
            reason=row["reason"],
            entered_by=_person(row["entered_by"]),
        ),
    )
    if row["request"]:
        request = Request(
            public_id=UUID(row["request"]),
            kind=row["kind"],
            asked_on=row["asked_on"],
            asked_by=_person(row["asked_by"]),
        )
    return Revision(change, request)


def _request(row: dict[str, Any], customer: Customer) -> Request:
    reference = row.pop("commitment")
    made = row | {
        "public_id": UUID(row["public_id"]),
        "customer": customer,
        "asked_by": _person(row["asked_by"]),
        "decided_by": _person(row["decided_by"]),
        "commitment": Commitment(reference=reference) if reference else None,
    }
    return Request(**made)


def _person(name: str | None) -> Person | None:
    return None if name is None else Person(name=name)
