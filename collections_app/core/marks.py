"""Marks of what a form had shown, so that a later change by somebody else is found out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any


def mark_of(value: Any) -> str:
    """A short mark of a value: equal for equal values, and telling nothing of it."""
    text = "" if value is None else str(value)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def marks_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The mark of each fact."""
    return {name: mark_of(value) for name, value in facts.items()}


def changed_since(
    seen: Mapping[str, str] | None, facts: Mapping[str, Any], names: Iterable[str]
) -> str | None:
    """The first of the facts ``names`` that is no longer as it was seen; None if all are.

    Without ``seen`` nothing was shown, and nothing can have changed since.
    """
    if seen is None:
        return None
    return next((name for name in names if seen.get(name) != mark_of(facts[name])), None)
