"""Whose month wants a plan, and who of them has none yet or has not been asked (rules 2 and 9)."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q

from collections_app.commitments.models import Instalment
from collections_app.core.months import add_months, last_of
from collections_app.customers.models import Customer, CustomerQuerySet
from collections_app.planning.models import MonthPlan

# A target in one of so many months before makes a customer one to plan for.
MONTHS_LOOKED_BACK: Final = 3


def to_be_planned(month: date) -> CustomerQuerySet:
    """Customers with an open balance on the standing day, or a target in the three months before.

    Closed ones are none of them. A plan that was opened and never got a target does not count:
    otherwise it would open the next one for ever.
    """
    since = add_months(month, -MONTHS_LOOKED_BACK)
    planned = MonthPlan.objects.filter(
        customer=OuterRef("pk"), month__gte=since, month__lt=month, target__isnull=False
    )
    return Customer.objects.filter(
        Q(ledger_sums__open__gt=0) | Exists(planned), is_closed=False
    ).order_by("pk")


def without_plan(month: date) -> CustomerQuerySet:
    """Those of ``to_be_planned`` for whom the month has not been opened."""
    opened = MonthPlan.objects.filter(customer=OuterRef("pk"), month=month)
    return to_be_planned(month).filter(~Exists(opened))


def still_to_plan(month: date, *, on: date) -> CustomerQuerySet:
    """Those of ``to_be_planned`` without a target for the month, or not asked by the day ``on``.

    Each with ``is_planned`` and ``is_asked``. A promise made by then that falls due in the month
    means that one asked.
    """
    plans = MonthPlan.objects.filter(customer=OuterRef("pk"), month=month)
    promised = Instalment.objects.filter(
        customer=OuterRef("pk"), due_on__range=(month, last_of(month)), commitment__made_on__lte=on
    )
    return (
        to_be_planned(month)
        .annotate(
            is_planned=Exists(plans.filter(target__isnull=False)),
            is_asked=Exists(plans.filter(asked_on__lte=on)) | Exists(promised),
        )
        .filter(Q(is_planned=False) | Q(is_asked=False))
    )
