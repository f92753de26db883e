"""A rule said no: a sentence for the person and a code for programs."""

from __future__ import annotations


class Refused(Exception):
    """A write that breaks a rule. ``str()`` is fit for the user; ``code`` is stable.

    ``field`` names the argument that is at fault, where it is one.
    """

    def __init__(self, message: str, *, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class Overtaken(Refused):
    """Somebody else was first: what the writer had seen is no longer so.

    The message names who and the value that now stands; nothing was written.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message, code="overtaken", field=field)
