"""Just before sending: is each notice still wanted? Then the words, with the figures of now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction

from collections_app.accounts.delegation import delegates_of
from collections_app.core.clock import now
from collections_app.notices import secret_mail
from collections_app.notices.by_chat import chat_of
from collections_app.notices.courtesy import customer_gone, word_courtesy
from collections_app.notices.known import Digesting, Known, known_of, not_lapsed
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.morning import OF_A_MORNING, word_morning
from collections_app.notices.operations import Owed, owe_reps, put_into_messages, withdraw
from collections_app.notices.plan_due import plan_due_gone, word_plan_due
from collections_app.notices.requests import decided_gone, requested_gone, word_requests
from collections_app.organisation.queries import business_hours, today
from collections_app.outbox.delivery import Postponed, Prepared, Withdrawn
from collections_app.outbox.models import Message

HANDED_OVER = "handed_over"
BACK = "back"


def prepare(message: Message, *, digest: Digesting | None = None) -> Prepared:
    """Withdraw the notices whose reason has gone; word the rest, or withdraw the message.

    A handed-over customer is no longer the former owner's to be told of: what was owed to them is
    owed to the present one instead. ``digest`` says what a digest holds; without it, a message
    that carries one cannot be prepared. One to a customer that would leave outside of business
    hours is put off to the next ones, and looked at then. What says by chat what a mail says looks
    at the notices of the mail, and leaves it to the mail to withdraw them.
    """
    if message.kind in secret_mail.KINDS:
        return secret_mail.prepare_secret(message)
    if message.twin_of and chat_of(message.person, message.kind) is None:
        return Withdrawn("not_wanted")
    carrier = message.twin_of or message
    notices = list(
        Notice.objects.filter(message=carrier, state=NoticeState.OWED)
        .select_related("customer__owner__team", "person", "instalment__commitment")
        .select_related("request__customer__owner", "request__asked_by", "request__decided_by")
        .select_related("request__commitment", "contact", "message")
        .order_by("pk")
    )
    is_to_customer = any(notice.is_to_customer for notice in notices)
    if is_to_customer and (later := business_hours().next_at(instant := now())) > instant:
        return Postponed(later)
    known = known_of(notices, language=message.language, digest=digest, but=message.pk)
    reasons = still_wanted(notices, known)
    wanted = [notice for notice in notices if reasons[notice.pk] is None]
    if carrier == message:
        _withdraw(message, notices, reasons)
        _tell_delegates(wanted)
    if not wanted:
        gone = [reason for reason in reasons.values() if reason is not None]
        return Withdrawn(gone[0] if gone else _former_reason(carrier))
    if is_to_customer:
        return word_courtesy(message, wanted, known)
    if message.kind in OF_A_MORNING:
        return word_morning(message, wanted, known.states, known.digests)
    if message.kind == NoticeKind.PLAN_DUE:
        return word_plan_due(message, wanted[-1])
    return word_requests(message, wanted)


def still_wanted(notices: Sequence[Notice], known: Known) -> dict[int, str | None]:
    """Why each notice is no longer wanted, by its id; None for one that still is."""
    return {notice.pk: _check_of(notice)(notice, known) for notice in notices}


def _check_of(notice: Notice) -> Callable[[Notice, Known], str | None]:
    return customer_gone if notice.is_to_customer else CHECKS[NoticeKind(notice.kind)]


def _lapsed_gone(notice: Notice, known: Known) -> str | None:
    gone = not_lapsed(notice, known)
    return gone or _not_theirs(notice, known) or _disabled(notice)


def _not_theirs(notice: Notice, known: Known) -> str | None:
    """Why a lapse is no longer the reader's to be told of: neither owner nor standing in today."""
    pair = (notice.about.owner_id, notice.person_id or 0)
    if pair[0] == pair[1] or pair in known.standing_in:
        return None
    return BACK if pair in known.stood_in else HANDED_OVER


def _chase_gone(notice: Notice, known: Known) -> str | None:
    """Besides: somebody spoke with the customer since, it is on hold, or a later one is owed."""
    if (gone := _lapsed_gone(notice, known)) is not None:
        return gone
    assert notice.on_day is not None, "held by a constraint"
    spoken_on = known.contacts.get(notice.about.pk)
    if spoken_on is not None and spoken_on >= notice.on_day:
        return "followed_up"
    return "hold" if notice.about.pk in known.on_hold else _replaced(notice, known)


def _escalated_gone(notice: Notice, known: Known) -> str | None:
    gone = not_lapsed(notice, known) or _disabled(notice)
    if gone is None and notice.person_id not in known.managers[notice.about.owner_id]:
        return HANDED_OVER
    return gone


def _digest_gone(notice: Notice, known: Known) -> str | None:
    gone = _disabled(notice) or _replaced(notice, known)
    if gone is None and not notice.reader.wants_digest:
        return "not_wanted"
    return gone or ("nothing" if known.digests[notice.pk] is None else None)


def _replaced(notice: Notice, known: Known) -> str | None:
    """Of what comes again, the latest is told and not the backlog."""
    assert notice.on_day is not None, "held by a constraint"
    latest = known.latest.get((notice.kind, notice.reader.pk, notice.instalment_id))
    return "replaced" if latest is not None and latest > notice.on_day else None


def _disabled(notice: Notice) -> str | None:
    return None if notice.reader.is_active else "disabled"


# A kind without a check of its own cannot be sent.
CHECKS: dict[NoticeKind, Callable[[Notice, Known], str | None]] = {
    NoticeKind.ESCALATED: _escalated_gone,
    NoticeKind.LAPSED: _lapsed_gone,
    NoticeKind.NOT_TOLD: _lapsed_gone,
    NoticeKind.CHASE: _chase_gone,
    NoticeKind.DUE_SOON: customer_gone,
    NoticeKind.DIGEST: _digest_gone,
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
        _owe_owners(moved)


def _tell_delegates(notices: Sequence[Notice]) -> None:
    """Owe lapses to who stands in by now: the absence may have begun after the sweep."""
    lapses = [n for n in notices if n.kind == NoticeKind.LAPSED and n.person_id == n.about.owner_id]
    if lapses and delegates_of((n.about.owner_id for n in lapses), on=today()):
        with transaction.atomic():
            _owe_owners(lapses)


def _owe_owners(notices: Sequence[Notice]) -> None:
    owed = [Owed(n.about.owner_id, n.key, n.customer_id, n.instalment_id) for n in notices]
    put_into_messages(owe_reps(NoticeKind.LAPSED, owed, on=today()), due_at=now())


def _former_reason(message: Message) -> str:
    """Why a message carries nothing: a sender may have died right after withdrawing the notices."""
    former = Notice.objects.filter(message=message, state=NoticeState.WITHDRAWN)
    return former.order_by("pk").values_list("reason", flat=True).first() or "replaced"
