"""The kinds of mail in each language, and whether their words are the organisation's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from collections_app.accounts.models import Language
from collections_app.notices.wording import WORDED
from collections_app.organisation.models import Wording


@dataclass(frozen=True, slots=True)
class Edition:
    """A kind of mail in one language."""

    language: str
    label: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class WordingRow:
    """A kind of mail."""

    kind: str
    label: Any
    sentence: Any
    editions: list[Edition]


def wording_rows() -> list[WordingRow]:
    """Every kind of mail that can be read and worded, in one statement."""
    own = set(Wording.objects.values_list("kind", "language"))
    return [
        WordingRow(
            kind,
            worded.label,
            worded.sentence,
            [Edition(code, str(label), (kind, code) in own) for code, label in Language.choices],
        )
        for kind, worded in WORDED.items()
    ]
