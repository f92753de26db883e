"""What reasons were given, what was asked for by them, and what was given way on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from collections_app.accounts.models import Person, Role
from collections_app.core.money import ratio
from collections_app.core.months import last_of
from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp, Reason, Request, RequestState
from collections_app.planning.models import MonthPlan

COUNT_AT_MOST = 100
REPEATS = """
SELECT t.customer_id, t.reason, count(*), max(t.day) FROM (
    SELECT customer_id, reason, on_day AS day FROM followups_followup
    WHERE customer_id = ANY(%(customers)s::bigint[]) AND on_day BETWEEN %(start)s AND %(end)s
    UNION ALL
    SELECT customer_id, reason, asked_on FROM followups_request
    WHERE customer_id = ANY(%(customers)s::bigint[]) AND asked_on BETWEEN %(start)s AND %(end)s
) t WHERE t.reason <> '' GROUP BY 1, 2 HAVING count(*) >= 2
ORDER BY 3 DESC, 4 DESC, 1, 2 LIMIT %(limit)s
"""


@dataclass(slots=True)
class ReasonTotal:
    """A category of reasons in one currency; ``reason`` is blank where none was given.

    ``told`` counts follow-ups, ``asked`` requests; amounts are minor units.
    """

    reason: str
    currency: str
    told: int = 0
    asked: int = 0
    amount: int = 0
    decided: int = 0
    approved: int = 0
    conceded: int = 0

    @property
    def given(self) -> int:
        return self.told + self.asked

    @property
    def accepted_share(self) -> Decimal | None:
        """Approved of decided; None where nothing was decided."""
        return ratio(self.approved, self.decided)


@dataclass(frozen=True, slots=True)
class Concession:
    """What was conceded against the targets of the same months, in one currency."""

    currency: str
    conceded: int
    target: int

    @property
    def rate(self) -> Decimal | None:
        """The concession rate of rule 7; None without a target."""
        return ratio(self.conceded, self.target)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A customer that gave the same reason again, by contacts and requests."""

    customer: Customer
    reason: str
    times: int
    last_on: date


def waiting_count(person: Person) -> int:
    """How many requests wait for the person to decide, counted up to ``COUNT_AT_MOST``."""
    if person.role not in (Role.MANAGER, Role.ADMIN):
        return 0
    return Request.objects.decidable_by(person).waiting().order_by()[:COUNT_AT_MOST].count()


def reasons_used(customer_id: int) -> list[ReasonTotal]:
    """The categories that the customer gave, those given most first; ever."""
    told = FollowUp.objects.filter(customer=customer_id)
    asked = Request.objects.filter(customer=customer_id)
    return [total for total in totals_by_reason(asked, told) if total.reason]


def totals_by_reason(
    requests: QuerySet[Request], followups: QuerySet[FollowUp]
) -> list[ReasonTotal]:
    """Totals by category and currency, the currencies apart, those given most first."""
    totals: dict[tuple[str, str], ReasonTotal] = {}

    def total_of(reason: str, currency: str) -> ReasonTotal:
        return totals.setdefault((currency, reason), ReasonTotal(reason, currency))

    told = followups.exclude(reason="").order_by().values_list("reason", "customer__currency")
    for reason, currency, count in told.annotate(number=Count("pk")):
        total_of(reason, currency).told = count
    decided = Q(state__in=(RequestState.APPROVED, RequestState.REFUSED))
    asked = requests.order_by().values_list("reason", "customer__currency")
    for reason, currency, *figures in asked.annotate(
        number=Count("pk"),
        wanted=Sum("amount", default=0),
        settled=Count("pk", filter=decided),
        granted=Count("pk", filter=Q(state=RequestState.APPROVED)),
        given=Sum("conceded", default=0),
    ):
        of = total_of(reason, currency)
        of.asked, of.amount, of.decided, of.approved, of.conceded = map(int, figures)
    order = {reason: place for place, reason in enumerate(Reason.values)}
    return sorted(totals.values(), key=lambda t: (t.currency, -t.given, order.get(t.reason, 99)))


def concessions_of(customers: QuerySet[Customer], *, start: date, end: date) -> list[Concession]:
    """What was conceded of the months from ``start`` to ``end``, against their targets."""
    months = Q(month__gte=start, month__lte=end, customer__in=customers)
    conceded: dict[str, int] = defaultdict(int)
    given = Request.objects.filter(months, state=RequestState.APPROVED).order_by()
    rows = given.values_list("customer__currency").annotate(total=Sum("conceded", default=0))
    conceded |= {currency: int(amount) for currency, amount in rows}
    targets: dict[str, int] = defaultdict(int)
    plans = MonthPlan.objects.filter(months).order_by()
    planned = plans.values_list("customer__currency").annotate(total=Sum("target", default=0))
    targets |= {currency: int(amount) for currency, amount in planned}
    return [
        Concession(currency, conceded.get(currency, 0), targets.get(currency, 0))
        for currency in sorted(conceded.keys() | targets.keys())
    ]


def repeats_of(
    customer_ids: Iterable[int], *, start: date, end: date, limit: int = 20
) -> list[Repeat]:
    """Who gave the same reason at least twice in the months, those who did it most first."""
    values: dict[str, Any] = {
        "customers": sorted(customer_ids),
        "start": start,
        "end": last_of(end),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(REPEATS, values)
        rows = cursor.fetchall()
    customers = Customer.objects.in_bulk({row[0] for row in rows})
    return [Repeat(customers[id_], reason, times, last) for id_, reason, times, last in rows]
