"""In what amounts of a page are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collections_app.core.money import decimals_of


@dataclass(frozen=True, slots=True)
class Unit:
    """The currency of a table's amounts and how many decimals all of them have."""

    currency: str
    decimals: int

    @classmethod
    def of(cls, currency: str, amounts: Iterable[int | None]) -> Unit:
        """Without decimals where every amount is whole, so that a column stays narrow."""
        places = decimals_of(currency)
        whole = all(not amount or amount % 10**places == 0 for amount in amounts)
        return cls(currency, 0 if whole else places)
