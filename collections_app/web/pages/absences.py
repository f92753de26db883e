"""Absences: who stands in for whom, now, later and before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from collections_app.accounts.delegation import delegations_seen_by
from collections_app.accounts.models import Delegation, Person

MOST = 200


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One absence; ``last_on`` is the last day on which the delegate acts, or acted."""

    public_id: UUID
    absent: str
    delegate: str
    starts_on: date
    last_on: date
    note: str
    when: str

    @property
    def can_end(self) -> bool:
        return self.when in ("now", "later")


def absences_of(viewer: Person, *, on: date) -> list[AbsenceRow]:
    """Those that the viewer may know of, the latest first; at most ``MOST``."""
    found = delegations_seen_by(viewer).select_related("person", "delegate")
    return [_row(one, on) for one in found.order_by("-starts_on", "-pk")[:MOST]]


def _row(one: Delegation, on: date) -> AbsenceRow:
    ended = one.ended_on - timedelta(days=1) if one.ended_on else one.ends_on
    last_on = min(one.ends_on, ended)
    if last_on < one.starts_on:
        when = "called_off"
    elif last_on < on:
        when = "before"
    else:
        when = "now" if one.starts_on <= on else "later"
    return AbsenceRow(
        one.public_id, one.person.name, one.delegate.name, one.starts_on, last_on, one.note, when
    )
