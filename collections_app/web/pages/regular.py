"""How regularly customers pay, in the mean of a rep's, of a rating's, and of all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from collections_app.customers.models import CustomerQuerySet
from collections_app.standing.regularity import regularities

# Of more customers with an agreement the regularity is told on their own pages alone.
MOST_REGULAR: Final = 2_000


@dataclass(frozen=True, slots=True)
class Regular:
    """Mean regularity, 0 to 100, of the ``number`` customers that somebody looks after now: of all
    (None without any), by rep (e-mail) and rating; and each customer's own, by code. ``is_known``
    unless there are too many to work it out for a page.
    """

    total: int | None
    number: int
    reps: dict[str, int]
    ratings: dict[str, int]
    customers: dict[str, int]
    is_known: bool = True


def regular_of(customers: CustomerQuerySet, owners: list[int] | None, *, on: date) -> Regular:
    """The regularity (rule 7) of the customers as of ``on``; two statements.

    The means are of those that ``owners`` (None: all) look after now.
    """
    agreed = customers.filter(regular_amount__isnull=False).order_by()
    columns = ("pk", "code", "rating", "owner_id", "owner__email")
    rows = list(agreed.values_list(*columns)[: MOST_REGULAR + 1])
    if len(rows) > MOST_REGULAR:
        return Regular(None, 0, {}, {}, {}, is_known=False)
    found = regularities([row[0] for row in rows], on=on)
    shares: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for pk, _code, rating, owner, email in rows:
        if pk in found and (owners is None or owner in owners):
            for key in (("all", ""), ("rep", email), ("rating", rating or "")):
                shares[key].append(found[pk].share)
    means = {key: int(100 * sum(of) / len(of)) for key, of in shares.items()}
    return Regular(
        total=means.get(("all", "")),
        number=len(shares.get(("all", ""), [])),
        reps={name: mean for (kind, name), mean in means.items() if kind == "rep"},
        ratings={name: mean for (kind, name), mean in means.items() if kind == "rating"},
        customers={row[1]: found[row[0]].score for row in rows if row[0] in found},
    )
