"""How regularly customers pay, in the mean of a rep's, of a rating's, and of all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from collections_app.customers.models import CustomerQuerySet
from collections_app.standing.regularity import regularities

# Of more customers with an agreement the regularity is told one by one alone.
MOST_REGULAR: Final = 2_000


@dataclass(frozen=True, slots=True)
class Regular:
    """Mean regularity of the customers that somebody looks after now, 0 to 100: of all (None
    without any), by rep (e-mail) and rating; ``customers`` have one. ``is_known`` unless there are
    too many to work it out for a page.
    """

    total: int | None
    reps: dict[str, int]
    ratings: dict[str, int]
    customers: int
    is_known: bool


def regular_of(customers: CustomerQuerySet, owners: list[int] | None, *, on: date) -> Regular:
    """The regularity (rule 7) of the customers that ``owners`` (None: all) look after now, as of
    ``on``; two statements.
    """
    if owners is not None:
        customers = customers.filter(owner__in=owners)
    agreed = customers.filter(regular_amount__isnull=False).order_by()
    rows = list(agreed.values_list("pk", "owner__email", "rating")[: MOST_REGULAR + 1])
    if len(rows) > MOST_REGULAR:
        return Regular(None, {}, {}, 0, False)
    found = regularities([pk for pk, _email, _rating in rows], on=on)
    shares: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for pk, email, rating in rows:
        if pk in found:
            for key in (("all", ""), ("rep", email), ("rating", rating or "")):
                shares[key].append(found[pk].share)
    means = {key: int(100 * sum(of) / len(of)) for key, of in shares.items()}
    return Regular(
        means.get(("all", "")),
        {name: mean for (kind, name), mean in means.items() if kind == "rep"},
        {name: mean for (kind, name), mean in means.items() if kind == "rating"},
        len(found),
        True,
    )
