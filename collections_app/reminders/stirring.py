"""Whom a tick of the day has to look at: those for whom something was done since the last one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

from collections_app.accounts.models import AuditEntry

# Two ticks and a half, and what a worker may take to do a thing: a tick may be lost or late.
LOOKED_BACK: Final = timedelta(minutes=15)
# Whoever did more than that did it for anybody.
MOST_ACTS: Final = 500


def stirred() -> set[int] | None:
    """The customers for whom somebody did something of late; None where it may concern any.

    Whatever a person or a file changes is on the audit trail. What the clock changes is not: that
    is looked at as a day begins, and once an hour. One statement.
    """
    is_recent = ExpressionWrapper(Q(at__gte=Now() - LOOKED_BACK), output_field=BooleanField())
    # The newest and no more, whenever they were: there is no index of instants.
    newest = AuditEntry.objects.order_by("-pk").annotate(is_recent=is_recent)[:MOST_ACTS]
    acts = [id_ for id_, recent in newest.values_list("customer_id", "is_recent") if recent]
    if len(acts) == MOST_ACTS:
        return None
    found: set[int] = set()
    for customer_id in acts:
        if customer_id is None:
            return None
        found.add(customer_id)
    return found
