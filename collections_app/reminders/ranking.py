"""In what order things to do come on *Today*: pure.

A thing weighs the amount at stake × how late it is × how little the customer's word is trusted. All
of it in whole numbers, so that the same facts give the same order on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from collections_app.core.money import decimals_of
from collections_app.organisation.defaults import UNRATED_COUNTS_AS


class Kind(StrEnum):
    """What wants doing; ties in rank go in this order."""

    LAPSED = "lapsed"
    DUE = "due"
    PUT_OFF = "put_off"
    TO_DECIDE = "to_decide"
    DECIDED = "decided"
    NOT_ASKED = "not_asked"
    UNCOVERED = "uncovered"
    MEASURE_DUE = "measure_due"
    UNDELIVERABLE = "undeliverable"
    NO_CONTACT = "no_contact"
    NO_REGULAR = "no_regular"


MOST_DECIMALS: Final = 3  # of any currency
# Factors are in tenths: a tenth more for each day late, up to four times as much.
TENTHS: Final = 10
LATEST_DAYS: Final = 30
RATING_TENTHS: Final = {"A": 10, "B": 12, "C": 15, "D": 20}
# What is at stake with a whole balance is no promise missed: keeping in touch comes after all that
# was promised, planned or asked, and a habit to be built after that.
LATER: Final = {Kind.NO_CONTACT: 1, Kind.NO_REGULAR: 2}
PLACE: Final = {kind: place for place, kind in enumerate(Kind)}


class Item(NamedTuple):
    """One thing to do for a customer.

    ``subject`` is the key of the instalment, measure or request that it is about, blank where a
    customer has one of the kind at most. ``amount`` is what is at stake, in minor units; ``days``
    how late it is, 0 while it is in time. ``since`` and ``until`` are the days that its reason
    names, and ``detail`` is what else the reason says, as the kind has it.
    """

    kind: Kind
    customer_id: int
    code: str
    rating: str | None
    currency: str
    amount: int
    days: int = 0
    subject: str = ""
    since: date | None = None
    until: date | None = None
    detail: str = ""

    @property
    def key(self) -> str:
        """Names it on the page, as long as it wants doing."""
        return f"{self.kind}-{self.customer_id}-{self.subject}"


def late_tenths(days: int) -> int:
    """The factor of lateness in tenths: 1.0 in time, 1.8 eight days late, 4.0 from thirty on."""
    return TENTHS + min(max(days, 0), LATEST_DAYS)


def rating_tenths(rating: str | None) -> int:
    """The factor of the rating in tenths; unrated counts as B."""
    return RATING_TENTHS[rating or UNRATED_COUNTS_AS]


@lru_cache(maxsize=256)
def _scale(currency: str) -> int:
    scale: int = 10 ** (MOST_DECIMALS - decimals_of(currency))
    return scale


def weight(item: Item) -> int:
    """What it weighs, in hundredths of the smallest unit that any currency has.

    Currencies are weighed by their figures: no rate of exchange is asked.
    """
    return item.amount * _scale(item.currency) * late_tenths(item.days) * rating_tenths(item.rating)


def ranked(items: Iterable[Item]) -> list[Item]:
    """The weightiest first, keeping in touch and habits last; ties by code, kind and subject."""
    return sorted(items, key=_order)


def _order(item: Item) -> tuple[int, int, str, int, str]:
    return LATER.get(item.kind, 0), -weight(item), item.code, PLACE[item.kind], item.subject
