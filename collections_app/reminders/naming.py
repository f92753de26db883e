"""What the subjects of things to do are called: promises, measures, requests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from collections_app.commitments.models import Instalment
from collections_app.followups.models import Request
from collections_app.planning.models import Measure
from collections_app.reminders.ranking import Item, Kind

NOTHING: Final = UUID(int=0)
OF_PROMISES: Final = frozenset({Kind.LAPSED, Kind.DUE})
OF_REQUESTS: Final = frozenset({Kind.DECIDED, Kind.TO_DECIDE})

Named = dict[tuple[str, str], tuple[str, UUID]]


def named(items: Collection[Item]) -> Named:
    """What the items' subjects are called, and their public ids, by what they are."""

    def subjects(kinds: Collection[Kind]) -> list[int]:
        return [int(item.subject) for item in items if item.kind in kinds]

    found: Named = {}
    if ids := subjects(OF_PROMISES):
        of = Instalment.objects.filter(pk__in=ids).values_list(
            "pk", "commitment__reference", "position", "commitment__public_id"
        )
        for pk, reference, place, id_ in of:
            found["promise", str(pk)] = f"{reference} / {place}", id_
    if ids := subjects({Kind.MEASURE_DUE}):
        rows = Measure.objects.filter(pk__in=ids).values_list("pk", "description", "public_id")
        found |= {("measure", str(pk)): (words, id_) for pk, words, id_ in rows}
    if ids := subjects(OF_REQUESTS):
        asked = Request.objects.filter(pk__in=ids)
        called = asked.values_list("pk", "asked_by__name", "public_id")
        found |= {("request", str(pk)): (name, id_) for pk, name, id_ in called}
    return found


def about(item: Item, names: Named) -> tuple[str, UUID]:
    """What the item's subject is called, and its public id."""
    what = "measure"
    if item.kind in OF_PROMISES:
        what = "promise"
    elif item.kind in OF_REQUESTS:
        what = "request"
    return names.get((what, item.subject), ("", NOTHING))
