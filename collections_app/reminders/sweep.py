"""The sweep: what the clock decides, in one transaction for a day."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from collections_app.core.refusals import Refused
from collections_app.notices.models import NoticeKind
from collections_app.notices.operations import (
    OPENING,
    Owed,
    owe,
    owe_reps,
    put_into_messages,
    set_aside,
)
from collections_app.notices.queries import lapses_to_owe_again
from collections_app.notices.to_contacts import look_at_waiting
from collections_app.organisation.queries import held_organisation
from collections_app.reminders.cadence import chases_owed, escalations_owed
from collections_app.reminders.mornings import morning_mail
from collections_app.reminders.stirring import stirred
from collections_app.reminders.to_customers import owe_customers
from collections_app.standing.models import LAPSED, InstalmentStanding, State
from collections_app.standing.operations import move_standing_day

TO_REPS = frozenset({NoticeKind.LAPSED, NoticeKind.NOT_TOLD, NoticeKind.CHASE})


class SweepRefused(Refused):
    """The day lies before the last one swept."""


@dataclass(slots=True)
class Swept:
    """What a sweep did: changes of state by new state, notices by kind, messages, instalments."""

    as_of: date
    transitions: Counter[str] = field(default_factory=Counter)
    queued: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    examined: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of.isoformat(),
            "transitions": dict(self.transitions),
            "queued": dict(self.queued),
            "messages": self.messages,
            "examined": self.examined,
            "seconds": round(self.seconds, 3),
        }


def sweep(*, on: date, dry_run: bool = False, notify: bool = True, is_tick: bool = False) -> Swept:
    """Bring every kept state to ``on`` and queue what is to be said; all of it or nothing.

    Safe to run twice and side by side: sweeps wait for each other on the organisation's row, and
    a second one finds nothing left to do. ``notify=False`` only takes note, for opening data.
    ``is_tick`` looks at those alone for whom something happened, once the day has been swept.
    Raises ``SweepRefused`` for a day before the last one swept, but for a dry run.
    """
    begun = time.monotonic()
    result = Swept(on)
    with transaction.atomic():
        held = held_organisation()
        if held.standing_on is not None and on < held.standing_on and not dry_run:
            raise SweepRefused(
                _("The day %(day)s is past: the last day swept is %(last)s.")
                % {"day": on, "last": held.standing_on},
                code="before_last_sweep",
            )
        is_new_day = held.standing_on != on
        result.examined = move_standing_day(held, to=on).examined
        lapsed, moved = _take_note(result)
        whom = None if is_new_day or not is_tick else _stirred(moved)
        told_now = {one.instalment_id or 0 for one in lapsed} if notify else set()
        owed = {
            NoticeKind.ESCALATED: list(escalations_owed(on=on, only=whom)),
            NoticeKind.LAPSED: lapsed,
            # A day's follow-ups are asked for in its morning: nothing that comes in later adds any.
            NoticeKind.CHASE: list(chases_owed(on=on, but=told_now)) if is_new_day else [],
        }
        look_at_waiting(whom)
        spoken = owe_customers(on=on, only=whom, is_opening=not notify)
        result.queued.update(spoken.queued)
        result.messages = spoken.messages
        owed[NoticeKind.NOT_TOLD] = spoken.to_reps
        if notify:
            _tell(owed, result, whom)
        else:
            for kind in (NoticeKind.ESCALATED, NoticeKind.CHASE):
                set_aside(kind, owed[kind], reason=OPENING)
        if dry_run:
            transaction.set_rollback(True)
    result.seconds = time.monotonic() - begun
    return result


def _stirred(moved: set[int]) -> set[int] | None:
    """Whom a tick looks at: customers for whom something was done of late, or whose states moved;
    None for all.
    """
    done_for = stirred()
    return None if done_for is None else done_for | moved


def _take_note(result: Swept) -> tuple[list[Owed], set[int]]:
    """Count what changed since the last sweep, and mark it seen; return what has newly lapsed, and
    the customers of all that changed.
    """
    unseen = InstalmentStanding.objects.exclude(state=F("swept_state"))
    rows = unseen.order_by("pk").values_list(
        "pk", "state", "swept_state", "customer_id", "customer__owner_id", "instalment_id"
    )
    lapsed: list[Owed] = []
    seen: list[int] = []
    moved: set[int] = set()
    for pk, state, former, customer_id, owner_id, instalment_id in rows:
        seen.append(pk)
        moved.add(customer_id)
        if state != (former or State.OPEN):
            result.transitions[state] += 1
        if state in LAPSED and former not in LAPSED:
            key = f"instalment/{instalment_id}"
            on = result.as_of
            lapsed.append(Owed(owner_id, key, customer_id, instalment_id, on_day=on))
    for start in range(0, len(seen), 5000):
        InstalmentStanding.objects.filter(pk__in=seen[start : start + 5000]).update(
            swept_state=F("state")
        )
    return lapsed, moved


def _tell(owed: dict[NoticeKind, list[Owed]], result: Swept, whom: set[int] | None) -> None:
    """Owe it, and put what is new into one message for each person."""
    lapsed = owed[NoticeKind.LAPSED]
    # Money that came and bounced between two sweeps withdrew a notice that is wanted after all.
    known = {(one.person_id, one.key) for one in lapsed}
    again = [one for one in lapses_to_owe_again(whom) if (one.person_id, one.key) not in known]
    fresh: list[int] = []
    for kind, rows in {**owed, NoticeKind.LAPSED: [*lapsed, *again]}.items():
        if new := owe_reps(kind, rows, on=result.as_of) if kind in TO_REPS else owe(kind, rows):
            result.queued[kind.value] += len(new)
            fresh += new
    if fresh:
        result.messages += len(put_into_messages(fresh, due_at=morning_mail(result.as_of)))
