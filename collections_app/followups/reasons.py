"""What reasons were given, what was asked for by them, and what was given way on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Aggregate, Count, Q, QuerySet, Sum, Value

from collections_app.accounts.models import Person, Role
from collections_app.core.money import ratio
from collections_app.core.months import last_of
from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp, Reason, Request, RequestState
from collections_app.planning.models import MonthPlan

COUNT_AT_MOST = 100
# Which customers is said by the statement that stands in front.
REPEATS = """
SELECT c.public_id, c.name, t.reason, count(*), max(t.day) FROM (
    SELECT customer_id, reason, on_day AS day FROM followups_followup WHERE on_day BETWEEN %s AND %s
    UNION ALL
    SELECT customer_id, reason, asked_on FROM followups_request WHERE asked_on BETWEEN %s AND %s
) t JOIN customers_customer c ON c.id = t.customer_id
WHERE t.reason <> '' AND c.id IN (SELECT id FROM chosen)
GROUP BY c.id, t.reason HAVING count(*) >= 2
ORDER BY 4 DESC, 5 DESC, c.id, t.reason LIMIT %s
"""


@dataclass(slots=True, kw_only=True)
class AskedSums:
    """Requests of one currency: amounts in minor units. ``decided_amount`` was asked for by those
    that are decided, ``conceded`` is what they were given in the end.
    """

    asked: int = 0
    amount: int = 0
    decided: int = 0
    decided_amount: int = 0
    approved: int = 0
    conceded: int = 0

    @property
    def accepted_share(self) -> Decimal | None:
        """Approved of decided; None where nothing was decided."""
        return ratio(self.approved, self.decided)

    @property
    def granted_share(self) -> Decimal | None:
        """Conceded of what was asked for by requests that are decided; None without any."""
        return ratio(self.conceded, self.decided_amount)


@dataclass(slots=True, kw_only=True)
class ReasonTotal(AskedSums):
    """A category of reasons in one currency; ``reason`` is blank where none was given.

    ``told`` counts follow-ups, ``asked`` requests; amounts are minor units.
    """

    reason: str
    currency: str
    told: int = 0

    @property
    def given(self) -> int:
        return self.told + self.asked


@dataclass(slots=True, kw_only=True)
class AskedGroup(AskedSums):
    """What was asked for of one customer (code), or of those that a rep (e-mail) looks after now;
    ``categories`` is how many different reasons were given.
    """

    key: str
    name: str
    public_id: UUID
    currency: str
    categories: int


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

    public_id: UUID
    name: str
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


_DECIDED: Final = Q(state__in=(RequestState.APPROVED, RequestState.REFUSED))
# Names of their own: those of columns cannot be given again.
_SUMS: Final[dict[str, Aggregate]] = {
    "asked_sum": Count("pk"),
    "amount_sum": Sum("amount", default=0),
    "decided_sum": Count("pk", filter=_DECIDED),
    "decided_amount_sum": Sum("amount", filter=_DECIDED, default=0),
    "approved_sum": Count("pk", filter=Q(state=RequestState.APPROVED)),
    "conceded_sum": Sum("conceded", default=0),
}


def totals_by_rep(requests: QuerySet[Request], *, limit: int) -> list[AskedGroup]:
    """What was asked for by who looks after the customers now, the largest amounts first."""
    return _groups(requests, "customer__owner__email", "customer__owner", limit)


def totals_by_customer(
    requests: QuerySet[Request], *, limit: int | None = None
) -> list[AskedGroup]:
    """What was asked for of each customer, the largest amounts first."""
    return _groups(requests, "customer__code", "customer", limit)


def _groups(requests: QuerySet[Request], key: str, of: str, limit: int | None) -> list[AskedGroup]:
    """Groups, a row per currency; amounts of different currencies stand apart by it."""
    keys = (key, f"{of}__name", f"{of}__public_id", "customer__currency")
    rows = (
        requests.order_by()
        .values_list(*keys)
        .annotate(**_SUMS, categories=Count("reason", distinct=True, filter=~Q(reason="")))
    )
    found = []
    for code, name, public_id, currency, *figures in rows.order_by(
        "customer__currency", "-amount_sum", key
    )[:limit]:
        *sums, categories = map(int, figures)
        named = dict(zip((n.removesuffix("_sum") for n in _SUMS), sums, strict=True))
        found.append(
            AskedGroup(
                key=code, name=name, public_id=public_id, currency=currency,
                categories=categories, **named,
            )
        )  # fmt: skip
    return found


def totals_by_reason(
    requests: QuerySet[Request], followups: QuerySet[FollowUp]
) -> list[ReasonTotal]:
    """Totals by category and currency, the currencies apart, those given most first."""
    totals: dict[tuple[str, str], ReasonTotal] = {}

    def total_of(reason: str, currency: str) -> ReasonTotal:
        return totals.setdefault((currency, reason), ReasonTotal(reason=reason, currency=currency))

    by = ("reason", "customer__currency")
    columns = (*by, "told_sum", *_SUMS)
    told = followups.exclude(reason="").order_by().values(*by).annotate(told_sum=Count("pk"))
    told = told.annotate(**{name: Value(0) for name in _SUMS})
    asked = requests.order_by().values(*by).annotate(told_sum=Value(0), **_SUMS)
    rows = told.values_list(*columns).union(asked.values_list(*columns), all=True)
    for reason, currency, number, *figures in rows:
        of = total_of(reason, currency)
        of.told += int(number)
        for name, figure in zip(_SUMS, figures, strict=True):
            own = name.removesuffix("_sum")
            setattr(of, own, getattr(of, own) + int(figure))
    order = {reason: place for place, reason in enumerate(Reason.values)}
    return sorted(totals.values(), key=lambda t: (t.currency, -t.given, order.get(t.reason, 99)))


def concessions_of(customers: QuerySet[Customer], *, start: date, end: date) -> list[Concession]:
    """What was conceded of the months from ``start`` to ``end``, against their targets."""
    months = Q(month__gte=start, month__lte=end, customer__in=customers)
    given = Request.objects.filter(months, state=RequestState.APPROVED).order_by()
    plans = MonthPlan.objects.filter(months).order_by()
    columns = ("customer__currency", "is_target", "total")
    rows = given.annotate(is_target=Value(False)).values("customer__currency", "is_target")
    planned = plans.annotate(is_target=Value(True)).values("customer__currency", "is_target")
    sums: dict[str, dict[bool, int]] = defaultdict(dict)
    for currency, is_target, total in (
        rows.annotate(total=Sum("conceded", default=0))
        .values_list(*columns)
        .union(planned.annotate(total=Sum("target", default=0)).values_list(*columns), all=True)
    ):
        sums[currency][is_target] = int(total)
    return [
        Concession(currency, of.get(False, 0), of.get(True, 0))
        for currency, of in sorted(sums.items())
    ]


def repeats_of(
    customers: QuerySet[Customer], *, start: date, end: date, limit: int = 20
) -> list[Repeat]:
    """Who gave the same reason at least twice in the months, those who did it most first."""
    chosen, of_chosen = customers.order_by().values("id").query.sql_with_params()
    window = (start, last_of(end))
    with connection.cursor() as cursor:
        statement = f"WITH chosen (id) AS ({chosen}) {REPEATS}"
        cursor.execute(statement, (*of_chosen, *window, *window, limit))
        return [Repeat(*row) for row in cursor.fetchall()]
