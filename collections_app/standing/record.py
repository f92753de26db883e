"""The record of promises: how late what was not kept was paid, and how often one promised again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from collections_app.core.rows import identified
from collections_app.core.together import fetch_together
from collections_app.standing.rates import (
    Customers,
    KeptGroup,
    Window,
    kept_values,
)
from collections_app.standing.rates_sql import kept_statement

By = Literal["customer", "rep", "rating", "number", "all"]
_TENTH: Final = Decimal("0.1")
# What ``kept_statement`` answers, in its order.
_COLUMNS: Final = (
    *("key", "name", "public_id", "currency", "amount", "on_time", "number", "kept", "broken"),
    *("renegotiated", "late", "late_days", "late_amount", "late_amount_days", "second", "third"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRecord(KeptGroup):
    """A kept rate with what came of what was not kept, by the end of the day asked for.

    ``late`` instalments were fulfilled after their deadline, ``late_days`` calendar days after it
    together; ``late_amount`` was promised on them (minor units), and ``late_amount_days`` is that
    times the days of each. ``second`` and ``third`` count instalments of a second, and of a third
    or later promise for the same money (rule 3). What is still not fulfilled is in neither mean.
    """

    late: int
    late_days: int
    late_amount: int
    late_amount_days: int
    second: int
    third: int

    @property
    def again(self) -> int:
        """Instalments of a second or later promise for the same money."""
        return self.second + self.third

    @property
    def mean_late(self) -> Decimal | None:
        """Days late of an instalment that was fulfilled late, each counting alike."""
        return _mean(self.late_days, self.late)

    @property
    def mean_late_weighted(self) -> Decimal | None:
        """The same, each instalment weighing as much as was promised on it."""
        return _mean(self.late_amount_days, self.late_amount)


def _mean(total: int, number: int) -> Decimal | None:
    return (Decimal(total) / number).quantize(_TENTH) if number else None


def promise_records(
    *,
    by: Sequence[By],
    window: Window,
    on: date,
    customers: Customers = None,
    owners: Collection[int] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> dict[By, list[PromiseRecord]]:
    """The records by each of ``by`` as of the end of ``on``, as ``rates.kept_rates`` has the rates.

    ``number`` groups by promise number: 1, 2, and 3 for all later ones; ``limit`` and ``offset``
    are of the customers. One statement.
    """
    values = kept_values(window, on, customers) | {"limit": limit, "offset": offset}
    values["owners"] = None if owners is None else sorted(owners)
    names = ", ".join(_COLUMNS)
    found = fetch_together(
        {one: f"SELECT * FROM ({_statement(one, owners)}) AS x ({names})" for one in by}, values
    )
    return {one: [PromiseRecord(**identified(row)) for row in found[one]] for one in by}


def _statement(by: By, owners: Collection[int] | None) -> str:
    return kept_statement(by, of_owners=owners is not None, with_record=True)
