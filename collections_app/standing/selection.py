"""Of which customers' month something is asked, and whether that is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from collections_app.accounts.models import Person
from collections_app.core.seen import seen
from collections_app.customers.models import Customer
from collections_app.customers.portfolios import portfolios_of
from collections_app.standing.answers import keep
from collections_app.standing.answers_sql import TOP, parts
from collections_app.standing.queries import ids_of
from collections_app.standing.questions import AnyQuestion, are_kept

UNRATED: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Of which customers' month (None: of all), as of the end of ``on``.

    ``owners`` narrows to the reps whom the month belongs to, ``rating`` to a letter or
    ``UNRATED``; None for all. ``currency`` is the one preferred, where there are several.
    ``reader`` is who sees just those customers, where that is what they are chosen by: what is kept
    is then read by whose they are, without naming each.
    """

    month: date
    on: date
    customers: QuerySet[Customer] | Collection[int] | None
    owners: Collection[int] | None = None
    rating: str | None = None
    currency: str = ""
    reader: Person | None = None

    @property
    def ids(self) -> Collection[int] | None:
        """Ids of the customers, read once where one only looks; None for all."""
        customers = self.customers
        if not isinstance(customers, QuerySet):
            return customers
        if self.reader is None:
            return ids_of(customers)
        return seen(("customers seen by", self.reader.pk), lambda: ids_of(customers))

    @property
    def is_of_portfolios(self) -> bool:
        """Whether its customers are all, or all that somebody sees."""
        return self.customers is None or self.reader is not None

    @property
    def portfolios(self) -> list[int] | None:
        """Ids of the people whose customers they are; None for everybody's."""
        return None if self.reader is None else portfolios_of(self.reader)

    @property
    def narrowing(self) -> dict[str, Any]:
        """What narrows it, as parameters of ``answers_sql.CHOSEN``."""
        return {
            "owners": None if self.owners is None else sorted(self.owners),
            "rating": self.rating,
            "currency": self.currency or None,
        }


def kept_values(chosen: Selection, asked: Mapping[str, AnyQuestion]) -> dict[str, Any] | None:
    """Parameters that read the kept answers to the questions by name; None where none serve."""
    questions = list(asked.values())
    if not chosen.is_of_portfolios or not all(are_kept(q.month, q.on) for q in questions):
        return None
    portfolios = chosen.portfolios
    if not keep(questions, portfolios):
        return None
    texts = {f"question_{name}": question.text for name, question in asked.items()}
    return {"portfolios": portfolios, **chosen.narrowing, **texts}


def keep_for(chosen: Selection, *questions: AnyQuestion) -> None:
    """Have those answers kept together that are to be, for a page that reads them one by one."""
    kept = [question for question in questions if are_kept(question.month, question.on)]
    if chosen.is_of_portfolios and kept:
        keep(kept, chosen.portfolios)


def rows_of(name: str, question: AnyQuestion, chosen: Selection) -> tuple[str, dict[str, Any]]:
    """A statement of the rows that answer the question, kept or worked out, and its parameters."""
    values = kept_values(chosen, {name: question})
    if values is not None:
        return parts(name), values
    rows, own = question.rows(chosen.ids)
    return rows, own | chosen.narrowing


def sums_and_first(
    chosen: Selection, sums: AnyQuestion, first: AnyQuestion, *, is_first: bool
) -> tuple[str, str | None, dict[str, Any]]:
    """Statements of the rows of sums and of those kept one by one, and their parameters.

    The second is None where no kept ones serve, as for any page but the first.
    """
    values = kept_values(chosen, {"sums": sums, "first": first}) if is_first else None
    if values is not None:
        return parts("sums"), parts("first"), values
    rows, own = sums.rows(chosen.ids)
    return rows, None, own | chosen.narrowing


def is_first_page(limit: int | None, offset: int) -> bool:
    """Whether what is kept one by one holds all of the page."""
    return limit is not None and offset + limit <= TOP
