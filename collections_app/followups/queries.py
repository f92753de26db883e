"""When customers were last in touch, and what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from collections_app.followups.models import FollowUp


@dataclass(frozen=True, slots=True)
class LastContact:
    """The latest follow-up of a customer: its business date, outcome and channel."""

    on_day: date
    outcome: str
    channel: str
    next_on: date | None

    @property
    def badge(self) -> str:
        """The key of its state."""
        return f"said_{self.outcome}"


def last_contacts(customer_ids: Collection[int], *, on: date) -> dict[int, LastContact]:
    """The latest follow-up of each customer by the day ``on``; one statement."""
    rows = (
        FollowUp.objects.filter(customer__in=customer_ids, on_day__lte=on)
        .order_by("customer", "-on_day", "-at", "-pk")
        .distinct("customer")
        .values_list("customer_id", "on_day", "outcome", "channel", "next_on")
    )
    return {
        id_: LastContact(day, outcome, channel, next_on)
        for id_, day, outcome, channel, next_on in rows
    }


def follow_up_days(
    customer_ids: Collection[int], *, since: date, on: date
) -> dict[int, list[date]]:
    """The days after ``since`` and by ``on`` with a follow-up, ascending; one statement."""
    rows = (
        FollowUp.objects.filter(customer__in=customer_ids, on_day__gt=since, on_day__lte=on)
        .order_by("customer", "on_day")
        .distinct("customer", "on_day")
        .values_list("customer_id", "on_day")
    )
    found: defaultdict[int, list[date]] = defaultdict(list)
    for id_, day in rows:
        found[id_].append(day)
    return dict(found)


def follow_ups_page(customer_id: int, *, on: date, start: int, limit: int) -> list[FollowUp]:
    """A customer's follow-ups by the day ``on``, latest first; who logged them is loaded too."""
    rows = FollowUp.objects.filter(customer=customer_id, on_day__lte=on)
    rows = rows.select_related("entered_by", "on_behalf_of", "import_record")
    return list(rows.order_by("-on_day", "-at", "-pk")[start : start + limit])
