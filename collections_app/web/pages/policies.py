"""The rating policies in force, those to come, and their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from collections_app.organisation.models import Rating, RatingPolicy
from collections_app.organisation.queries import policies, today

MOST_HISTORY = 200


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as a table shows it; ``when`` says whether it counts now."""

    rating: str
    valid_from: date | None
    policy: RatingPolicy
    when: str

    @property
    def tolerance(self) -> str:
        """The share in per cent: 1, 0.5."""
        whole, tenth = divmod(self.policy.tolerance_permille, 10)
        return f"{whole}.{tenth}" if tenth else str(whole)

    @property
    def reminders(self) -> str:
        return ", ".join(str(day) for day in self.policy.reminder_days)


@dataclass(frozen=True, slots=True)
class PoliciesPage:
    """What counts today by rating, and every dated row, the latest first."""

    current: list[PolicyRow]
    history: list[PolicyRow]


def policies_page() -> PoliciesPage:
    """The page as of today."""
    day = today()
    now = policies(day)
    current = [PolicyRow(r, now[r].valid_from, now[r], "now") for r in Rating.values]
    in_force = {policy.pk for policy in now.values()}
    stored = RatingPolicy.objects.order_by("-valid_from", "rating")[:MOST_HISTORY]
    return PoliciesPage(current, [_row(policy, day, in_force) for policy in stored])


def _row(policy: RatingPolicy, day: date, in_force: set[int]) -> PolicyRow:
    if policy.pk in in_force:
        when = "now"
    else:
        when = "later" if policy.valid_from and policy.valid_from > day else "before"
    return PolicyRow(policy.rating, policy.valid_from, policy, when)
