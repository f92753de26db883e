"""A wake-up to see what came back."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.conf import settings

from collections_app.outbox.mailbox import read_mailbox

logger = logging.getLogger(__name__)


@shared_task(name="outbox.read_bounces")
def read_bounces(**_later_args: Any) -> None:
    """Take what came back to the mailbox of ``BOUNCES_URL``, if one is set."""
    if settings.BOUNCES_URL:
        came = read_mailbox(settings.BOUNCES_URL)
        if came.total():
            logger.info("mail that came back: %s", {str(key): n for key, n in came.items()})
