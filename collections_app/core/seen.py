"""What is read once by work that only looks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

# What was read by work that only looks, by name; None outside of such work.
_seen: ContextVar[dict[Hashable, Any] | None] = ContextVar("seen", default=None)
T = TypeVar("T")


@contextmanager
def seen_once() -> Iterator[None]:
    """Read what ``seen`` reads at most once within, for work that changes nothing: a GET."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def seen(key: Hashable, read: Callable[[], T]) -> T:
    """What ``read`` gives, read once where ``seen_once`` is at work; else each time anew."""
    known = _seen.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    found: T = known[key]
    return found
