"""Answers kept before anybody asks, and the nightly proof that what is kept is what facts say."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task

from collections_app.organisation.queries import organisation
from collections_app.standing.answers import forget, keep
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.questions import present_questions

logger = logging.getLogger(__name__)


@shared_task(name="standing.check_kept")
def check_kept(**_later_args: Any) -> None:
    """Say in the log which customers' kept standing is not what their facts mean."""
    wrong = differing_from_computed()
    if wrong:
        logger.error("kept standing differs from the facts for customers %s", wrong[:50])


@shared_task(name="standing.keep_answers")
def keep_answers(**_later_args: Any) -> None:
    """Work out what moved since of what dashboards ask; cheap where nothing did."""
    day = organisation().standing_on
    if day is not None:
        questions = present_questions(day)
        # One by one: who looks waits for what they look at alone.
        for question in questions:
            keep([question], None)
        forget(questions)
