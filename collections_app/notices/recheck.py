"""Just before sending: is each notice still wanted? Then the words, with the figures of now."""

from __future__ import annotations

from collections import defaultdict

from collections_app.notices.models import Notice, NoticeState
from collections_app.notices.operations import withdraw
from collections_app.notices.wording import word_lapsed
from collections_app.outbox.delivery import Rendered, Withdrawn
from collections_app.outbox.models import Message
from collections_app.standing.models import LAPSED, State
from collections_app.standing.queries import KeptState, kept_states

REASONS = {
    State.KEPT: "paid",
    State.KEPT_LATE: "paid",
    State.SUPERSEDED: "superseded",
    State.CANCELLED: "cancelled",
    State.OPEN: "open",
}


def prepare(message: Message) -> Rendered | Withdrawn:
    """Withdraw the notices whose reason has gone; word the rest, or withdraw the message.

    A handed-over customer is no longer the old owner's to be told of.
    """
    notices = list(
        Notice.objects.filter(message=message, state=NoticeState.OWED).select_related(
            "customer", "instalment__commitment"
        )
    )
    states = kept_states([notice.instalment_id for notice in notices])
    gone: dict[str, list[int]] = defaultdict(list)
    wanted: list[tuple[Notice, KeptState]] = []
    for notice in notices:
        state = states.get(notice.instalment_id)
        if state is None or not _active(message):
            gone["removed" if state is None else "disabled"].append(notice.pk)
        elif state.state not in LAPSED:
            gone[REASONS[State(state.state)]].append(notice.pk)
        else:
            wanted.append((notice, state))
    for reason, ids in gone.items():
        withdraw(ids, reason=reason)
    if not wanted:
        return Withdrawn(next(iter(gone), "nothing_left"))
    return word_lapsed(message, wanted)


def _active(message: Message) -> bool:
    return message.person is None or message.person.is_active
