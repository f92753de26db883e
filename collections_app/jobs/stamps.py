"""When the scheduler sent a sign of life. Loaded by the scheduler too, which loads no models."""

from __future__ import annotations

from typing import Any

from celery.signals import before_task_publish

from collections_app.core.clock import now

NAME = "jobs.beat_heartbeat"
SENT_AT = "kept_sent_at"


@before_task_publish.connect(sender=NAME)
def stamp_sent(headers: dict[str, Any], **_kwargs: Any) -> None:
    """Write into the message when the scheduler sent it."""
    headers[SENT_AT] = now().isoformat()


@before_task_publish.connect
def stamp_job(headers: dict[str, Any], body: Any, **_kwargs: Any) -> None:
    """Write the same into what wakes a periodic job: it says for which period that was."""
    if isinstance(body, tuple) and isinstance(body[1], dict) and body[1].get("job"):
        headers[SENT_AT] = now().isoformat()
