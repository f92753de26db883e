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

from collections_app.core.clock import today_in
from collections_app.core.refusals import Refused
from collections_app.notices.models import NoticeKind
from collections_app.notices.operations import Owed, owe_lapses, put_into_messages
from collections_app.notices.queries import lapses_to_owe_again
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import held_organisation, work_calendar
from collections_app.reminders.policy import morning_of
from collections_app.standing.models import LAPSED, InstalmentStanding, State
from collections_app.standing.operations import move_standing_day


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


def sweep(*, on: date, dry_run: bool = False, notify: bool = True) -> Swept:
    """Bring every kept state to ``on`` and queue what is to be said; all of it or nothing.

    Safe to run twice and side by side: sweeps wait for each other on the organisation's row, and
    a second one finds nothing left to do. ``notify=False`` only takes note, for opening data.
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
        result.examined = move_standing_day(held, to=on).examined
        lapsed = _take_note(result)
        if notify:
            _tell(lapsed, held, result)
        if dry_run:
            transaction.set_rollback(True)
    result.seconds = time.monotonic() - begun
    return result


def _take_note(result: Swept) -> list[Owed]:
    """Count what changed since the last sweep, and mark it seen; return what has newly lapsed."""
    unseen = InstalmentStanding.objects.exclude(state=F("swept_state"))
    rows = unseen.order_by("pk").values_list(
        "pk", "state", "swept_state", "customer_id", "customer__owner_id", "instalment_id"
    )
    lapsed: list[Owed] = []
    seen: list[int] = []
    for pk, state, former, customer_id, owner_id, instalment_id in rows:
        seen.append(pk)
        if state != (former or State.OPEN):
            result.transitions[state] += 1
        if state in LAPSED and former not in LAPSED:
            lapsed.append(Owed(owner_id, f"instalment/{instalment_id}", customer_id, instalment_id))
    for start in range(0, len(seen), 5000):
        InstalmentStanding.objects.filter(pk__in=seen[start : start + 5000]).update(
            swept_state=F("state")
        )
    return lapsed


def _tell(lapsed: list[Owed], held: Organisation, result: Swept) -> None:
    # Money that came and bounced between two sweeps withdrew a notice that is wanted after all.
    known = {(one.person_id, one.key) for one in lapsed}
    again = [one for one in lapses_to_owe_again() if (one.person_id, one.key) not in known]
    fresh = owe_lapses([*lapsed, *again], on=result.as_of)
    if not fresh:
        return
    due_at = morning_of(
        # Sending hours go by the clock, even for a day swept ahead of it.
        min(result.as_of, today_in(held.time_zone)),
        hour=held.send_from_hour,
        zone=held.time_zone,
        calendar=work_calendar(),
    )
    result.queued[NoticeKind.LAPSED.value] = len(fresh)
    result.messages = len(put_into_messages(fresh, due_at=due_at))
