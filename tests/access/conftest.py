"""What all tests of access have in common."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _refusals_are_not_logged() -> Iterator[None]:
    """Thousands are made here on purpose, and each would write out where it came from."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(level)
