"""Whether what the clock does is late: the sweep, and the mail that should have left."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, connection

SWEEP: Final = "sweep"
SWEEP_LATE: Final = 2 * 300.0
MESSAGE_LATE: Final = 600.0
KEPT_SECONDS: Final = 30.0
AGES = """
    SELECT
        (SELECT extract(epoch FROM statement_timestamp() - max(finished_at))::float
         FROM jobs_jobrun WHERE name = 'sweep' AND outcome = 'done'),
        (SELECT extract(epoch FROM statement_timestamp() - min(due_at))::float
         FROM outbox_message
         WHERE state IN ('queued', 'sending') AND due_at <= statement_timestamp())
"""


@dataclass(frozen=True, slots=True)
class Ages:
    """Seconds since the last sweep was done, and since the oldest message due was due.

    None where no sweep has been, or nothing is due.
    """

    sweep: float | None
    oldest_due: float | None

    @property
    def sweep_is_late(self) -> bool:
        """Two periods have gone by without one."""
        return self.sweep is not None and self.sweep > SWEEP_LATE

    @property
    def mail_is_late(self) -> bool:
        return self.oldest_due is not None and self.oldest_due > MESSAGE_LATE


_seen: tuple[float, Ages] | None = None


def ages() -> Ages:
    """How late things are now, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(AGES)
        row = cursor.fetchone()
    return Ages(*row)


def ages_lately() -> Ages:
    """The same as some page of this process saw it within half a minute.

    Kept in the process: where the broker is away there is no other cache, and that is when it
    matters. A database that does not answer is for others to tell.
    """
    global _seen  # noqa: PLW0603 - one figure, and losing a race for it costs one statement
    if _seen is None or time.monotonic() - _seen[0] > KEPT_SECONDS:
        try:
            _seen = (time.monotonic(), ages())
        except DatabaseError:
            return Ages(None, None)
    return _seen[1]


def forget_ages() -> None:
    """Let the next page look anew."""
    global _seen  # noqa: PLW0603
    _seen = None
