"""A file's rows on their way to facts: parsed values, and what is decided about each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from collections_app.accounts.models import ImportRecord, Person
from collections_app.core.money import decimals_of
from collections_app.customers.models import Customer
from collections_app.imports.cells import is_blank, parse_amount
from collections_app.imports.messages import CellError, plain
from collections_app.imports.readers.table import CellValue
from collections_app.imports.result import Rejection

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
AMOUNTS: Final = frozenset("amount target expected_uplift realised_uplift regular_amount".split())


@dataclass(slots=True)
class ParsedRow:
    """One row: raw cells and parsed values by column. A blank cell has no value at all."""

    number: int
    raw: dict[str, CellValue]
    values: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    rejected: bool = False

    def get(self, column: str, default: Any = None) -> Any:
        return self.values.get(column, default)

    def has(self, column: str) -> bool:
        return column in self.values


@dataclass(slots=True)
class Batch:
    """All rows of one file, the day and person of the import, and what was refused so far."""

    rows: list[ParsedRow]
    on: date
    by: Person | None
    record: ImportRecord | None = None
    rejections: list[Rejection] = field(default_factory=list)
    twins: list[tuple[ParsedRow, ParsedRow]] = field(default_factory=list)

    def good(self) -> list[ParsedRow]:
        """The rows that nothing was found wrong with yet."""
        return [row for row in self.rows if not row.rejected]

    def reject(
        self, row: ParsedRow, column: str | None, error: CellError | str, **params: Any
    ) -> None:
        """Refuse a row because of one of its cells; a row may be refused for several."""
        value = row.raw.get(column, "") if column else ""
        text = "" if is_blank(value) else plain(value)
        if isinstance(error, str):
            error = CellError(error, **({"value": text} | params))
        row.rejected = True
        self.rejections.append(Rejection(row.number, column, text if column else None, error))

    def drop_group(self, rows: Iterable[ParsedRow]) -> None:
        """Refuse the rest of a group of which one row was refused."""
        for row in rows:
            if not row.rejected:
                self.reject(row, None, "dropped_with_group")

    def amount(self, row: ParsedRow, column: str, customer: Customer) -> int | None:
        """The amount of a cell in minor units of the customer's currency; None if refused."""
        currency = customer.currency
        try:
            return parse_amount(row.raw[column], decimals=decimals_of(currency), currency=currency)
        except CellError as error:
            self.reject(row, column, error)
            return None

    def check_currency(self, row: ParsedRow, customer: Customer) -> None:
        """Refuse a row that names another currency than the customer's."""
        if row.has("currency") and row.get("currency") != customer.currency:
            self.reject(row, "currency", "currency_mismatch", currency=customer.currency)

    def once(self, key_of: Callable[[ParsedRow], Hashable], column: str) -> list[ParsedRow]:
        """Good rows, one per key: a repeated row is unchanged, other content is refused.

        ``settle_twins`` later lets a repeated row share what became of the first.
        """
        first: dict[Hashable, ParsedRow] = {}
        for row in self.good():
            former = first.setdefault(key_of(row), row)
            if former is row:
                continue
            if meaning_of(former) == meaning_of(row):
                row.outcome = UNCHANGED
                self.twins.append((former, row))
            else:
                self.reject(row, column, "duplicate_in_file")
        return [row for row in first.values() if not row.rejected]

    def settle_twins(self) -> None:
        """Refuse a repeated row for what the first one of its kind was refused for."""
        refused = {former.number for former, _ in self.twins if former.rejected}
        errors: dict[int, list[Rejection]] = defaultdict(list)
        for rejection in self.rejections:
            if rejection.row in refused:
                errors[rejection.row].append(rejection)
        for former, row in self.twins:
            if row.rejected:
                continue
            for rejection in errors[former.number]:
                self.reject(row, rejection.column, rejection.error)

    def customers(self) -> Iterator[tuple[ParsedRow, Customer]]:
        """Good rows with the customer they name; unknown or foreign ones are refused."""
        codes = {row.get("customer_code") for row in self.good()}
        found = visible_customers(codes, self.by)
        for row in self.good():
            customer = found.get(row.get("customer_code"))
            if customer is None:
                self.reject(row, "customer_code", "unknown_customer")
            else:
                yield row, customer


def meaning_of(row: ParsedRow) -> dict[str, Any]:
    """What a row says, however its amounts are spelt: 100 and 100.00 are one."""
    values = dict(row.values)
    for column in AMOUNTS & values.keys():
        # What cannot be read so stays as it is spelt.
        with suppress(CellError):
            values[column] = parse_amount(values[column], decimals=2)
    return values


def visible_customers(codes: Iterable[str], by: Person | None) -> dict[str, Customer]:
    """Customers by code, of those that the person may see."""
    seen = Customer.objects.all() if by is None else Customer.objects.visible_to(by)
    return {customer.code: customer for customer in seen.filter(code__in=list(codes))}
