"""A block of targets: whose they are, what became of each, and how the grid is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.actions.retarget import set_targets
from collections_app.customers.models import Customer
from collections_app.imports.cells import parse_key
from collections_app.imports.messages import CellError
from collections_app.planning.batches import NewTarget, Outcome, TakenBack
from collections_app.planning.models import MonthPlan
from collections_app.web.forms.blocks import Block, Line, read_target
from collections_app.web.pages.month_plan import PlanQuestion, open_customers
from collections_app.web.pages.plan_lines import Entry

MOST_TOLD: Final = 20
# What no writer can have seen: whatever stands, the target is only compared with it.
NEVER_SEEN: Final = -1


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a line; ``customer`` is None where its code is of none that one looks after.

    ``status`` is ``saved``, ``refused``, ``overtaken``, ``unknown`` or ``left``.
    """

    number: int
    text: str
    code: str
    customer: Customer | None
    status: str
    reason_code: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class BlockResult:
    """What became of a block; with ``is_back`` of its being taken back."""

    lines: list[LineResult]
    is_back: bool = False

    @property
    def saved(self) -> int:
        return sum(line.status == "saved" for line in self.lines)

    @property
    def problems(self) -> list[LineResult]:
        return [line for line in self.lines if line.status != "saved"]

    @property
    def told(self) -> list[LineResult]:
        return self.problems[:MOST_TOLD]

    @property
    def untold(self) -> int:
        return len(self.problems) - len(self.told)

    def entries(self) -> dict[int, Entry]:
        """What each customer's cell shows, by the customer's key."""
        found: dict[int, Entry] = {}
        for line in self.lines:
            if line.customer is not None and line.customer.pk not in found:
                found[line.customer.pk] = _entry_of(line)
        return found


def apply_block(
    block: Block, *, asked: PlanQuestion, by: Person, is_repeated: bool = False
) -> BlockResult:
    """Set what can be set, in the caller's transaction; of a block sent before, only say so."""
    by_id, by_code = _customers_of(block.lines, by)
    found = [
        (line, by_id.get(line.customer) if line.customer else _by_code(line.code, by_code))
        for line in block.lines
    ]
    if len(found) > 1 and _is_heading(found[0]):
        found = found[1:]
    seen = _seen_by(block, [customer for _line, customer in found if customer], asked)
    results: list[LineResult] = []
    ready: list[tuple[Line, NewTarget]] = []
    for line, customer in found:
        if customer is None:
            results.append(_unknown(line))
            continue
        try:
            target = read_target(line.text, customer.currency)
        except ValidationError as error:
            results.append(_result(line, customer, "refused", "unreadable", error.messages[0]))
            continue
        base = NEVER_SEEN if is_repeated else seen[customer.pk]
        ready.append((line, NewTarget(customer, target, base)))
    outcomes = set_targets(
        targets=[new for _line, new in ready], month=asked.month, by=by, on=asked.day,
        batch=block.batch, reason=block.reason,
    )  # fmt: skip
    for (line, new), out in zip(ready, outcomes, strict=True):
        results.append(_result(line, new.customer, out.status, out.code, out.sentence))
    return BlockResult(sorted(results, key=lambda each: each.number))


def result_of_undo(taken: TakenBack) -> BlockResult:
    """What is told of a block that was taken back."""
    back = [Outcome(customer, "saved") for customer in taken.back]
    return BlockResult(
        [
            LineResult(
                number, "", out.customer.code, out.customer, out.status, out.code, out.sentence
            )
            for number, out in enumerate([*back, *taken.left], 1)
        ],
        is_back=True,
    )


def _customers_of(
    lines: Sequence[Line], by: Person
) -> tuple[dict[object, Customer], dict[str, Customer]]:
    """The customers of lines that ``by`` may plan, by public id and by code: two statements."""
    ids = {line.customer for line in lines if line.customer}
    codes = {key for line in lines if not line.customer for key in _keys(line.code)}
    visible = open_customers(by)
    return (
        {each.public_id: each for each in visible.filter(public_id__in=ids)},
        {each.code: each for each in visible.filter(code__in=codes)},
    )


def _by_code(code: str, customers: Mapping[str, Customer]) -> Customer | None:
    return next((customers[key] for key in _keys(code) if key in customers), None)


def _keys(code: str) -> list[str]:
    """The code as imports read it, else with its wide signs as narrow ones; none for no code."""
    try:
        return [parse_key(code), parse_key(unicodedata.normalize("NFKC", code))]
    except CellError:
        return []


def _seen_by(
    block: Block, customers: Iterable[Customer], asked: PlanQuestion
) -> dict[int, int | None]:
    """What the writer saw of each customer, by key; the present target of those not on the page."""
    ids = {each.pk: each.public_id for each in customers}
    unseen = [pk for pk, public_id in ids.items() if public_id not in block.seen]
    plans = MonthPlan.objects.filter(month=asked.month, customer__in=unseen)
    present = dict(plans.values_list("customer", "target")) if unseen else {}
    return {pk: block.seen.get(public_id, present.get(pk)) for pk, public_id in ids.items()}


def _is_heading(first: tuple[Line, Customer | None]) -> bool:
    """Whether the first line of a block with codes is its heading, and no target of anybody's."""
    line, customer = first
    if customer is not None or line.customer is not None:
        return False
    return not any(sign.isdecimal() for sign in line.text) and bool(line.text)


def _unknown(line: Line) -> LineResult:
    if line.customer is not None:
        words = _("This customer is no longer among those you look after.")
    elif not line.code:
        words = _("No row is left on this page for it.")
    else:
        words = _("No open customer of yours has this code.")
    return _result(line, None, "unknown", "unknown", words)


def _result(
    line: Line, customer: Customer | None, status: str, code: str, sentence: str
) -> LineResult:
    return LineResult(line.number, line.text, line.code, customer, status, code, sentence)


def _entry_of(line: LineResult) -> Entry:
    if line.status in {"saved", "left"}:
        return Entry(is_saved=line.status == "saved")
    is_lost = line.status == "overtaken"
    return Entry(
        text=line.text,
        error="" if is_lost else line.sentence,
        conflict=line.sentence if is_lost else "",
        needs_reason=line.reason_code == "reason_needed",
    )
