"""Just before sending: is each notice still wanted? Then the words, with the figures of now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from collections_app.accounts.delegation import delegates_of
from collections_app.accounts.models import Delegation
from collections_app.core.clock import now
from collections_app.notices import secret_mail
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.operations import Owed, owe_lapses, put_into_messages, withdraw
from collections_app.notices.plan_due import plan_due_gone, word_plan_due
from collections_app.notices.requests import decided_gone, requested_gone, word_requests
from collections_app.notices.wording import word_lapsed
from collections_app.organisation.queries import today
from collections_app.outbox.delivery import Rendered, Withdrawn
from collections_app.outbox.models import Message
from collections_app.standing.models import LAPSED, State
from collections_app.standing.queries import KeptState, kept_states

Reasons = dict[int, str | None]
HANDED_OVER = "handed_over"
BACK = "back"
REASONS = {
    State.KEPT: "paid",
    State.KEPT_LATE: "paid",
    State.SUPERSEDED: "superseded",
    State.CANCELLED: "cancelled",
    State.OPEN: "open",
}


@dataclass(frozen=True, slots=True)
class Known:
    """How instalments stand, and as (owner, reader) who stands in today or once did."""

    states: Mapping[int, KeptState]
    standing_in: frozenset[tuple[int, int]] = frozenset()
    stood_in: frozenset[tuple[int, int]] = frozenset()


def prepare(message: Message) -> Rendered | Withdrawn:
    """Withdraw the notices whose reason has gone; word the rest, or withdraw the message.

    A handed-over customer is no longer the former owner's to be told of: what was owed to them is
    owed to the present one instead.
    """
    if message.kind in secret_mail.KINDS:
        return secret_mail.prepare_secret(message)
    notices = list(
        Notice.objects.filter(message=message, state=NoticeState.OWED)
        .select_related("customer__owner", "person", "instalment__commitment")
        .select_related("request__customer__owner", "request__asked_by", "request__decided_by")
        .select_related("request__commitment")
        .order_by("pk")
    )
    states = kept_states([n.instalment_id for n in notices if n.instalment_id is not None])
    reasons = still_wanted(notices, states)
    _withdraw(message, notices, reasons)
    wanted = [notice for notice in notices if reasons[notice.pk] is None]
    _tell_delegates(wanted)
    if not wanted:
        gone = [reason for reason in reasons.values() if reason is not None]
        return Withdrawn(gone[0] if gone else _former_reason(message))
    if message.kind == NoticeKind.LAPSED:
        lapsed = [(n, states[n.instalment_id]) for n in wanted if n.instalment_id is not None]
        return word_lapsed(message, lapsed)
    if message.kind == NoticeKind.PLAN_DUE:
        return word_plan_due(message, wanted[-1])
    return word_requests(message, wanted)


def still_wanted(notices: Sequence[Notice], states: Mapping[int, KeptState]) -> Reasons:
    """Why each notice is no longer wanted, by its id; None for one that still is."""
    known = _known_of(notices, states)
    return {notice.pk: CHECKS[NoticeKind(notice.kind)](notice, known) for notice in notices}


def _known_of(notices: Sequence[Notice], states: Mapping[int, KeptState]) -> Known:
    """All that the checks of the notices ask for, in two statements."""
    pairs = {
        (n.customer.owner_id, n.person_id)
        for n in notices
        if n.customer and n.person_id and n.customer.owner_id != n.person_id
    }
    if not pairs:
        return Known(states)
    owners = {owner for owner, _reader in pairs}
    readers = {reader for _owner, reader in pairs}
    former = Delegation.objects.filter(person__in=owners, delegate__in=readers)
    return Known(
        states,
        frozenset(delegates_of(owners, on=today()).items()),
        frozenset(former.values_list("person_id", "delegate_id")),
    )


def _lapsed_gone(notice: Notice, known: Known) -> str | None:
    gone = _not_lapsed(notice, known)
    return gone or _not_theirs(notice, known) or _disabled(notice)


def _not_theirs(notice: Notice, known: Known) -> str | None:
    """Why a lapse is no longer the reader's to be told of: neither owner nor standing in today."""
    pair = (notice.about.owner_id, notice.person_id or 0)
    if pair[0] == pair[1] or pair in known.standing_in:
        return None
    return BACK if pair in known.stood_in else HANDED_OVER


def _not_lapsed(notice: Notice, known: Known) -> str | None:
    state = known.states.get(notice.instalment_id or 0)
    if state is None:
        return "removed"
    return None if state.state in LAPSED else REASONS[State(state.state)]


def _not_open(notice: Notice, known: Known) -> str | None:
    state = known.states.get(notice.instalment_id or 0)
    if state is None:
        return "removed"
    if state.state in LAPSED:
        return "lapsed"
    return None if state.state == State.OPEN else REASONS[State(state.state)]


def _disabled(notice: Notice) -> str | None:
    return None if notice.reader.is_active else "disabled"


# A kind without a check of its own cannot be sent.
CHECKS: dict[NoticeKind, Callable[[Notice, Known], str | None]] = {
    NoticeKind.LAPSED: _lapsed_gone,
    NoticeKind.CHASE: _lapsed_gone,
    NoticeKind.ESCALATED: lambda notice, known: _not_lapsed(notice, known) or _disabled(notice),
    NoticeKind.DUE_SOON: _not_open,
    NoticeKind.DIGEST: lambda notice, _known: _disabled(notice),
    NoticeKind.REQUESTED: lambda notice, _known: requested_gone(notice),
    NoticeKind.DECIDED: lambda notice, _known: decided_gone(notice),
    NoticeKind.PLAN_DUE: lambda notice, _known: plan_due_gone(notice),
}


def _withdraw(
    message: Message, notices: Sequence[Notice], reasons: Mapping[int, str | None]
) -> None:
    """Withdraw what is gone, and owe what was handed over to the present owner: both or neither."""
    gone: dict[str, list[int]] = defaultdict(list)
    for id_, reason in reasons.items():
        if reason is not None:
            gone[reason].append(id_)
    if not gone:
        return
    with transaction.atomic():
        for reason, ids in gone.items():
            withdraw(ids, reason=reason, message=message)
        # A decision is not told again: whoever has the customer now sees it there.
        away = set(gone.get(HANDED_OVER, ()))
        moved = [n for n in notices if n.pk in away and n.kind == NoticeKind.LAPSED]
        put_into_messages(owe_lapses(_owed_to_owners(moved), on=today()), due_at=now())


def _tell_delegates(notices: Sequence[Notice]) -> None:
    """Owe lapses to who stands in by now: the absence may have begun after the sweep."""
    lapses = [n for n in notices if n.kind == NoticeKind.LAPSED and n.person_id == n.about.owner_id]
    if lapses and delegates_of((n.about.owner_id for n in lapses), on=today()):
        with transaction.atomic():
            put_into_messages(owe_lapses(_owed_to_owners(lapses), on=today()), due_at=now())


def _owed_to_owners(notices: Sequence[Notice]) -> list[Owed]:
    return [Owed(n.about.owner_id, n.key, n.customer_id, n.instalment_id) for n in notices]


def _former_reason(message: Message) -> str:
    """Why a message carries nothing: a sender may have died right after withdrawing the notices."""
    former = Notice.objects.filter(message=message, state=NoticeState.WITHDRAWN)
    return former.order_by("pk").values_list("reason", flat=True).first() or "replaced"
