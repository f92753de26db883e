"""The nightly proof that what is kept equals what is computed from nothing."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task

from collections_app.standing.checking import differing_from_computed

logger = logging.getLogger(__name__)


@shared_task(name="standing.check_kept")
def check_kept(**_later_args: Any) -> None:
    """Say in the log which customers' kept standing is not what their facts mean."""
    wrong = differing_from_computed()
    if wrong:
        logger.error("kept standing differs from the facts for customers %s", wrong[:50])
