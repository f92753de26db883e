"""Rule 10: what settles which invoice, as of a day. A pure function of one customer's ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    """An invoice; ``amount`` in minor units."""

    number: str
    issued_on: date
    due_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class SettlingFact:
    """Money or an adjustment that settles invoices: net minor units, and the invoice it names."""

    reference: str
    settles_on: date
    amount: int
    names: str = ""


@dataclass(slots=True)
class LedgerStanding:
    """Open and unapplied in minor units, ageing by bucket, what is left of each invoice."""

    open: int = 0
    unapplied: int = 0
    ageing: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    open_by_invoice: dict[str, int] = field(default_factory=dict)

    @property
    def overdue(self) -> int:
        return self.open - self.ageing["not_due"]


def bucket_of(due_on: date, on: date) -> str:
    """The ageing bucket of an invoice due on ``due_on``, as of ``on``."""
    days = (on - due_on).days
    if days <= 0:
        return "not_due"
    for limit, name in ((30, "1_30"), (60, "31_60"), (90, "61_90")):
        if days <= limit:
            return name
    return "over_90"


def settle(
    invoices: Iterable[InvoiceFact],
    adjustments: Iterable[SettlingFact],
    payments: Iterable[SettlingFact],
    *,
    on: date,
) -> LedgerStanding:
    """Settle the invoices issued by ``on``: adjustments first, then payments; named ones first.

    Facts after ``on`` must have been left out of ``adjustments`` and ``payments``, and reversals
    taken off. What is left of the adjustments is not money, and so is not unapplied.
    """
    issued = [i for i in invoices if i.issued_on <= on]
    issued.sort(key=lambda i: (i.due_on, i.issued_on, i.number))
    left = {i.number: i.amount for i in issued}
    _settle_with(list(adjustments), left)
    standing = LedgerStanding(unapplied=_settle_with(list(payments), left))
    standing.open_by_invoice = left
    for invoice in issued:
        standing.open += left[invoice.number]
        standing.ageing[bucket_of(invoice.due_on, on)] += left[invoice.number]
    return standing


def _settle_with(settling: list[SettlingFact], left: dict[str, int]) -> int:
    """Take ``settling`` off ``left`` (kept in order of due date); return what remains over."""
    settling.sort(key=lambda s: (s.settles_on, s.reference))
    rests = [_take(s.amount, left, (s.names,) if s.names in left else ()) for s in settling]
    open_numbers = [number for number, amount in left.items() if amount]
    over = 0
    for rest in rests:
        over += _take(rest, left, open_numbers) if rest else 0
        while open_numbers and not left[open_numbers[0]]:
            open_numbers.pop(0)
    return over


def _take(money: int, left: dict[str, int], numbers: Iterable[str]) -> int:
    for number in numbers:
        part = min(money, left[number])
        left[number] -= part
        money -= part
        if not money:
            break
    return money
