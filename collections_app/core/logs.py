"""Log lines: one JSON object each where machines read them, with the request or the task they
belong to.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

REQUEST_ID: Final = "request_id"
# What the work in hand is called, by what kind of name that is; blank outside of any.
_names: ContextVar[Mapping[str, str]] = ContextVar("log_names", default=MappingProxyType({}))


@contextmanager
def named(**names: str) -> Iterator[None]:
    """Let every line that is logged inside say for what: ``request_id``, ``task_id`` and so on.

    Names that are blank are left out; those from outside stay, but for one of the same kind.
    """
    known = {kind: name for kind, name in names.items() if name}
    token = _names.set({**_names.get(), **known})
    try:
        yield
    finally:
        _names.reset(token)


def present_request() -> str:
    """The id of the request in hand, or of the one that woke the task in hand; blank for none."""
    return _names.get().get(REQUEST_ID, "")


class NamesFilter(logging.Filter):
    """Put the names of the work in hand on every record of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs refused requests after all middleware has left; those records carry the
        # request itself.
        own = getattr(getattr(record, "request", None), REQUEST_ID, "")
        names = {**_names.get(), **({REQUEST_ID: own} if own else {})}
        record.names = names
        record.names_in_text = " ".join(names.values()) or "-"
        return True


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "names", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
