"""Requests that wait about a promise are withdrawn as the promise ends: nothing is left to give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment, Ending
from collections_app.core.clock import now
from collections_app.customers.trail import record_acts
from collections_app.followups.models import Request, RequestState


def withdraw_with_promises(
    ended: Iterable[Commitment], *, by: Person | None, on: date, but: Request | None = None
) -> list[Request]:
    """Withdraw what waits about promises that ``by`` has ended, in the caller's transaction.

    ``but`` is the request that is being carried out by ending its promise. Customers are held.
    """
    waiting = Request.objects.waiting().filter(commitment__in=list(ended))
    if but is not None:
        waiting = waiting.exclude(pk=but.pk)
    held = list(
        waiting.select_for_update(of=("self",), no_key=True)
        .select_related("commitment")
        .order_by("pk")
    )
    words = {
        Ending.SUPERSEDED: _("The promise was renegotiated meanwhile."),
        Ending.CANCELLED: _("The promise was cancelled meanwhile."),
    }
    for request in held:
        assert request.commitment is not None, "asked for above"
        request.state, request.word = RequestState.WITHDRAWN, words[_ending_of(request.commitment)]
        request.decided_by, request.decided_on, request.decided_at = by, on, now()
    fields = ["state", "word", "decided_by", "decided_on", "decided_at"]
    Request.objects.bulk_update(held, fields, batch_size=500)
    record_acts(
        [(request.public_id, request.customer_id, _payload_of(request)) for request in held],
        actor=by,
        verb="withdraw",
        subject_kind="request",
    )
    return held


def _ending_of(commitment: Commitment) -> Ending:
    return Ending(commitment.ending)


def _payload_of(request: Request) -> dict[str, object]:
    return {
        "request_kind": request.kind,
        "month": request.month,
        "reference": request.commitment.reference if request.commitment else None,
        "word": request.word,
    }
