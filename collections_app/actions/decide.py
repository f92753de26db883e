"""A manager decides what a rep asked for; approved, it is carried out in the same transaction."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.actions.ask_for import RequestRefused, held_waiting, record_request
from collections_app.actions.conceding import as_terms, lessened, owed_of, postponed
from collections_app.actions.promise import Terms, cancel_promise, renegotiate
from collections_app.commitments.models import AskedBy
from collections_app.core.clock import now
from collections_app.core.compact import exact_money
from collections_app.core.refusals import Overtaken
from collections_app.followups.models import Request, RequestKind, RequestState
from collections_app.notices.requests import tell_of_decision
from collections_app.planning.models import MonthPlan, TargetChange
from collections_app.planning.operations import set_target
from collections_app.standing.operations import refresh_touched


def approve(
    *, request: Request, by: Person, on: date, word: str = "", seen: int | None = None
) -> Request:
    """Give way on what was asked for, from the business date ``on``, and tell who asked.

    A target becomes the one asked for, as a revision that counts from ``on``. A promise is
    superseded by one of which up to the amount is due later or less is owed; with nothing left it
    is cancelled. ``seen`` is the target, or what the promise owes, that the manager saw (that of
    the request, unless given). Raises ``Overtaken`` where that is no longer so or somebody decided
    first, and ``RequestRefused``: ``not_allowed``, ``already_ended``, ``conflict`` (nothing is
    left to give way on), ``out_of_range`` (the day asked for has passed).
    """
    with transaction.atomic():
        held = _held_to_decide(request, by)
        carry_out(held, by=by, on=on, seen=seen)
        _decide(held, RequestState.APPROVED, by, on, word)
        refresh_touched()
    return held


def refuse(*, request: Request, by: Person, on: date, word: str) -> Request:
    """Refuse what was asked for, with a word why, and tell who asked; nothing changes.

    Raises ``RequestRefused`` (``required`` without a word, ``not_allowed``), and ``Overtaken``
    where somebody decided first.
    """
    if not word:
        raise RequestRefused(
            _("Say why it is refused: whoever asked has to go on from there."),
            code="required",
            field="word",
        )
    with transaction.atomic():
        held = _held_to_decide(request, by)
        _decide(held, RequestState.REFUSED, by, on, word)
    return held


def carry_out(request: Request, *, by: Person, on: date, seen: int | None = None) -> None:
    """Do what the request asks for, in the caller's transaction, and note what came of it.

    Whether ``by`` may is the caller's to know: pages that only show what would happen undo it.
    """
    if request.commitment is None:
        _lower_target(request, by, on, seen)
    else:
        _give_way(request, by, on, seen)


def _held_to_decide(request: Request, by: Person) -> Request:
    held = held_waiting(request)
    if not Request.objects.decidable_by(by).filter(pk=held.pk).exists():
        raise RequestRefused(
            _("This request is not yours to decide: somebody above you has to."),
            code="not_allowed",
        )
    return held


def _decide(request: Request, state: RequestState, by: Person, on: date, word: str) -> None:
    request.state, request.word = state, word
    request.decided_by, request.decided_on, request.decided_at = by, on, now()
    request.save()
    verb = "approve" if state == RequestState.APPROVED else "refuse"
    record_request(request, by, verb, amount=request.amount, conceded=request.conceded, word=word)
    tell_of_decision(request)


def _lower_target(request: Request, by: Person, on: date, seen: int | None) -> None:
    plans = MonthPlan.objects.select_for_update(no_key=True)
    plan = plans.get(customer=request.customer_id, month=request.month)
    expected = request.target_before if seen is None else seen
    wanted = request.target_after or 0
    currency = request.customer.currency
    if plan.target != expected:
        shown = "–" if plan.target is None else exact_money(plan.target, currency)
        raise Overtaken(
            _("The target was %(before)s when you were asked to lower it; by now it is %(now)s.")
            % {"before": exact_money(request.target_before or 0, currency), "now": shown}
        )
    if plan.target is None or plan.target <= wanted:
        raise RequestRefused(
            _("The target is no higher than what was asked for: nothing is left to lower."),
            code="conflict",
        )
    conceded = plan.target - wanted
    set_target(
        customer=request.customer, month=request.month, target=wanted, expected=plan.target, by=by,
        on=on, reason=_reason_of(request), is_approved=True,
    )  # fmt: skip
    request.target_change = TargetChange.objects.filter(plan=plan).latest("pk")
    request.conceded = conceded


def _give_way(request: Request, by: Person, on: date, seen: int | None) -> None:
    former = request.commitment
    assert former is not None
    owed = owed_of(former, on=on)
    if seen is not None and owed.amount != seen:
        currency = request.customer.currency
        raise Overtaken(
            _("The promise owed %(before)s when you looked; by now it owes %(now)s.")
            % {"before": exact_money(seen, currency), "now": exact_money(owed.amount, currency)}
        )
    if request.kind == RequestKind.POSTPONE:
        until = request.until_on or on
        if until < on:
            raise RequestRefused(
                _("The day asked for has passed: refuse it, and have it asked for anew."),
                code="out_of_range",
            )
        parts, most = postponed(owed.parts, request.amount, until=until), owed.due_before(until)
    else:
        parts, most = lessened(owed.parts, request.amount), owed.amount
    if not most:
        raise RequestRefused(
            _("The promise has been paid, changed or ended meanwhile: nothing is left to give."),
            code="conflict",
        )
    request.conceded = min(request.amount, most)
    reason = _reason_of(request)
    terms = as_terms(parts, owed, on=on)
    if not terms:
        cancel_promise(commitment=former, reason=reason, by=by, on=on, request=request)
        return
    request.made = renegotiate(
        commitment=former,
        terms=Terms(
            made_on=on, instalments=terms, promised_by=former.promised_by,
            channel=former.channel, note=former.note, measure=former.measure,
        ),
        reason=reason, asked_by=AskedBy.CUSTOMER, by=by, on=on, request=request,
    )  # fmt: skip


def _reason_of(request: Request) -> str:
    """What the change of target or promise is put down to: the request, by name."""
    said = _("Request of %(who)s, %(day)s: %(kind)s") % {
        "who": request.asked_by.name,
        "day": date_format(request.asked_on),
        "kind": request.get_kind_display(),
    }
    why = " · ".join(text for text in (request.get_reason_display(), request.note) if text)
    return " ".join(f"{said}. {why}".split())[:500]
