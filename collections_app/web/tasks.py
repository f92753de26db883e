"""Keeping the door tidy: tokens of forms that nobody will send again are forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.db.models.functions import Now

from collections_app.web.models import Submission

# Longer than any form stays open in a browser that somebody still looks at.
KEPT_FOR: Final = timedelta(days=7)
BATCH, MOST_BATCHES = 5000, 20


@shared_task(name="web.forget_submissions")
def forget_submissions(**_later_args: Any) -> None:
    """Forget forms sent long ago, the oldest first; what is left over goes an hour later."""
    old = Submission.objects.filter(at__lt=Now() - KEPT_FOR).order_by("at")
    for _batch in range(MOST_BATCHES):
        tokens = list(old.values_list("token", flat=True)[:BATCH])
        Submission.objects.filter(token__in=tokens).delete()
        if len(tokens) < BATCH:
            break
