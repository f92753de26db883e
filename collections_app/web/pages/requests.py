"""One request, with the customer's record at hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, QuerySet, Value, When
from django.urls import reverse

from collections_app.accounts.models import Person
from collections_app.actions.conceding import owed_of
from collections_app.customers.models import Customer
from collections_app.followups.models import Reason, Request, RequestState
from collections_app.followups.reasons import ReasonTotal, reasons_used
from collections_app.planning.models import MonthPlan
from collections_app.standing.rates import KeptRate, kept_rates_of
from collections_app.web.acting import Scene

EARLIER = 10
WAITING_FIRST = Case(When(state=RequestState.WAITING, then=Value(0)), default=Value(1))


class RequestScene(Scene):
    """A request is come to from the register or from *Today*, and gone back from to it."""

    @property
    def back(self) -> str:
        return reverse("web:today" if self.todo else "web:reasons")


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """What a manager decides by: how the word was kept, what was asked for before, and why."""

    kept: KeptRate | None
    earlier: list[Request]
    reasons: list[tuple[str, ReasonTotal]]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request; ``present`` is the target, or what the promise owes, as it stands now.

    ``is_news`` where whoever asked for it sees the decision for the first time.
    """

    row: Request
    present: int | None
    record: CustomerRecord
    may_decide: bool
    may_withdraw: bool
    is_news: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.row.state == RequestState.WAITING

    @property
    def has_moved(self) -> bool:
        """Whether the target is no longer the one that the asker saw."""
        about_target = self.row.commitment_id is None
        return self.is_waiting and about_target and self.present != self.row.target_before


def request_page(row: Request, *, by: Person, on: date) -> RequestPage:
    """The request as ``by`` sees it on the day."""
    is_waiting = row.state == RequestState.WAITING
    is_decided = row.state in (RequestState.APPROVED, RequestState.REFUSED)
    is_own = by.pk in (row.asked_by_id, row.on_behalf_of_id)
    decides = Request.objects.decidable_by(by).filter(pk=row.pk)
    return RequestPage(
        row=row,
        present=present_of(row, on=on) if is_waiting else None,
        record=record_of(row.customer, on=on, but=row.pk),
        may_decide=is_waiting and decides.exists(),
        may_withdraw=is_waiting and is_own,
        is_news=is_own and is_decided and row.seen_at is None,
    )


def present_of(row: Request, *, on: date) -> int | None:
    """The month's target, or what the promise still owes; minor units."""
    if row.commitment is not None:
        return owed_of(row.commitment, on=on).amount
    plans = MonthPlan.objects.filter(customer=row.customer_id, month=row.month)
    return plans.values_list("target", flat=True).first()


def record_of(customer: Customer, *, on: date, but: int = 0) -> CustomerRecord:
    """The customer's record; ``but`` is the key of the request that is looked at."""
    return CustomerRecord(
        kept_rates_of([customer.pk], on=on).get(customer.pk),
        list(listed(Request.objects.filter(customer=customer).exclude(pk=but))[:EARLIER]),
        named(reasons_used(customer.pk)),
    )


def listed(rows: QuerySet[Request]) -> QuerySet[Request]:
    """Requests as lists show them: those that wait first, then the latest."""
    related = rows.select_related("customer__owner", "asked_by", "decided_by", "commitment")
    return related.order_by(WAITING_FIRST, "-asked_at", "-pk")


def named(totals: Iterable[ReasonTotal]) -> list[tuple[str, ReasonTotal]]:
    """Each total with its category in words; a dash where no category was given."""
    labels = dict(Reason.choices)
    return [(str(labels.get(total.reason, "–")), total) for total in totals]
