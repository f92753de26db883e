"""How a customer kept its word in the last twelve months, in a few figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from collections_app.core.money import ratio
from collections_app.standing.models import InstalmentStanding, State

WINDOW = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """Instalments whose deadline fell in the window: amounts in minor units, and numbers.

    ``renegotiated`` were ended before their deadline, and are in none of the rest.
    """

    on_time: int
    promised: int
    kept: int
    judged: int
    renegotiated: int

    @property
    def rate(self) -> Decimal | None:
        """The kept rate by amount (rule 7); None without a verdict."""
        return ratio(self.on_time, self.promised)


def kept_record(customer_id: int, *, on: date) -> KeptRecord:
    """The customer's record as of the standing day ``on``, from what is kept, in one statement."""
    judged = ~Q(verdict="")
    ended = Q(verdict="", state__in=(State.SUPERSEDED, State.CANCELLED))
    found = InstalmentStanding.objects.filter(
        customer=customer_id,
        instalment__deadline_on__gt=on - WINDOW,
        instalment__deadline_on__lte=on,
    ).aggregate(
        on_time=Sum("received_on_time", filter=judged, default=0),
        promised=Sum("instalment__amount", filter=judged, default=0),
        kept=Count("pk", filter=Q(verdict=State.KEPT)),
        judged=Count("pk", filter=judged),
        renegotiated=Count("pk", filter=ended),
    )
    return KeptRecord(**{name: int(value) for name, value in found.items()})
