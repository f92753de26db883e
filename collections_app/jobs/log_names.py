"""Log lines of a task say which one, for which job, and which request woke it.

Loaded by the scheduler too, which loads no models.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Final

from celery.signals import before_task_publish, task_postrun, task_prerun

from collections_app.core.logs import named, present_request

WOKEN_BY: Final = "kept_request_id"
_in_hand: dict[str, ExitStack] = {}


@before_task_publish.connect
def stamp_request(headers: dict[str, Any], **_kwargs: Any) -> None:
    """Write into what wakes a task the id of the request that did."""
    if request := present_request():
        headers[WOKEN_BY] = request


@task_prerun.connect
def name_lines(task_id: str, task: Any, kwargs: dict[str, Any], **_kwargs: Any) -> None:
    """From now on lines are the task's: Celery's own about its failure, too."""
    job = kwargs.get("job")
    stack = ExitStack()
    stack.enter_context(
        named(
            request_id=getattr(task.request, WOKEN_BY, None) or "",
            task=task.name,
            task_id=task_id,
            job=job["name"] if isinstance(job, dict) else "",
        )
    )
    _in_hand[task_id] = stack


@task_postrun.connect
def end_names(task_id: str, **_kwargs: Any) -> None:
    """The task is done, well or not."""
    if stack := _in_hand.pop(task_id, None):
        stack.close()
