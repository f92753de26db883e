"""A rule said no: a sentence for the person and a code for programs."""

from __future__ import annotations


class Refused(Exception):
    """A write that breaks a rule. ``str()`` is fit for the user; ``code`` is stable."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code
