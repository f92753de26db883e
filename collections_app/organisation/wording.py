"""The organisation's own words in mail: changing them on record, filling their placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Language, Person
from collections_app.accounts.operations import record
from collections_app.accounts.overtaking import refuse_overtaken
from collections_app.core.refusals import Refused
from collections_app.organisation.models import Wording
from collections_app.organisation.queries import held_organisation

PARTS: Final = ("opening", "closing")
PLACEHOLDERS: Final = ("name", "organisation", "count")
MOST_CHARACTERS: Final = 2000
_BRACES: Final = re.compile(r"\{([^{}\n]*)\}")


class WordingRefused(Refused):
    """Words that mail cannot say like this."""


def wording_facts(kind: str, language: str) -> dict[str, str]:
    """The organisation's words by part, blank where it has none; what forms mark as seen."""
    found = Wording.objects.filter(kind=kind, language=language).values(*PARTS).first()
    return dict(found) if found else dict.fromkeys(PARTS, "")


def set_wording(
    *,
    kind: str,
    language: str,
    opening: str,
    closing: str,
    actor: Person | None,
    seen: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Let mail of a kind and language begin and end in these words; blank ones are none at all.

    Raises ``WordingRefused`` with the field: ``unknown_placeholder`` or ``too_long``; ``Overtaken``
    where the words are no longer as ``seen``. What does not change leaves no trace.
    """
    if language not in Language.values:
        raise TypeError("no language of Kept")
    after = {"opening": _tidy(opening), "closing": _tidy(closing)}
    for part, text in after.items():
        _check(part, text)
    subject_id = f"{kind}/{language}"
    with transaction.atomic():
        held_organisation()
        before = wording_facts(kind, language)
        changed = [part for part in PARTS if before[part] != after[part]]
        if not changed:
            return after
        refuse_overtaken(seen, before, changed, subject_kind="wording", subject_id=subject_id)
        of_kind = Wording.objects.filter(kind=kind, language=language)
        if any(after.values()):
            Wording.objects.update_or_create(kind=kind, language=language, defaults=after)
        else:
            of_kind.delete()
        record(
            actor=actor,
            verb="change" if any(after.values()) else "reset",
            subject_kind="wording",
            subject_id=subject_id,
            payload={"before": before, "after": after},
        )
    return after


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each known placeholder replaced; what a value holds is not looked at again."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _check(part: str, text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise WordingRefused(
            _("At most %(count)s characters.") % {"count": MOST_CHARACTERS},
            code="too_long",
            field=part,
        )
    unknown = [name for name in _BRACES.findall(text) if name not in PLACEHOLDERS]
    if unknown:
        raise WordingRefused(
            _("%(unknown)s is no placeholder; there are %(known)s.")
            % {
                "unknown": ", ".join(f"{{{name}}}" for name in dict.fromkeys(unknown)),
                "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
            },
            code="unknown_placeholder",
            field=part,
        )
