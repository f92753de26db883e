"""Which column a heading means, and which code a choice's name means, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from collections_app.imports.messages import UnreadableFile
from collections_app.imports.spellings import CHOICE_NAMES, COLUMNS

_WIDE: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_FILLERS: Final = re.compile(r"[\s_\-\u2010-\u2015\u2212\ufeff\u200b*#]+")
# A remark in brackets is dropped only where it changes nothing: never 金额（万元）.
_REMARK: Final = re.compile(
    r"[(\[【](?:元|人民币|人民币元|必填|选填|可选|cny|rmb|yuan|required|optional|yyyymmdd|yyyy/mm/dd|yyyymm)[)\]】]$"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands (from 0), and the headings that mean nothing to us."""

    index_by_name: dict[str, int]
    ignored: list[str]


def normalised(text: str) -> str:
    """A spelling without what does not matter: case, width, blanks, underscores and hyphens."""
    return _FILLERS.sub("", text.translate(_WIDE).casefold())


def resolve_columns(kind: str, header: Sequence[str]) -> Columns:
    """Find the columns of an import kind by their headings, whatever their order.

    Raises ``UnreadableFile``: ``duplicate_columns`` (two headings mean one column),
    ``missing_columns`` (names those of the required ones that are absent); ``KeyError`` for an
    unknown kind.
    """
    known = _SPELLINGS[kind]
    found: dict[str, int] = {}
    ignored: list[str] = []
    twice: list[str] = []
    for index, raw in enumerate(header):
        spelling = normalised(raw)
        name = known.get(spelling) or known.get(_REMARK.sub("", spelling))
        if name is None:
            if spelling:
                ignored.append(raw.strip())
        elif name in found:
            twice.append(f"{name} ({header[found[name]].strip()}, {raw.strip()})")
        else:
            found[name] = index
    if twice:
        raise UnreadableFile("duplicate_columns", columns=", ".join(twice))
    missing = [name for name in REQUIRED[kind] if name not in found]
    if missing:
        raise UnreadableFile("missing_columns", columns=", ".join(missing))
    return Columns(found, ignored)


def _spellings_of(columns: Mapping[str, str]) -> dict[str, str]:
    """Normalised spelling → column or code; a name is always a spelling of itself."""
    found: dict[str, str] = {}
    for name, others in columns.items():
        for spelling in (name, *others.split("|")):
            if spelling:
                found[normalised(spelling)] = name
    return found


REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    kind: tuple(required) for kind, (required, _optional) in COLUMNS.items()
}
OPTIONAL: Final[dict[str, tuple[str, ...]]] = {
    kind: tuple(optional) for kind, (_required, optional) in COLUMNS.items()
}
KINDS: Final = tuple(COLUMNS)
CHOICES: Final[dict[str, dict[str, str]]] = {
    choice: _spellings_of(names) for choice, names in CHOICE_NAMES.items()
}
_SPELLINGS: Final[dict[str, dict[str, str]]] = {
    kind: _spellings_of({**required, **optional}) for kind, (required, optional) in COLUMNS.items()
}
