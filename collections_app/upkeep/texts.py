"""The texts in two languages: gathered by Babel, checked, and compiled by polib; no gettext."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.utils.translation import templatize

LANGUAGES = ("zh_Hans", "en")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
PLURALS = {
    "zh_Hans": "nplurals=1; plural=0;",
    "en": "nplurals=2; plural=(n != 1);",
}
Text = tuple[str | None, str, str | None]


def catalogue_path(language: str) -> Path:
    """Where a language's texts are."""
    return Path(settings.BASE_DIR) / "locale" / language / "LC_MESSAGES" / "django.po"


def compile_texts() -> int:
    """Compile each catalogue that is newer than what was compiled of it; return how many."""
    compiled = 0
    for language in LANGUAGES:
        source = catalogue_path(language)
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        # A name of its own: two processes that start at once may both compile.
        aside = target.with_suffix(f".{os.getpid()}.new")
        polib.pofile(str(source)).save_as_mofile(str(aside))
        aside.rename(target)
        compiled += 1
    return compiled


def texts_in_use() -> dict[Text, set[str]]:
    """Every text of code and templates, (context, singular, plural) → the files that use it."""
    found: dict[Text, set[str]] = {}
    root = Path(settings.BASE_DIR)
    for path in sorted([*(root / "collections_app").rglob("*.py"), *_templates(root)]):
        for text in _texts_of(path):
            found.setdefault(text, set()).add(path.relative_to(root).as_posix())
    return _merged(found)


def _merged(found: dict[Text, set[str]]) -> dict[Text, set[str]]:
    """Join what is used both alone and with a plural: a catalogue has one entry for both."""
    plurals = {(context, singular): plural for context, singular, plural in found if plural}
    merged: dict[Text, set[str]] = {}
    for (context, singular, _plural), files in found.items():
        text = (context, singular, plurals.get((context, singular)))
        merged.setdefault(text, set()).update(files)
    return merged


def _templates(root: Path) -> Iterator[Path]:
    for path in (root / "templates").rglob("*"):
        if path.suffix in (".html", ".txt", ".svg"):
            yield path


def _texts_of(path: Path) -> Iterator[Text]:
    # A tool of the developers: not there where the product runs.
    from babel.messages.extract import extract_python  # noqa: PLC0415

    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is blanked out keeps its indentation, which Python would take for its own.
        blanked = templatize(source, origin=str(path)).splitlines()
        source = "\n".join(line.strip() for line in blanked)
    spread: Iterable[Any] = extract_python(
        BytesIO(source.encode()), KEYWORDS, [], {"encoding": "utf-8"}
    )
    for _line, function, messages, _comments in spread:
        parts = (messages,) if isinstance(messages, str) else tuple(messages or ())
        spec = KEYWORDS[function]
        if parts and isinstance(parts[0], str):
            yield _text_of(spec, parts)


def _text_of(spec: Any, parts: tuple[Any, ...]) -> Text:
    if spec is None:
        return None, parts[0], None
    if spec == (1, 2):
        return None, parts[0], parts[1]
    return (parts[0], parts[1], parts[2] if len(spec) > 2 and len(parts) > 2 else None)


def gather_texts() -> dict[str, int]:
    """Bring both catalogues up to what is in use; return how many texts each lacks."""
    used = texts_in_use()
    return {language: _gather(language, used) for language in LANGUAGES}


def _gather(language: str, used: dict[Text, set[str]]) -> int:
    path = catalogue_path(language)
    known: dict[tuple[str | None, str], polib.POEntry] = {}
    for source in [path, *sorted((path.parents[2] / "_parts").glob("*.po"))]:
        if source.exists():
            known |= {(e.msgctxt, e.msgid): e for e in polib.pofile(str(source)) if e.translated()}
    catalogue = polib.POFile(wrapwidth=99)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": PLURALS[language],
    }
    for (context, singular, plural), files in sorted(
        used.items(), key=lambda item: (item[0][1], item[0][0] or "")
    ):
        former = known.get((context, singular))
        entry = polib.POEntry(
            msgctxt=context, msgid=singular, occurrences=[(f, "") for f in sorted(files)]
        )
        _fill(entry, plural, former, language)
        catalogue.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return len(catalogue.untranslated_entries())


def _fill(
    entry: polib.POEntry, plural: str | None, former: polib.POEntry | None, language: str
) -> None:
    if plural is not None:
        entry.msgid_plural = plural
        own = {0: entry.msgid, 1: plural} if language == "en" else {0: ""}
        told = dict(former.msgstr_plural) if former else {}
        if former and not told and former.msgstr:
            told = {0: former.msgstr}
        entry.msgstr_plural = own if language == "en" else (told or own)
    elif language == "en":
        entry.msgstr = entry.msgid
    elif former is not None:
        entry.msgstr = former.msgstr


def missing_texts() -> list[str]:
    """What is wrong with the catalogues, a line each: nothing where both are complete."""
    used, wrong = texts_in_use(), []
    for language in LANGUAGES:
        path = catalogue_path(language)
        entries: dict[tuple[str | None, str], polib.POEntry] = {
            (e.msgctxt, e.msgid): e for e in polib.pofile(str(path))
        }
        for context, singular, plural in used:
            entry = entries.pop((context, singular), None)
            if entry is None or not entry.translated() or entry.fuzzy:
                wrong.append(f"{language}: not translated: {singular!r}")
            elif entry.msgid_plural != (plural or ""):
                wrong.append(f"{language}: another plural in use: {singular!r}")
            else:
                wrong += _placeholder_faults(language, entry)
        wrong += [f"{language}: no longer used: {msgid!r}" for _, msgid in entries]
    return wrong


def _placeholder_faults(language: str, entry: polib.POEntry) -> list[str]:
    meant = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    told = [text for _, text in sorted(entry.msgstr_plural.items())] or [entry.msgstr]
    faults = []
    for position, text in enumerate(told, start=1):
        found = set(PLACEHOLDER.findall(text))
        # A form for one may leave the number out; the last form, for many, may not.
        if found != meant and (position == len(told) or not found < meant):
            faults.append(f"{language}: other placeholders in {text!r}")
    return faults
