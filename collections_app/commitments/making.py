"""Making commitments: deadlines by the calendar, grace and tolerance by the rating now known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models.functions import Now

from collections_app.accounts.models import ImportRecord, Person
from collections_app.commitments.models import Commitment, Ending, Instalment
from collections_app.core.money import decimals_of, tolerance_of
from collections_app.core.workdays import WorkCalendar
from collections_app.customers.models import Customer, Evidence
from collections_app.organisation.models import RatingPolicy
from collections_app.organisation.queries import (
    organisation,
    policies_on,
    share_organisation,
    today,
    work_calendar,
)
from collections_app.planning.models import Measure


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise as told: instalments are (position, due date, minor units)."""

    customer: Customer
    reference: str
    made_on: date
    instalments: Sequence[tuple[int, date, int]]
    promised_by: str = ""
    channel: str = ""
    note: str = ""
    cancelled_on: date | None = None
    measure: Measure | None = None
    supersedes: Commitment | None = None
    evidence: Evidence | None = None


def deadline_of(
    due_on: date, *, grace_days: int, calendar: WorkCalendar, next_working_day: bool
) -> date:
    """The last day on which money is in time (rule 5).

    The ``grace_days``-th working day after the due date; without grace the due date itself, even
    on a holiday, unless such dates count as the next working day.
    """
    if next_working_day:
        due_on = calendar.on_or_after(due_on)
    return calendar.after(due_on, grace_days)


def next_reference() -> str:
    """A reference of our own, in order of entry; never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('commitments_reference_seq')")
        return f"KP-{cursor.fetchone()[0]:06d}"


def make_commitments(
    promised: Sequence[Promised],
    *,
    by: Person | None,
    record: ImportRecord | None = None,
    on_behalf_of: Person | None = None,
) -> list[Commitment]:
    """Save commitments with their instalments, in two statements however many.

    Copies grace and tolerance of each customer's present rating and team (rules 3 and 8).
    ``on_behalf_of`` is the absent person whose rights ``by`` acted with.
    """
    # A change of the calendar waits, and moves these deadlines too, or was first.
    share_organisation()
    now = policies_on(today())
    teams = _teams_of(promised) if now.by_team else {}
    made = [
        _commitment(one, now.of(one.customer.rating, teams.get(one.customer.owner_id)), by, record)
        for one in promised
    ]
    for commitment in made:
        commitment.on_behalf_of = on_behalf_of
    Commitment.objects.bulk_create(made, batch_size=2000)
    Instalment.objects.bulk_create(_instalments(made, promised), batch_size=5000)
    return made


def _teams_of(promised: Sequence[Promised]) -> dict[int, int | None]:
    """The team of each customer's owner, by owner."""
    owners = {one.customer.owner_id for one in promised}
    return dict(Person.objects.filter(pk__in=owners).values_list("pk", "team_id"))


def _commitment(
    one: Promised,
    policy: RatingPolicy,
    by: Person | None,
    record: ImportRecord | None,
) -> Commitment:
    cap = policy.tolerance_cap
    scale: int = 10 ** decimals_of(one.customer.currency)
    return Commitment(
        customer=one.customer,
        reference=one.reference,
        made_on=one.made_on,
        promised_by=one.promised_by,
        channel=one.channel,
        note=one.note,
        grace_days=policy.grace_days,
        tolerance_permille=policy.tolerance_permille,
        tolerance_cap=None if cap is None else cap * scale,
        measure=one.measure,
        supersedes=one.supersedes,
        evidence=one.evidence,
        ended_on=one.cancelled_on,
        ending=Ending.CANCELLED if one.cancelled_on else "",
        ended_at=Now() if one.cancelled_on else None,
        entered_by=by,
        import_record=record,
    )


def _instalments(made: Sequence[Commitment], promised: Sequence[Promised]) -> list[Instalment]:
    calendar, next_working_day = work_calendar(), organisation().due_on_next_working_day
    return [
        Instalment(
            commitment=commitment,
            customer=one.customer,
            position=position,
            due_on=due_on,
            deadline_on=deadline_of(
                due_on,
                grace_days=commitment.grace_days,
                calendar=calendar,
                next_working_day=next_working_day,
            ),
            amount=amount,
            tolerance=tolerance_of(
                amount, permille=commitment.tolerance_permille, cap=commitment.tolerance_cap
            ),
        )
        for commitment, one in zip(made, promised, strict=True)
        for position, due_on, amount in one.instalments
    ]
