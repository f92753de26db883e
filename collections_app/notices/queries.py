"""What was said, what is still to be said, and what has to be said once more."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Prefetch, Q, QuerySet

from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.operations import Owed
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.queries import listing
from collections_app.standing.models import LAPSED


def messages_with_notices(*, state: str | None = None) -> QuerySet[Message]:
    """The messages, oldest first, each with ``carried``: the notices that it says or would say.

    What was withdrawn from a message that left without it is not among them; of a message that
    was withdrawn as a whole, all are.
    """
    carried = Notice.objects.filter(
        Q(state=NoticeState.OWED) | Q(message__state=MessageState.WITHDRAWN)
    ).select_related("customer", "instalment__commitment", "request__commitment")
    return listing(state=state).prefetch_related(
        Prefetch("notices", carried.order_by("pk"), to_attr="carried")
    )


def lapses_to_owe_again(only: Collection[int] | None = None) -> list[Owed]:
    """Lapses whose notice was withdrawn unsent though the instalment is lapsed (again); of ``only``
    some customers.

    Money may come and bounce, or a person be shut out and let in again, between two sweeps, which
    then see no change of state. Owing them again makes up for it.
    """
    rows = Notice.objects.filter(
        kind=NoticeKind.LAPSED,
        state=NoticeState.WITHDRAWN,
        instalment__standing__state__in=LAPSED,
        person=F("customer__owner"),
        person__is_active=True,
    )
    if only is not None:
        rows = rows.filter(customer__in=only)
    fields = ("person_id", "key", "customer_id", "instalment_id")
    return [Owed(*row) for row in rows.order_by("person_id", "key").values_list(*fields)]
