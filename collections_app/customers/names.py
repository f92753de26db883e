"""Pinyin of names, stored, so that searching and sorting need nothing of the database."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin


def pinyin_of(name: str) -> tuple[str, str]:
    """The name in pinyin without blanks, and the initials; lower case, other scripts unchanged."""
    whole = "".join(lazy_pinyin(name)).lower().replace(" ", "")
    initials = "".join(
        part[:1] if part else "" for part in lazy_pinyin(name, style=Style.FIRST_LETTER)
    )
    return whole[:600], initials.lower()[:200]
