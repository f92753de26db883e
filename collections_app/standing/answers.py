"""What dashboards sum, kept by portfolio: worked out where something moved, added up by who looks.

To add up a month of all customers takes longer the more there are; to add up what is kept of each
portfolio does not. An answer is worked out when it is asked for and no longer right, and by a job
before anybody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from django.db import connection, transaction

from collections_app.core.clock import now
from collections_app.core.seen import seen, seen_once
from collections_app.customers.models import Customer
from collections_app.standing.answers_sql import (
    BEGIN,
    FORGET,
    FORGET_MOVES,
    HOLD,
    NOTE,
    STALE,
    fill_statement,
)
from collections_app.standing.operations import standing_day_free

# An array of more customers than this costs more than to work out all and leave some aside.
MOST_NAMED = 20_000
KEPT_FOR = timedelta(days=2)


class Question(Protocol):
    """Sums of customers as of a day; ``text`` names all that they follow from but the facts."""

    @property
    def text(self) -> str: ...
    def rows(self, customers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
        """The statement of ``fill_statement``'s rows for these customers, and its parameters."""
        ...


def keep(questions: Sequence[Question], portfolios: Collection[int] | None) -> bool:
    """Have the answers kept and right, of the portfolios given (None: of all).

    One statement where they are. False where they cannot be written now, since a sweep moves the
    standing day: they are then to be worked out.
    """
    whose = None if portfolios is None else sorted(portfolios)
    key = None if whose is None else tuple(whose)
    kept: set[tuple[str, tuple[int, ...] | None]] = seen("kept answers", set)
    asked = {q.text: q for q in questions if (q.text, key) not in kept}
    stale = _stale(asked, whose) if asked else {}
    if stale and not _fill(asked, stale):
        return False
    kept.update((text, key) for text in asked)
    return True


def forget(questions: Sequence[Question]) -> None:
    """Let go of answers to other questions than these, of days ago, and of moves all have seen."""
    texts = [question.text for question in questions]
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"before": now() - KEPT_FOR, "questions": texts})
        cursor.execute(FORGET_MOVES)


def _stale(questions: Collection[str], portfolios: list[int] | None) -> dict[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"questions": list(questions), "portfolios": portfolios})
        return dict(cursor.fetchall())


def _fill(questions: Mapping[str, Question], stale: dict[str, list[int]]) -> bool:
    """Work out what is not right of the portfolios' answers; False while a sweep is under way."""
    whose = sorted(set().union(*stale.values()))
    values: dict[str, Any] = {"questions": list(stale), "portfolios": whose}
    with transaction.atomic(), connection.cursor() as cursor:
        if not standing_day_free():
            return False
        cursor.execute(NOTE, values)
        cursor.execute(HOLD, values)
        cursor.execute(BEGIN, values)
        snapshot, last_move = cursor.fetchone()
        # What the page has read before may be older than the snapshot.
        with seen_once():
            for text, portfolios in _stale(stale, whose).items():
                rows, own = questions[text].rows(_customers(portfolios))
                own |= {"question": text, "filled": portfolios}
                own |= {"snapshot": snapshot, "last_move": last_move}
                cursor.execute(fill_statement(rows), own)
    return True


def _customers(portfolios: list[int]) -> list[int] | None:
    """Ids of the portfolios' customers; None for all, where they are very many."""
    return seen(("customers of", tuple(portfolios)), lambda: _ids(portfolios))


def _ids(portfolios: list[int]) -> list[int] | None:
    customers = Customer.objects.filter(owner__in=portfolios).order_by("pk")
    found = list(customers.values_list("pk", flat=True)[: MOST_NAMED + 1])
    return found if len(found) <= MOST_NAMED else None
