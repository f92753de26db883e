"""A customer's ledger as its page shows it: ageing, invoices, payments and adjustments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from collections_app.ledger.models import Adjustment, Invoice, Payment, Reversal
from collections_app.standing.kept import allocated_of
from collections_app.standing.settlement import BUCKETS, LedgerStanding
from collections_app.web.pages.promises import MoneyPart, money_parts
from collections_app.web.pages.units import Unit

PAGE_SIZE = 50
BUCKET_NAMES = {
    "not_due": _("Not due"),
    "1_30": _("1–30 days"),
    "31_60": _("31–60 days"),
    "61_90": _("61–90 days"),
    "over_90": _("Over 90 days"),
}


@dataclass(frozen=True, slots=True)
class AgeRow:
    """What is open of one age; ``share`` is of the largest, for the length of its bar."""

    key: str
    name: str
    amount: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """An invoice and what is still open of it, in minor units."""

    row: Invoice
    left: int
    days_past: int

    @property
    def is_overdue(self) -> bool:
        return self.left > 0 and self.days_past > 0


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment: what was taken back of it by the day, and what it went to."""

    row: Payment
    net: int
    parts: tuple[MoneyPart, ...]

    @property
    def pinned_to(self) -> str:
        """The instalment that a person said it is for, as reference / position."""
        pin = getattr(self.row, "pin", None)
        if pin is None:
            return ""
        return f"{pin.instalment.commitment.reference} / {pin.instalment.position}"

    @property
    def is_reversed(self) -> bool:
        return self.net < self.row.amount

    @property
    def unallocated(self) -> int:
        return self.net - sum(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class InvoicesTab:
    """One page of invoices, open ones first, oldest due first."""

    lines: list[InvoiceLine]
    ages: list[AgeRow]
    unit: Unit
    has_more: bool


@dataclass(frozen=True, slots=True)
class PaymentsTab:
    """One page of payments, latest first, and the adjustments."""

    lines: list[PaymentLine]
    adjustments: list[Adjustment]
    unit: Unit
    has_more: bool


def age_rows(ledger: LedgerStanding) -> list[AgeRow]:
    """The ageing of the open balance, a row per bucket."""
    most = max(ledger.ageing.values(), default=0)
    return [
        AgeRow(
            key,
            str(BUCKET_NAMES[key]),
            ledger.ageing[key],
            Decimal(ledger.ageing[key]) / most if most else Decimal(0),
        )
        for key in BUCKETS
    ]


def invoices_tab(
    customer_id: int, ledger: LedgerStanding, currency: str, *, on: date, page: int
) -> InvoicesTab:
    """Invoices issued by ``on``: open ones by due date, then settled ones, latest first."""
    left = ledger.open_by_invoice  # kept in order of due date
    numbers = [number for number, rest in left.items() if rest]
    numbers += [number for number, rest in reversed(left.items()) if not rest]
    start = (page - 1) * PAGE_SIZE
    shown = numbers[start : start + PAGE_SIZE]
    rows = Invoice.objects.filter(customer=customer_id).in_bulk(shown, field_name="number")
    lines = [InvoiceLine(rows[n], left[n], (on - rows[n].due_on).days) for n in shown]
    amounts = [a for line in lines for a in (line.row.amount, line.left)]
    amounts += ledger.ageing.values()
    return InvoicesTab(
        lines, age_rows(ledger), Unit.of(currency, amounts), len(numbers) > start + PAGE_SIZE
    )


def payments_tab(customer_id: int, currency: str, *, on: date, page: int) -> PaymentsTab:
    """Payments received by ``on``, with the reversals by then and what each went to."""
    taken_back = Reversal.objects.filter(received_on__lte=on).order_by("received_on", "reference")
    start = (page - 1) * PAGE_SIZE
    rows = (
        Payment.objects.filter(customer=customer_id, received_on__lte=on)
        .select_related("pin__instalment__commitment")
        .order_by("-received_on", "-reference")
        .prefetch_related(Prefetch("reversals", taken_back))[start : start + PAGE_SIZE + 1]
    )
    found = list(rows)
    by_payment = _went_to(found[:PAGE_SIZE], customer_id, on)
    lines = [
        PaymentLine(
            row,
            row.amount - sum(r.amount for r in row.reversals.all()),
            tuple(by_payment.get(row.pk, ())),
        )
        for row in found[:PAGE_SIZE]
    ]
    adjustments = Adjustment.objects.filter(customer=customer_id, effective_on__lte=on)
    latest = list(adjustments.order_by("-effective_on", "number")[:PAGE_SIZE])
    amounts = [a for line in lines for a in (line.row.amount, line.net, line.unallocated)]
    amounts += [row.amount for row in latest]
    return PaymentsTab(lines, latest, Unit.of(currency, amounts), len(found) > PAGE_SIZE)


def _went_to(payments: list[Payment], customer_id: int, on: date) -> dict[int, list[MoneyPart]]:
    ids = [payment.pk for payment in payments]
    found: dict[int, list[MoneyPart]] = {}
    for source, part in money_parts(allocated_of(ids, customer_id=customer_id, on=on)):
        found.setdefault(source.payment, []).append(part)
    return found
